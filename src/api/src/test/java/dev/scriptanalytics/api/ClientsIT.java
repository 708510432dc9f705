package dev.scriptanalytics.api;

import static dev.scriptanalytics.api.FaultyStack.DAY;
import static dev.scriptanalytics.api.FaultyStack.PATIENT;
import static dev.scriptanalytics.api.FaultyStack.READER;
import static dev.scriptanalytics.api.FaultyStack.gauge;
import static dev.scriptanalytics.api.FaultyStack.get;
import static dev.scriptanalytics.api.FaultyStack.running;
import static dev.scriptanalytics.api.FaultyStack.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.scriptanalytics.testkit.junit.ClickHouseExtension;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that go away, and clients that keep others waiting. */
@Timeout(180)
class ClientsIT {
  private static final String SLOW =
      "/v2/endpoints/ep_slow/logs?"
          + DAY
          + "&search="
          + URLEncoder.encode(FaultyStack.SLOW, StandardCharsets.UTF_8);
  private static final String SEARCH = "/v2/endpoints/logs/search";
  private static final String SLOW_SEARCH =
      """
      {"endpointIds": ["ep_slow"], "filters": {"search": {"query": "%s"},
       "timeRange": {"start": "2024-01-15", "end": "2024-01-16"}}}
      """
          .formatted(FaultyStack.SLOW.replace("\\", "\\\\"));

  @RegisterExtension static final ClickHouseExtension clickHouse = FaultyStack.clickHouse();

  private static ApiServer server;

  @BeforeAll
  static void start() {
    server = FaultyStack.start(clickHouse, "--api.query-timeout=5 min", "--api.max-requests=2");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"json", "csv", "search"})
  void aClientThatGoesAwayEndsItsQuery(String kind) {
    try (RawClient client = new RawClient(server.port())) {
      client.send(
          kind.equals("search")
              ? RawClient.post(SEARCH, PATIENT, SLOW_SEARCH)
              : RawClient.head("GET", SLOW + "&format=" + kind, PATIENT));
      assertThat(soon(() -> running(clickHouse, "patient") > 0)).isTrue();
    }
    assertThat(soon(() -> running(clickHouse, "patient") == 0)).isTrue();
    assertThat(soon(() -> gauge(server, "requests_running") == 0)).isTrue();
  }

  @Test
  void aClientThatGoesAwayWhileItWaitsAsksNothing() {
    try (RawClient first = new RawClient(server.port());
        RawClient second = new RawClient(server.port());
        RawClient next = new RawClient(server.port());
        RawClient gone = new RawClient(server.port())) {
      first.send(RawClient.head("GET", SLOW, PATIENT));
      second.send(RawClient.head("GET", SLOW, PATIENT));
      assertThat(soon(() -> gauge(server, "requests_running") == 2)).isTrue();
      next.send(RawClient.head("GET", SLOW, PATIENT));
      assertThat(soon(() -> gauge(server, "requests_waiting") == 1)).isTrue();
      gone.send(RawClient.head("GET", SLOW, FaultyStack.key("second")));
      assertThat(soon(() -> gauge(server, "requests_waiting") == 2)).isTrue();

      gone.leave();
      first.leave();
      // Both were found to be gone in one look at all connections, and there is one turn before.
      assertThat(soon(() -> gauge(server, "requests_waiting") == 1)).isTrue();
    }
    assertThat(soon(() -> gauge(server, "requests_waiting") == 0)).isTrue();
    assertThat(soon(() -> gauge(server, "requests_running") == 0)).isTrue();
    clickHouse.query("SYSTEM FLUSH LOGS");
    assertThat(
            clickHouse.query("SELECT count() FROM system.query_log WHERE user = 'second'").strip())
        .isEqualTo("0");
  }

  @Test
  void halfRequestsHoldNobodyUp() {
    String body = "{\"endpointIds\": [\"ep_large\"], \"limit\": 1}";
    List<RawClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < 100; i++) {
        RawClient client = new RawClient(server.port());
        clients.add(client);
        String request = RawClient.post(SEARCH, READER, body);
        client.send(request.substring(0, request.length() - (i % 2 == 0 ? 10 : 80)));
      }
      assertThat(get(server, null, "/health/live").statusCode()).isEqualTo(200);
      assertThat(get(server, READER, "/v2/endpoints/ep_large/logs?limit=1").statusCode())
          .isEqualTo(200);
      assertThat(soon(() -> gauge(server, "requests_running") == 0)).isTrue();

      String whole = RawClient.post(SEARCH, READER, body);
      for (int i = 0; i < 100; i++) {
        clients.get(i).send(whole.substring(whole.length() - (i % 2 == 0 ? 10 : 80)));
      }
      for (RawClient client : clients) {
        assertThat(client.read().status()).isEqualTo(200);
      }
    } finally {
      clients.forEach(RawClient::close);
    }
  }

  @Test
  void aClientThatDoesNotReadHoldsOneThreadAndNoOther() {
    String path = "/v2/endpoints/ep_large/logs?" + DAY;
    try (RawClient client = new RawClient(server.port(), 4096)) {
      client.send(RawClient.head("GET", path + "&format=csv", PATIENT));
      assertThat(client.readHead().status()).isEqualTo(200);

      assertThat(get(server, READER, path + "&limit=1").statusCode()).isEqualTo(200);
      assertThat(get(server, null, "/health/live").statusCode()).isEqualTo(200);
      assertThat(soon(() -> gauge(server, "requests_running") == 1)).isTrue();
    }
    assertThat(soon(() -> gauge(server, "requests_running") == 0)).isTrue();
    assertThat(soon(() -> running(clickHouse, "patient") == 0)).isTrue();
  }

  @Test
  void aServerThatStopsEndsWhatTakesTooLong() throws Exception {
    ApiServer stopping =
        FaultyStack.start(clickHouse, "--api.query-timeout=5 min", "--api.stop-timeout=100 ms");
    try (RawClient client = new RawClient(stopping.port())) {
      client.send(RawClient.head("GET", SLOW, PATIENT));
      assertThat(soon(() -> running(clickHouse, "patient") > 0)).isTrue();

      assertThatCode(stopping::close).doesNotThrowAnyException();

      Problem.of(client.read(), 503, "UNAVAILABLE");
      assertThat(soon(() -> running(clickHouse, "patient") == 0)).isTrue();
    }
  }

  @Test
  void aClientThatReadsSlowlyGetsAll() {
    try (RawClient client = new RawClient(server.port(), 4096)) {
      client.send(
          RawClient.head("GET", "/v2/endpoints/ep_large/logs?" + DAY + "&format=csv", READER));
      RawClient.Answer answer = client.read();
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body().lines()).hasSize(10_001);
    }
  }
}
