package dev.scriptanalytics.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * {@code openapi.yaml} beside the server that it describes; {@link ApiStack} checks each answer.
 */
class DescriptionIT {
  @RegisterExtension static final ApiStack api = new ApiStack();

  @Test
  void theDescriptionIsServed() {
    HttpResponse<String> answer = api.get(null, "/openapi.yaml");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).startsWith("openapi: 3.1.0");
  }

  @Test
  void itNamesTheParametersThatTheServerTakes() throws IOException {
    var known =
        new ObjectMapper()
            .readTree(api.get(ApiStack.DORA, "/v2/endpoints/x/logs?colour=red").body())
            .get("details")
            .get("known");

    assertThat(Description.parameters("/v2/endpoints/{endpointId}/logs", "get"))
        .containsExactlyInAnyOrder(new ObjectMapper().convertValue(known, String[].class));
  }

  @Test
  void theHealthOfTheServerIsDescribed() {
    assertThat(api.get(null, "/health/live").body()).isEqualTo("ok\n");
    assertThat(api.get(null, "/health/ready").body()).isEqualTo("ok\n");
  }
}
