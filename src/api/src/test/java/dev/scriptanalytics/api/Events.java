package dev.scriptanalytics.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;

/** An event stream that is read while it arrives; closing it closes the connection. */
final class Events implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * An event.
   *
   * @param id null where it has none
   * @param type {@code message} where it has none
   */
  record Event(String id, String type, JsonNode data) {}

  private final BufferedReader lines;

  /** Reads an answer, which must be a stream. */
  Events(HttpResponse<InputStream> answer) {
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type"))
        .hasValueSatisfying(type -> assertThat(type).startsWith("text/event-stream"));
    assertThat(answer.headers().firstValue("X-Accel-Buffering")).hasValue("no");
    lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
  }

  /** The next event that has data. */
  Event next() {
    String id = null;
    String type = "message";
    while (true) {
      String line = readLine();
      if (line.startsWith("id: ")) {
        id = line.substring(4);
      } else if (line.startsWith("event: ")) {
        type = line.substring(7);
      } else if (line.startsWith("data: ")) {
        return new Event(id, type, json(line.substring(6)));
      }
    }
  }

  /**
   * Waits until the feed of a new stream has found its beginning: the first heartbeat comes after
   * that.
   */
  Events begun() {
    awaitHeartbeats(2);
    return this;
  }

  /** Waits for some heartbeats; fails if an event comes between. */
  void awaitHeartbeats(int count) {
    for (int seen = 0; seen < count; ) {
      String line = readLine();
      assertThat(line).doesNotStartWith("data:");
      seen += line.equals(": heartbeat") ? 1 : 0;
    }
  }

  private String readLine() {
    try {
      String line = lines.readLine();
      assertThat(line).as("the stream goes on").isNotNull();
      return line;
    } catch (IOException e) {
      throw new AssertionError("The stream has ended", e);
    }
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new AssertionError("not JSON: " + text, e);
    }
  }

  @Override
  public void close() {
    try {
      lines.close();
    } catch (IOException e) {
      // It has ended already.
    }
  }
}
