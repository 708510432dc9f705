package dev.scriptanalytics.bench.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.scriptanalytics.bench.api.HttpConnection.Answer;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/** A client with connections of its own: one to the API, and one to ClickHouse for each query. */
final class Client implements Closeable {
  private final int clickHousePort;
  private final HttpConnection api;
  private final List<HttpConnection> clickHouse = new ArrayList<>();

  Client(int clickHousePort, int apiPort) {
    this.clickHousePort = clickHousePort;
    this.api = new HttpConnection(apiPort);
  }

  /**
   * Asks one side, and drops the answer.
   *
   * @throws IOException if it does not come, or is an error
   */
  void ask(Question question, Side side) throws IOException {
    ask(question, side, OutputStream.nullOutputStream());
  }

  /** As {@link #ask(Question, Side)}, and has the bodies written somewhere. */
  void ask(Question question, Side side, OutputStream body) throws IOException {
    if (side == Side.API) {
      api.send(question.request());
      receive(api, body);
      return;
    }
    List<String> queries = question.queries();
    for (int i = 0; i < queries.size(); i++) {
      if (i == clickHouse.size()) {
        clickHouse.add(new HttpConnection(clickHousePort));
      }
      clickHouse.get(i).send(queries.get(i));
    }
    for (int i = 0; i < queries.size(); i++) {
      receive(clickHouse.get(i), body);
    }
  }

  /** Sends a request to the API, and drops the answer. */
  void ask(String request) throws IOException {
    api.send(request);
    receive(api, OutputStream.nullOutputStream());
  }

  /** The answer of the API to a request. */
  Answer ask(String request, OutputStream body) throws IOException {
    api.send(request);
    return api.receive(body);
  }

  private static void receive(HttpConnection connection, OutputStream body) throws IOException {
    Answer answer = connection.receive(body);
    if (answer.status() != 200) {
      throw new IOException("status " + answer.status());
    }
  }

  /** The text with which the API answers a request that must succeed. */
  String text(String request) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    Answer answer = ask(request, body);
    if (answer.status() != 200) {
      throw new IOException("status " + answer.status() + ": " + body.toString(UTF_8));
    }
    return body.toString(UTF_8);
  }

  /** Closes the connections; the next question makes new ones. */
  void disconnect() throws IOException {
    api.close();
    for (HttpConnection connection : clickHouse) {
      connection.close();
    }
  }

  @Override
  public void close() throws IOException {
    disconnect();
  }
}
