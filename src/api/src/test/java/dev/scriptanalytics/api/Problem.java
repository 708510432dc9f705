package dev.scriptanalytics.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpResponse;

/** What all errors have in common. */
final class Problem {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Problem() {}

  /** The body of an answer that is an error; it has no word of ClickHouse. */
  static JsonNode of(HttpResponse<String> answer, int status, String error) throws IOException {
    return of(
        answer.statusCode(),
        answer.headers().firstValue("Content-Type").orElse(""),
        answer.body(),
        status,
        error);
  }

  /** The same of an answer that was read by hand. */
  static JsonNode of(RawClient.Answer answer, int status, String error) throws IOException {
    return of(answer.status(), answer.headers().get("content-type"), answer.body(), status, error);
  }

  private static JsonNode of(int actualStatus, String type, String text, int status, String error)
      throws IOException {
    assertThat(actualStatus).as(text).isEqualTo(status);
    assertThat(type).isEqualTo("application/problem+json");
    assertThat(text)
        .doesNotContainIgnoringCase("exception")
        .doesNotContainIgnoringCase("clickhouse")
        .doesNotContain("script_analytics");
    JsonNode body = JSON.readTree(text);
    assertThat(body.get("type").asText()).startsWith("urn:script-analytics:error:");
    assertThat(body.get("title").asText()).isNotEmpty();
    assertThat(body.get("status").asInt()).isEqualTo(status);
    assertThat(body.get("error").asText()).isEqualTo(error);
    assertThat(body.get("detail")).isEqualTo(body.get("message"));
    assertThat(body.get("message").asText()).isNotEmpty();
    assertThat(body.get("details").isObject()).isTrue();
    return body;
  }
}
