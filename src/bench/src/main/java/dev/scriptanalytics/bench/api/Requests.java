package dev.scriptanalytics.bench.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptanalytics.bench.api.HttpConnection.Answer;
import dev.scriptanalytics.bench.api.LogTable.Span;
import dev.scriptanalytics.testkit.process.Waiting;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** The requests of the benchmark's user, to the API and to ClickHouse. */
final class Requests {
  /** A reader with the rights of any other, and no quota. */
  static final String USER = "api_benchmark";

  static final String SECRET = "benchmark";

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String HOST = "Host: 127.0.0.1\r\n";

  private final LogTable table;
  private final Client client;

  /**
   * Requests about the entries of a table.
   *
   * @param client looks at what the API asks for each
   */
  Requests(LogTable table, Client client) {
    this.table = table;
    this.client = client;
  }

  /** The cheapest that there is: some lines of a short while. */
  Question lines(Span span) throws IOException {
    return question(
        "one line of 10 minutes", logs("lines=1", span.last(Duration.ofMinutes(10))), 1, 1);
  }

  /** A text of a thousand lines. */
  Question text(Span span) throws IOException {
    return question("1,000 lines of text of a day", logs("format=text&limit=1000", span), 1, 1);
  }

  /** The usual answer, with the summary of all entries; the API asks for both at once. */
  Question json(Span span) throws IOException {
    return question("100 entries and the summary of a day in JSON", logs("limit=100", span), 1, 2);
  }

  /** A file of all entries of a span. */
  Question export(String file, Span span) throws IOException {
    String path =
        "/v2/scripts/%s/exports/%s?account=%s&%s"
            .formatted(LogTable.SCRIPT, file, LogTable.ACCOUNT, range(span));
    // The first query looks whether there is such a script.
    return question(file, path, 2, 2);
  }

  private static String logs(String form, Span span) {
    return logs(LogTable.SCRIPT) + "&" + range(span) + "&" + form;
  }

  private static String range(Span span) {
    return "startTime=" + span.start() + "&endTime=" + span.end();
  }

  /** A question and those of its queries that are asked directly for comparison. */
  private Question question(String name, String path, int firstQuery, int lastQuery)
      throws IOException {
    String request = get(path);
    Answer answer = client.ask(request, OutputStream.nullOutputStream());
    if (answer.status() != 200) {
      throw new IOException("The API answers " + answer.status() + " to " + path);
    }
    String id = answer.headers().get("x-request-id");
    List<String> direct = new ArrayList<>();
    for (int i = firstQuery; i <= lastQuery; i++) {
      direct.add(query(loggedQuery(id + "-" + i)));
    }
    return new Question(name, request, direct);
  }

  private String loggedQuery(String id) throws IOException {
    String[] rows = {""};
    // The log has it a moment after its last row was sent.
    if (!Waiting.until(
        PATIENCE,
        () -> {
          rows[0] = table.loggedQuery(id);
          return !rows[0].isEmpty();
        })) {
      throw new IOException("ClickHouse's log has no query " + id + " of the API.");
    }
    return new ObjectMapper().readTree(rows[0]).get(0).asText();
  }

  /** The path of the entries of a script, with the account as the first parameter. */
  static String logs(String script) {
    return "/v2/endpoints/" + script + "/logs?account=" + LogTable.ACCOUNT;
  }

  /** A request for the entries of a script as they arrive, from the one after an event. */
  static String follow(String script, String lastEventId) {
    String path = "/v2/scripts/%s/live?account=%s&events=logs".formatted(script, LogTable.ACCOUNT);
    return get(path, lastEventId.isEmpty() ? "" : "Last-Event-ID: " + lastEventId + "\r\n");
  }

  /** A request to the API with a key. */
  static String get(String path) {
    return get(path, "");
  }

  private static String get(String path, String headers) {
    return "GET %s HTTP/1.1\r\n%sAuthorization: Bearer %s\r\n%s\r\n"
        .formatted(path, HOST, key(), headers);
  }

  /** The key of the benchmark's user. */
  static String key() {
    return "sa_" + Base64.getUrlEncoder().withoutPadding().encodeToString(login());
  }

  /** A query with the settings and in the format that the API asks for. */
  private static String query(String sql) {
    return "POST /?default_format=JSONCompactEachRow HTTP/1.1\r\n"
        + HOST
        + "Authorization: Basic "
        + Base64.getEncoder().encodeToString(login())
        + "\r\nContent-Length: "
        + sql.getBytes(UTF_8).length
        + "\r\n\r\n"
        + sql;
  }

  private static byte[] login() {
    return (USER + ":" + SECRET).getBytes(UTF_8);
  }
}
