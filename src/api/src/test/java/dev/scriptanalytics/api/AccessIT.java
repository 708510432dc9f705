package dev.scriptanalytics.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptanalytics.api.access.Keys;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys, permissions, accounts, rates, and a database that is away. */
class AccessIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String LOGS =
      "/v2/endpoints/ep_1234567890abcdef/logs?startTime=2024-01-15&endTime=2024-01-16";

  @RegisterExtension static final ApiStack api = new ApiStack();

  @Test
  void aKeyIsReadFromEitherScheme() {
    assertThat(api.get(ApiStack.DORA, LOGS).statusCode()).isEqualTo(200);
    assertThat(authorized("bearer " + ApiStack.DORA).statusCode()).isEqualTo(200);
    assertThat(authorized(basic("dora", "se:cr:et")).statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({
    "default, ''",
    "default, secret",
    "script_writer, writer",
    "script_views, ''",
    "script_views, secret",
    "open, ''",
    "open, secret",
    "dora, ''",
    "dora, wrong",
    "dora, se",
    "nobody, secret",
    "'', secret",
  })
  void usersAndSecretsThatAreRefused(String user, String secret) throws IOException {
    problem(authorized("Bearer " + Keys.of(user, secret)), 401, "UNAUTHENTICATED");
    problem(authorized(basic(user, secret)), 401, "UNAUTHENTICATED");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Bearer",
        "Bearer sa_",
        "Bearer sa_%%%",
        "Bearer x",
        "Digest a",
        "sa_x",
        "Basic ="
      })
  void malformedKeysAreRefused(String authorization) throws IOException {
    HttpResponse<String> answer = authorized(authorization);

    problem(answer, 401, "UNAUTHENTICATED");
    assertThat(answer.headers().firstValue("WWW-Authenticate"))
        .hasValue("Bearer realm=\"script-analytics\"");
  }

  @Test
  void aRequestWithoutAKeySaysHowToSendOne() throws IOException {
    assertThat(problem(api.get(null, LOGS), 401, "UNAUTHENTICATED").get("message").asText())
        .contains("Authorization: Bearer");
  }

  @ParameterizedTest
  @ValueSource(strings = {"api_key", "token", "key", "access_token", "Authorization"})
  void aKeyInTheAddressIsRefused(String parameter) throws IOException {
    HttpResponse<String> answer = api.get(ApiStack.DORA, LOGS + "&" + parameter + "=sa_secret");

    problem(answer, 400, "KEY_IN_ADDRESS");
    assertThat(answer.body()).doesNotContain("sa_secret");
  }

  @Test
  void aMissingPermissionIsNamed() throws IOException {
    JsonNode answer = problem(api.get(ApiStack.RUTH, LOGS), 403, "INSUFFICIENT_PERMISSIONS");

    assertThat(answer.get("message").asText())
        .isEqualTo("Logs access requires logs:read permission");
    assertThat(answer.get("details"))
        .isEqualTo(
            JSON.readTree(
                """
                {"requiredPermission": "logs:read", "currentPermissions": ["runs:read"]}
                """));
    assertThat(
            problem(api.get(ApiStack.NORA, LOGS), 403, "INSUFFICIENT_PERMISSIONS")
                .get("details")
                .get("currentPermissions"))
        .isEmpty();
  }

  @Test
  void anAccountIsChosenOrNamed() throws IOException {
    assertThat(api.get(ApiStack.MIA, LOGS + "&account=acme").statusCode()).isEqualTo(200);
    assertThat(
            problem(api.get(ApiStack.MIA, LOGS), 400, "INVALID_PARAMETER")
                .get("details")
                .get("accounts")
                .toString())
        .isEqualTo("[\"acme\",\"globex\"]");
    problem(api.get(ApiStack.MIA, LOGS + "&account=globex"), 404, "ENDPOINT_NOT_FOUND");
  }

  @Test
  void aForeignAccountAndOneThatDoesNotExistLookAlike() throws IOException {
    String foreign = api.get(ApiStack.DORA, LOGS + "&account=globex").body();
    String missing = api.get(ApiStack.DORA, LOGS + "&account=nowhere").body();

    assertThat(foreign.replace("globex", "X")).isEqualTo(missing.replace("nowhere", "X"));
    problem(api.get(ApiStack.DORA, LOGS + "&account=globex"), 403, "ACCOUNT_NOT_ALLOWED");
    problem(api.get(ApiStack.EMIL, LOGS), 403, "ACCOUNT_NOT_ALLOWED");
    for (String route : new String[] {"search", "aggregate"}) {
      problem(
          api.post(
              ApiStack.DORA,
              "/v2/endpoints/logs/" + route,
              """
              {"account": "globex", "endpointIds": ["ep_1234567890abcdef"]%s}
              """
                  .formatted(
                      route.equals("search") ? "" : ", \"aggregations\": [{\"name\": \"a\"}]")),
          403,
          "ACCOUNT_NOT_ALLOWED");
    }
  }

  @Test
  void anExceededQuotaSaysWhenToComeBack() throws IOException {
    HttpResponse<String> answer = api.get(ApiStack.QUENTIN, LOGS);
    for (int i = 0; i < 5 && answer.statusCode() == 200; i++) {
      answer = api.get(ApiStack.QUENTIN, LOGS);
    }

    JsonNode details = problem(answer, 429, "RATE_LIMIT_EXCEEDED").get("details");
    assertThat(details.get("limit").asInt()).isEqualTo(2);
    assertThat(details.get("window").asText()).isEqualTo("1m");
    assertThat(details.get("retryAfter").asInt()).isBetween(1, 60);
    assertThat(answer.headers().firstValue("Retry-After"))
        .hasValue(details.get("retryAfter").asText());
  }

  @Test
  void ratesOfKeysAndOfFailedLoginsAreLimited() throws IOException {
    try (ApiServer server =
        ApiServer.start(
            ApiStack.configuration(
                "--api.requests-per-minute=2", "--api.failed-logins-per-minute=2"))) {
      assertThat(at(server, ApiStack.DORA).statusCode()).isEqualTo(200);
      assertThat(at(server, ApiStack.DORA).statusCode()).isEqualTo(200);
      HttpResponse<String> limited = at(server, ApiStack.DORA);
      problem(limited, 429, "RATE_LIMIT_EXCEEDED");
      assertThat(limited.headers().firstValue("Retry-After")).isPresent();
      assertThat(limited.headers().firstValue("RateLimit-Policy")).hasValue("\"key\";q=2;w=60");

      String wrong = Keys.of("mia", "wrong");
      problem(at(server, wrong), 401, "UNAUTHENTICATED");
      problem(at(server, wrong), 401, "UNAUTHENTICATED");
      problem(at(server, wrong), 429, "RATE_LIMIT_EXCEEDED");
      // The right secret cannot be found by going on, but who is in already stays in.
      problem(at(server, ApiStack.MIA), 429, "RATE_LIMIT_EXCEEDED");
    }
  }

  @Test
  void aDatabaseThatIsAwayIsSaid() throws IOException {
    try (ApiServer server =
        ApiServer.start(ApiStack.configuration("--clickhouse.url=http://127.0.0.1:1"))) {
      problem(at(server, ApiStack.DORA), 503, "UNAVAILABLE");
      problem(at(server, null, "/health/ready"), 503, "UNAVAILABLE");
      assertThat(at(server, null, "/health/live").statusCode()).isEqualTo(200);
    }
    assertThat(api.get(null, "/health/ready").statusCode()).isEqualTo(200);
  }

  private static HttpResponse<String> at(ApiServer server, String key) {
    return at(server, key, LOGS + "&account=acme");
  }

  private static HttpResponse<String> at(ApiServer server, String key, String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
    if (key != null) {
      request.header("Authorization", "Bearer " + key);
    }
    return api.send(request.build());
  }

  private static HttpResponse<String> authorized(String authorization) {
    return api.get(null, LOGS, "Authorization", authorization);
  }

  private static String basic(String user, String secret) {
    return "Basic "
        + Base64.getEncoder()
            .encodeToString((user + ":" + secret).getBytes(StandardCharsets.UTF_8));
  }

  /** The body of an error, which has the one form of all errors. */
  private static JsonNode problem(HttpResponse<String> answer, int status, String error)
      throws IOException {
    return Problem.of(answer, status, error);
  }
}
