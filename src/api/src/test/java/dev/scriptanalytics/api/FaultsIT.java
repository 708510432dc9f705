package dev.scriptanalytics.api;

import static dev.scriptanalytics.api.FaultyStack.DAY;
import static dev.scriptanalytics.api.FaultyStack.READER;
import static dev.scriptanalytics.api.FaultyStack.get;
import static dev.scriptanalytics.api.FaultyStack.key;
import static dev.scriptanalytics.api.FaultyStack.post;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.scriptanalytics.testkit.junit.ClickHouseExtension;
import java.io.EOFException;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A ClickHouse that is stopped, frozen, slow, or at its limits; and what comes after. */
@Timeout(180)
class FaultsIT {
  private static final String LARGE = "/v2/endpoints/ep_large/logs?" + DAY;
  private static final String SLOW =
      "/v2/endpoints/ep_slow/logs?"
          + DAY
          + "&search="
          + URLEncoder.encode(FaultyStack.SLOW, StandardCharsets.UTF_8);

  @RegisterExtension static final ClickHouseExtension clickHouse = FaultyStack.clickHouse();

  private static ApiServer server;

  @BeforeAll
  static void start() {
    server = FaultyStack.start(clickHouse);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void aDatabaseThatStopsIsSaidAndComesBack() throws IOException {
    assertThat(get(server, READER, LARGE + "&limit=1").statusCode()).isEqualTo(200);
    clickHouse.server().kill();
    try {
      HttpResponse<String> answer = get(server, READER, LARGE);
      Problem.of(answer, 503, "UNAVAILABLE");
      assertThat(answer.headers().firstValue("Retry-After")).isPresent();
      Problem.of(get(server, key("patient"), LARGE), 503, "UNAVAILABLE");
      isAliveAndNotReady();
    } finally {
      clickHouse.server().restart();
    }
    isBack();
  }

  @Test
  void aDatabaseThatIsFrozenIsATimeoutAndComesBack() throws IOException {
    assertThat(get(server, READER, LARGE + "&limit=1").statusCode()).isEqualTo(200);
    signal("STOP");
    try {
      Problem.of(get(server, READER, LARGE), 504, "QUERY_TIMEOUT");
      Problem.of(get(server, key("second"), LARGE), 504, "QUERY_TIMEOUT");
      Problem.of(
          post(server, READER, "/v2/session", "{\"key\":\"%s\"}".formatted(key("few_rows"))),
          504,
          "QUERY_TIMEOUT");
      isAliveAndNotReady();
    } finally {
      signal("CONT");
    }
    isBack();
  }

  @Test
  void aRequestThatWasSentEarlyIsNotMistakenForAnother() throws IOException {
    assertThat(get(server, READER, LARGE + "&limit=1").statusCode()).isEqualTo(200);
    signal("STOP");
    try (RawClient client = new RawClient(server.port())) {
      client.send(RawClient.head("GET", LARGE, READER));
      assertThat(FaultyStack.soon(() -> FaultyStack.gauge(server, "requests_running") > 0))
          .isTrue();
      // Its first byte is read by the watch.
      client.send(RawClient.head("GET", "/health/live", null));

      RawClient.Answer answer = client.read();
      Problem.of(answer, 504, "QUERY_TIMEOUT");
      assertThat(answer.isLast()).isTrue();
      assertThat(client.isClosed()).isTrue();
    } finally {
      signal("CONT");
    }
    isBack();
  }

  @Test
  void streamsStayOpenWhileItIsFrozenAndGoOn() throws IOException {
    List<RawClient> clients = new ArrayList<>();
    try (ApiServer patient = FaultyStack.start(clickHouse, "--api.query-timeout=5 min")) {
      // Each search is a feed of its own; they are more than the threads that serve feeds.
      for (int i = 0; i < 8; i++) {
        RawClient client = new RawClient(patient.port());
        clients.add(client);
        client.send(
            RawClient.head("GET", "/v2/endpoints/ep_live/logs?stream=true&search=a" + i, READER));
        assertThat(client.readHead().status()).isEqualTo(200);
        await(client, ": heartbeat");
        await(client, ": heartbeat");
      }
      signal("STOP");
      try {
        for (RawClient client : clients) {
          for (int i = 0; i < 50; i++) {
            await(client, ": heartbeat");
          }
        }
      } finally {
        signal("CONT");
      }
      LogTable.insert(
          clickHouse,
          "acme",
          "ep_live",
          LogTable.entries(LogTable.entry("2024-01-15T10:00:00Z", "info", "a0a1a2a3a4a5a6a7")));
      for (RawClient client : clients) {
        assertThat(await(client, "data: ")).contains("a0a1a2a3a4a5a6a7");
      }
    } finally {
      clients.forEach(RawClient::close);
    }
  }

  @Test
  void aStreamHasWhatArrivesAfterTheDatabaseIsBack() throws IOException {
    try (RawClient client = new RawClient(server.port())) {
      client.send(
          RawClient.head("GET", "/v2/scripts/ep_live/live?events=runs,logs&level=fatal", READER));
      assertThat(client.readHead().status()).isEqualTo(200);
      await(client, ": heartbeat");
      await(client, ": heartbeat");
      clickHouse.server().kill();
      try {
        for (int i = 0; i < 10; i++) {
          await(client, ": heartbeat");
        }
      } finally {
        clickHouse.server().restart();
      }
      RunTable.insertRows(
          clickHouse,
          List.of(RunTable.run("ep_live", "r1", Instant.parse("2024-01-15T10:00:00Z"), 1)));
      assertThat(await(client, "data: ")).contains("\"r1\"");
    }
    isBack();
  }

  @Test
  void anAnswerThatIsCutOffDoesNotLookWhole() {
    try (ApiServer patient = FaultyStack.start(clickHouse, "--api.query-timeout=1 min");
        RawClient client = new RawClient(patient.port(), 4096)) {
      client.send(RawClient.head("GET", LARGE + "&format=csv", READER));
      RawClient.Answer head = client.readHead();
      assertThat(head.status()).isEqualTo(200);
      clickHouse.server().kill();

      assertThatThrownBy(() -> client.readBody(head)).hasRootCauseInstanceOf(EOFException.class);
    } finally {
      clickHouse.server().restart();
    }
    isBack();
  }

  @ParameterizedTest
  @CsvSource({
    "little_memory, 413, RESULT_TOO_LARGE",
    "few_rows, 413, RESULT_TOO_LARGE",
    "one_query, 429, RATE_LIMIT_EXCEEDED",
    "two_a_minute, 429, RATE_LIMIT_EXCEEDED",
  })
  void limitsOfAUserHaveTheirStatus(String user, int status, String error) throws IOException {
    HttpResponse<String> answer = get(server, key(user), LARGE);

    Problem.of(answer, status, error);
    assertThat(answer.headers().firstValue("Retry-After").isPresent()).isEqualTo(status == 429);
    assertThat(get(server, READER, LARGE + "&limit=1").statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"json", "text", "csv"})
  void aQueryThatTakesLongerThanItsUserMayIsATimeout(String format) throws IOException {
    try (ApiServer patient = FaultyStack.start(clickHouse, "--api.query-timeout=5 min")) {
      Problem.of(
          get(patient, key("little_time"), SLOW + "&format=" + format), 504, "QUERY_TIMEOUT");
    }
  }

  @Test
  void aQueryThatTakesLongerThanTheServerWaitsIsATimeout() throws IOException {
    Problem.of(get(server, FaultyStack.PATIENT, SLOW), 504, "QUERY_TIMEOUT");
  }

  @Test
  void theQueriesOfARequestHaveTheirTimeTogether() throws IOException {
    StringBuilder aggregations = new StringBuilder();
    for (int i = 0; i < 20; i++) {
      aggregations
          .append(i == 0 ? "" : ",")
          .append("{\"name\":\"a%d\",\"filters\":{\"search\":{\"query\":\"".formatted(i))
          .append(FaultyStack.SLOW.replace("\\", "\\\\"))
          .append("\"}}}");
    }
    // Each searches 600 KB, which takes less than a second.
    String body =
        """
        {"endpointIds": ["ep_slow"], "aggregations": [%s],
         "timeRange": {"start": "2024-01-15T10:00:00Z", "end": "2024-01-15T10:00:06Z"}}
        """
            .formatted(aggregations);

    Problem.of(
        post(server, FaultyStack.PATIENT, "/v2/endpoints/logs/aggregate", body),
        504,
        "QUERY_TIMEOUT");
  }

  private static void isAliveAndNotReady() throws IOException {
    assertThat(get(server, null, "/health/live").statusCode()).isEqualTo(200);
    // The answer of a second ago may still count.
    assertThat(FaultyStack.soon(() -> get(server, null, "/health/ready").statusCode() == 503))
        .isTrue();
    Problem.of(get(server, null, "/health/ready"), 503, "UNAVAILABLE");
    try (RawClient client = new RawClient(server.port())) {
      client.send(RawClient.head("HEAD", "/health/ready", null));
      assertThat(client.readHead().status()).isEqualTo(503);
    }
  }

  private static void isBack() {
    assertThat(FaultyStack.soon(() -> get(server, null, "/health/ready").statusCode() == 200))
        .isTrue();
    // It may have much to catch up with.
    assertThat(FaultyStack.soon(() -> get(server, READER, LARGE + "&limit=1").statusCode() == 200))
        .isTrue();
  }

  private static String await(RawClient client, String start) throws IOException {
    String line = client.readLine();
    while (!line.startsWith(start)) {
      line = client.readLine();
    }
    return line;
  }

  private static void signal(String name) {
    try {
      String pid = Long.toString(clickHouse.server().pid());
      int exit = new ProcessBuilder("kill", "-" + name, pid).inheritIO().start().waitFor();
      assertThat(exit).isZero();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
