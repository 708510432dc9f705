package dev.scriptanalytics.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptanalytics.api.access.Keys;
import dev.scriptanalytics.api.access.Seal;
import dev.scriptanalytics.api.access.Seal.Content;
import dev.scriptanalytics.api.access.Seal.Purpose;
import dev.scriptanalytics.api.clickhouse.Credentials;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A tenant that tries to see another's rows, and users that nobody may come in as. */
class TenantsIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String DAY = "startTime=2024-03-01&endTime=2024-03-02";
  private static final String ENDPOINT = "ep_of_globex";
  private static final String SECRET = "only globex may read this";
  private static final byte[] SEAL_KEY = new byte[Seal.KEY_BYTES];

  @RegisterExtension static final ApiStack api = new ApiStack();

  @BeforeAll
  static void insert() {
    LogTable.insert(
        ApiStack.clickHouse(),
        "globex",
        ENDPOINT,
        LogTable.entries(
            LogTable.entry("2024-03-01T10:00:00Z", "error", SECRET).put("jobId", "job_globex")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "&format=csv",
        "&format=text",
        "&lines=10",
        "&jobId=job_globex",
        "&search=globex"
      })
  void theLogsOfAnotherAccountAreNotRead(String query) {
    String path = "/v2/endpoints/" + ENDPOINT + "/logs?" + DAY + query;

    assertThat(api.get(ApiStack.MIA, path + "&account=globex").body()).contains(SECRET);
    for (String account :
        List.of(
            "",
            "&account=",
            "&account=acme",
            "&account=globex",
            "&account=*",
            "&account=%2A",
            "&account=globex%00",
            "&account=acme%27%20OR%201%3D1",
            "&account=GLOBEX")) {
      HttpResponse<String> answer = api.get(ApiStack.DORA, path + account);
      assertThat(answer.statusCode()).as(account).isIn(200, 403, 404);
      assertThat(answer.body()).as(account).doesNotContain(SECRET);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"search", "aggregate"})
  void noNameInABodyLeadsToAnotherAccount(String route) {
    String rest =
        route.equals("search")
            ? "\"filters\": {\"timeRange\": {\"start\": \"2024-03-01\", \"end\": \"2024-03-02\"}}"
            : "\"timeRange\": {\"start\": \"2024-03-01\", \"end\": \"2024-03-02\"},"
                + " \"aggregations\": [{\"name\": \"a\", \"groupBy\": [\"jobId\"]}]";
    String found = route.equals("search") ? SECRET : "job_globex";
    String path = "/v2/endpoints/logs/" + route;
    String endpoints = "\"endpointIds\": [\"%s\", \"ep_1234567890abcdef\"], ".formatted(ENDPOINT);

    assertThat(
            api.post(ApiStack.MIA, path, "{\"account\": \"globex\", " + endpoints + rest + "}")
                .body())
        .contains(found);
    for (String account : List.of("", "acme", "globex", "*", "globex\\u0000")) {
      for (String query : List.of("", "?account=globex", "?account=acme")) {
        HttpResponse<String> answer =
            api.post(
                ApiStack.DORA,
                path + query,
                "{\"account\": \"" + account + "\", " + endpoints + rest + "}");
        assertThat(answer.statusCode()).as(account + query).isIn(200, 403);
        assertThat(answer.body()).as(account + query).doesNotContain(found);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v2/scripts?",
        "/v2/metrics?script=ep_of_globex&",
        "/v2/scripts/ep_of_globex/metrics?",
        "/v2/scripts/ep_of_globex/timeline?",
        "/v2/scripts/ep_of_globex/versions?",
        "/v2/scripts/ep_of_globex/runs?",
        "/v2/scripts/ep_of_globex/logs?",
        "/v2/scripts/ep_of_globex/facets?",
        "/v2/scripts/ep_of_globex/errors?",
        "/v2/scripts/ep_of_globex/patterns?",
        "/v2/scripts/ep_of_globex/exports/runs_data.csv?",
        "/v2/exports/logs_data.ndjson?script=ep_of_globex&",
        "/v2/scripts/ep_of_globex/live?",
        "/v2/scripts/ep_of_globex/live?events=runs,logs&lastEventId=0&",
        "/v2/live?script=ep_of_globex&",
        "/v2/runs?script=ep_of_globex&",
        "/v2/logs?script=ep_of_globex&",
        "/v2/logs?script=&",
        "/v2/runs/job_globex?",
        "/v2/runs/job_globex/logs?",
        "/v2/session?",
      })
  void noRouteTakesTheNameOfAnotherAccount(String path) {
    HttpResponse<String> answer =
        api.raw(api.request(ApiStack.DORA, path + "account=globex").GET().build());

    assertThat(answer.statusCode()).as(path + answer.body()).isIn(400, 403, 404);
    assertThat(answer.body()).doesNotContain(SECRET).doesNotContain("\"job_globex\"");
  }

  @Test
  @Timeout(60)
  void aStreamHasTheEntriesOfItsAccountAlone() throws IOException {
    String endpointId = "ep_" + UUID.randomUUID();
    String path = "/v2/endpoints/" + endpointId + "/logs?stream=true";
    assertThat(api.get(ApiStack.DORA, path + "&account=globex").statusCode()).isEqualTo(403);
    String hourAgo = Long.toString(System.currentTimeMillis() - 3_000_000);
    assertThat(
            api.get(ApiStack.DORA, path + "&account=globex", "Last-Event-ID", hourAgo).statusCode())
        .isEqualTo(403);
    insert("globex", endpointId, SECRET);
    insert("acme", endpointId, "of acme");

    for (String last : List.of(hourAgo, "0", "-1", Long.toString(Long.MIN_VALUE))) {
      try (RawClient client = new RawClient(api.port())) {
        client.send(RawClient.head("GET", path, ApiStack.DORA, "Last-Event-ID: " + last + "\r\n"));
        assertThat(client.readHead().status()).isEqualTo(200);
        String line = client.readLine();
        while (!line.startsWith("data: ")) {
          line = client.readLine();
        }
        assertThat(line).contains("of acme");
      }
    }
  }

  @Test
  @Timeout(60)
  void aStreamOfAScriptHasWhatArrivesInItsAccountAlone() {
    String script = "live_" + UUID.randomUUID();
    Instant start = Instant.parse("2024-03-01T10:00:00Z");
    RunTable.insertRows(
        ApiStack.clickHouse(),
        List.of(RunTable.run(script, "of_globex", start, 1).put("account", "globex")));
    insert("globex", script, SECRET);
    insert("acme", script, "of acme");
    RunTable.insertRows(ApiStack.clickHouse(), List.of(RunTable.run(script, "of_acme", start, 1)));

    String path = "/v2/scripts/" + script + "/live?events=runs,logs&lastEventId=";
    for (String last : List.of("1", Long.toString(System.currentTimeMillis() - 3_000_000))) {
      try (Events events = new Events(api.open(ApiStack.DORA, path + last))) {
        Events.Event first = events.next();
        Events.Event entry = first.type().equals("gap") ? events.next() : first;
        assertThat(entry.data().get("message").asText()).isEqualTo("of acme");
        assertThat(events.next().data().get("runId").asText()).isEqualTo("of_acme");
        events.awaitHeartbeats(2);
      }
    }
  }

  private static void insert(String account, String endpointId, String message) {
    LogTable.insert(
        ApiStack.clickHouse(),
        account,
        endpointId,
        LogTable.entries(LogTable.entry("2024-03-01T10:00:00Z", "info", message)));
  }

  @ParameterizedTest
  @CsvSource({
    "default, ''",
    "default, x",
    "Default, ''",
    "'default ', ''",
    "' default', ''",
    "'default\0', ''",
    "'default\n', ''",
    "'default\t', ' '",
    "'\0default', ''",
    "script_writer, ''",
    "script_writer, writer",
    "script_views, ''",
    "script_views, script_views",
    "open, ''",
    "open, x",
    "'open\0', x",
    "DORA, se:cr:et",
    "'dora ', se:cr:et",
    "dora, ''",
    "dora, ' se:cr:et'",
    "dora, 'se:cr:et '",
    "dora, 'se:cr:et\0'",
    "'dora\0se', cr:et",
    "'', ''",
    "'', se:cr:et",
    "dora:se, cr:et:",
  })
  void nobodyComesInAsOneOfThese(String user, String secret) throws IOException {
    String logs = "/v2/endpoints/" + ENDPOINT + "/logs?account=acme";
    String key = Keys.of(user, secret);
    String basic =
        Base64.getEncoder().encodeToString((user + ":" + secret).getBytes(StandardCharsets.UTF_8));
    Problem.of(api.get(key, logs), 401, "UNAUTHENTICATED");
    Problem.of(api.get(null, logs, "Authorization", "Basic " + basic), 401, "UNAUTHENTICATED");
    Problem.of(
        api.post(null, "/v2/session", "{\"key\": \"%s\"}".formatted(key)), 401, "UNAUTHENTICATED");
  }

  /** A session may be older than the option that refuses its user. */
  @ParameterizedTest
  @CsvSource({"default, ''", "default, x", "script_writer, writer", "open, x", "dora, ''"})
  void noSessionAndNoTicketBringsThemIn(String user, String secret) throws IOException {
    Seal seal = new Seal(List.of(SEAL_KEY));
    Content content = new Content(new Credentials(user, secret), Instant.now().plusSeconds(60));
    try (ApiServer server = sealed()) {
      assertThat(session(server, seal, content).statusCode()).isEqualTo(401);
      String ticket = seal.seal(Purpose.TICKET, content);
      HttpResponse<String> login =
          api.raw(HttpRequest.newBuilder(address(server, "/login?ticket=" + ticket)).build());
      String cookie = login.headers().firstValue("Set-Cookie").orElse("").replaceFirst(";.*", "");
      HttpResponse<String> answer =
          api.raw(
              HttpRequest.newBuilder(address(server, "/v2/session"))
                  .header("Cookie", cookie)
                  .build());
      Problem.of(answer, 401, "UNAUTHENTICATED");
    }
  }

  @Test
  void aSessionSeesItsAccountAlone() throws IOException {
    Seal seal = new Seal(List.of(SEAL_KEY));
    Content content =
        new Content(new Credentials("dora", "se:cr:et"), Instant.now().plusSeconds(60));
    try (ApiServer server = sealed()) {
      assertThat(JSON.readTree(session(server, seal, content).body()).get("accounts").toString())
          .isEqualTo("[\"acme\"]");
      HttpResponse<String> answer =
          api.raw(
              HttpRequest.newBuilder(
                      address(server, "/v2/endpoints/" + ENDPOINT + "/logs?account=globex"))
                  .header("Cookie", cookie(seal, content))
                  .build());
      Problem.of(answer, 403, "ACCOUNT_NOT_ALLOWED");
      Content ended = new Content(content.credentials(), Instant.now().minusSeconds(1));
      assertThat(session(server, seal, ended).statusCode()).isEqualTo(401);
      Seal other = new Seal(List.of());
      assertThat(session(server, other, content).statusCode()).isEqualTo(401);
    }
  }

  private static ApiServer sealed() {
    return ApiServer.start(
        ApiStack.configuration(
            Map.of("SEAL", Base64.getEncoder().encodeToString(SEAL_KEY)),
            "--api.session-key=${SEAL}"));
  }

  private static HttpResponse<String> session(ApiServer server, Seal seal, Content content) {
    return api.raw(
        HttpRequest.newBuilder(address(server, "/v2/session"))
            .header("Cookie", cookie(seal, content))
            .build());
  }

  private static String cookie(Seal seal, Content content) {
    return "sa_session_0=" + seal.seal(Purpose.SESSION, content);
  }

  private static URI address(ApiServer server, String path) {
    return URI.create("http://127.0.0.1:" + server.port() + path);
  }
}
