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
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    assertThat(answer.body())
        .doesNotContainIgnoringCase("exception")
        .doesNotContainIgnoringCase("clickhouse")
        .doesNotContain("script_analytics");
    JsonNode body = JSON.readTree(answer.body());
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
