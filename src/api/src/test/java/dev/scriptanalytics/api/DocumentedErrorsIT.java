package dev.scriptanalytics.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The four documented errors, field by field. */
class DocumentedErrorsIT {
  private static final String LOGS = "/v2/endpoints/ep_1234567890abcdef/logs";

  @RegisterExtension static final ApiStack api = new ApiStack();

  @Test
  void aRangeThatEndsBeforeItBegins() throws IOException {
    try (ApiServer server = ApiServer.start(ApiStack.configuration("--api.max-time-range=24 h"))) {
      JsonNode error =
          error(at(server, "?startTime=2024-01-15T12:00:00Z&endTime=2024-01-15T10:00:00Z"), 400);
      assertThat(error.get("details")).isEqualTo(Documentation.error(400).get("details"));
    }
  }

  @Test
  void aKeyWithoutThePermission() throws IOException {
    JsonNode error = error(api.get(ApiStack.RUTH, LOGS), 403);

    assertThat(error.get("details").get("requiredPermission").asText()).isEqualTo("logs:read");
    assertThat(error.get("details").get("currentPermissions").toString())
        .isEqualTo("[\"runs:read\"]");
  }

  @Test
  void moreEntriesThanAnAnswerMayHave() throws IOException {
    JsonNode documented = Documentation.error(413).get("details");
    JsonNode details =
        error(api.get(ApiStack.DORA, LOGS + "?limit=10000&offset=40000"), 413).get("details");

    assertThat(details.get("requestedCount")).isEqualTo(documented.get("requestedCount"));
    assertThat(details.get("maxAllowed")).isEqualTo(documented.get("maxAllowed"));
  }

  @Test
  void moreRequestsThanAKeyMayMakeAMinute() throws IOException {
    try (ApiServer server =
        ApiServer.start(ApiStack.configuration("--api.requests-per-minute=1"))) {
      at(server, "");

      JsonNode details = error(at(server, ""), 429).get("details");
      assertThat(details.get("limit").asInt()).isEqualTo(1);
      assertThat(details.get("window").asText()).isEqualTo("1m");
      assertThat(details.get("retryAfter").asInt()).isBetween(1, 60);
    }
  }

  @Test
  void moreQuestionsThanAKeyMayAskAnHour() throws IOException {
    HttpResponse<String> answer = api.get(ApiStack.HANNA, LOGS);
    for (int i = 0; i < 5 && answer.statusCode() != 429; i++) {
      answer = api.get(ApiStack.HANNA, LOGS);
    }

    JsonNode details = error(answer, 429).get("details");
    assertThat(details.get("limit").asInt()).isEqualTo(4);
    assertThat(details.get("window").asText()).isEqualTo("1h");
    assertThat(details.get("retryAfter").asInt()).isBetween(1, 3600);
  }

  private static HttpResponse<String> at(ApiServer server, String query) {
    return api.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + LOGS + query))
            .header("Authorization", "Bearer " + ApiStack.DORA)
            .build());
  }

  /** The body of an answer, which has the documented word, message and fields. */
  private static JsonNode error(HttpResponse<String> answer, int status) throws IOException {
    JsonNode documented = Documentation.error(status);
    JsonNode error = Problem.of(answer, status, documented.get("error").asText());
    assertThat(error.get("message")).isEqualTo(documented.get("message"));
    details(error, status);
    return error;
  }

  /** The details of an error, which have the documented names and advice. */
  private static JsonNode details(JsonNode error, int status) {
    JsonNode documented = Documentation.error(status).get("details");
    JsonNode details = error.get("details");
    assertThat(names(details)).isEqualTo(names(documented));
    assertThat(details.path("suggestion").asText())
        .startsWith(documented.path("suggestion").asText());
    return details;
  }

  private static Set<String> names(JsonNode object) {
    Set<String> names = new HashSet<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }
}
