package dev.scriptanalytics.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

  /** Generators make a method of each operation, a class of each tag, and a type of each schema. */
  @Test
  void clientsCanBeGeneratedFromIt() {
    List<Object> ids = new ArrayList<>();
    Description.operations()
        .forEach(
            (name, operation) -> {
              ids.add(operation.get("operationId"));
              assertThat((List<?>) operation.get("tags")).as(name).hasSize(1);
              schemas(operation).forEach(schema -> assertThat(isNamed(schema)).as(name).isTrue());
            });

    assertThat(ids).doesNotContainNull().doesNotHaveDuplicates();
  }

  /** The schemas of the bodies of JSON that an operation takes and answers with. */
  private static List<Map<?, ?>> schemas(Map<?, ?> operation) {
    List<Map<?, ?>> bodies = new ArrayList<>();
    if (operation.get("requestBody") instanceof Map<?, ?> body) {
      bodies.add(body);
    }
    ((Map<?, ?>) operation.get("responses")).values().forEach(body -> bodies.add((Map<?, ?>) body));
    List<Map<?, ?>> schemas = new ArrayList<>();
    for (Map<?, ?> body : bodies) {
      if (body.get("content") instanceof Map<?, ?> content
          && content.get("application/json") instanceof Map<?, ?> json) {
        schemas.add((Map<?, ?>) json.get("schema"));
      }
    }
    return schemas;
  }

  private static boolean isNamed(Map<?, ?> schema) {
    // One without fields needs no type.
    return schema.containsKey("$ref") || !schema.containsKey("properties");
  }

  @Test
  void theHealthOfTheServerIsDescribed() {
    assertThat(api.get(null, "/health/live").body()).isEqualTo("ok\n");
    assertThat(api.get(null, "/health/ready").body()).isEqualTo("ok\n");
  }
}
