package dev.scriptanalytics.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.testkit.junit.Log;
import dev.scriptanalytics.testkit.process.Waiting;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What those who operate the server see: metrics, the access log, ids of requests; and CORS. */
class OperationsIT {
  private static final String LOGS =
      "/v2/endpoints/ep_1234567890abcdef/logs?startTime=2024-01-15&endTime=2024-01-16";

  @RegisterExtension static final ApiStack api = new ApiStack();

  @Test
  void requestsAreCountedByRouteAndStatus() {
    api.get(ApiStack.DORA, LOGS);
    api.get(ApiStack.DORA, "/v2/endpoints/counted-script/logs?limit=0");
    api.get(null, "/nowhere");

    // A request is counted after its answer.
    Waiting.until(Duration.ofSeconds(10), () -> metrics().anyMatch(counts("GET", "none", "404")));
    assertThat(metrics())
        .anyMatch(counts("GET", "/v2/endpoints/{endpointId}/logs", "200"))
        .anyMatch(counts("GET", "/v2/endpoints/{endpointId}/logs", "400"))
        .anyMatch(counts("GET", "none", "404"))
        .anyMatch(line -> line.startsWith("jvm_memory_used_bytes"))
        .anyMatch(line -> line.startsWith("script_analytics_api_streams_open "))
        .noneMatch(line -> line.contains("counted-script") || line.contains("dora"));
  }

  private static Stream<String> metrics() {
    return api.get(null, "/metrics").body().lines();
  }

  private static Predicate<String> counts(String method, String route, String status) {
    return line ->
        line.startsWith("script_analytics_api_requests_seconds_count")
            && line.contains("method=\"" + method + "\"")
            && line.contains("route=\"" + route + "\"")
            && line.contains("status=\"" + status + "\"");
  }

  @Test
  void theAccessLogNamesTheUserAndKeepsSecretsOut() {
    try (Log log = new Log("access")) {
      HttpResponse<String> answer = api.get(ApiStack.DORA, LOGS + "&search=looked-for");

      String id = answer.headers().firstValue("X-Request-Id").orElseThrow();
      // The line is written after the answer.
      Waiting.until(Duration.ofSeconds(10), () -> !linesWith(log, id).isEmpty());
      assertThat(linesWith(log, id))
          .singleElement()
          .asString()
          .startsWith("INFO GET /v2/endpoints/ep_1234567890abcdef/logs 200 ")
          .contains("user dora")
          .contains("from 127.0.0.1")
          .doesNotContain("looked-for")
          .doesNotContain(ApiStack.DORA);
    }
  }

  private static List<String> linesWith(Log log, String text) {
    return log.lines().stream().filter(line -> line.contains(text)).toList();
  }

  @Test
  void aRequestIsFoundInTheLogOfQueriesByItsId() {
    HttpResponse<String> answer = api.get(ApiStack.DORA, LOGS);
    String id = answer.headers().firstValue("X-Request-Id").orElseThrow();

    ApiStack.clickHouse().query("SYSTEM FLUSH LOGS query_log");

    assertThat(
            ApiStack.clickHouse()
                .query(
                    "SELECT DISTINCT user FROM system.query_log WHERE query_id LIKE '"
                        + id
                        + "-%'"))
        .isEqualTo("dora");
  }

  @Test
  void pagesOfOtherOriginsMayAskOnlyWhereTheyAreNamed() {
    try (ApiServer server =
        ApiServer.start(ApiStack.configuration("--api.cors-origins=https://app.example.org"))) {
      HttpResponse<String> named = preflight(server.port(), "https://app.example.org");
      assertThat(named.headers().firstValue("Access-Control-Allow-Origin"))
          .hasValue("https://app.example.org");
      assertThat(named.headers().firstValue("Access-Control-Allow-Headers").orElse(""))
          .containsIgnoringCase("authorization");
      assertThat(named.headers().firstValue("Access-Control-Allow-Credentials")).isEmpty();

      HttpResponse<String> other = preflight(server.port(), "https://evil.example.org");
      assertThat(other.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
    }
    assertThat(
            preflight(api.port(), "https://app.example.org")
                .headers()
                .firstValue("Access-Control-Allow-Origin"))
        .isEmpty();
  }

  private static HttpResponse<String> preflight(int port, String origin) {
    return api.raw(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v2/session"))
            .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
            .header("Origin", origin)
            .header("Access-Control-Request-Method", "GET")
            .header("Access-Control-Request-Headers", "authorization")
            .build());
  }
}
