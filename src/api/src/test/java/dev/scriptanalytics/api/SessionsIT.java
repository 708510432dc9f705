package dev.scriptanalytics.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptanalytics.api.access.Keys;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Sessions of browsers: a cookie for a key or a ticket. */
class SessionsIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SESSION = "/v2/session";
  private static final String TICKETS = "/v2/session/tickets";
  private static final String LOGS =
      "/v2/endpoints/ep_1234567890abcdef/logs?startTime=2024-01-15&endTime=2024-01-16";

  @RegisterExtension static final ApiStack api = new ApiStack();

  @Test
  void aKeyIsChangedForACookieThatScriptsCannotRead() throws IOException {
    HttpResponse<String> answer = logIn(ApiStack.DORA);

    String cookie = answer.headers().firstValue("Set-Cookie").orElseThrow();
    assertThat(Arrays.stream(cookie.split("; ?", -1)).skip(1))
        .contains("Path=/", "Max-Age=43200", "HttpOnly", "SameSite=Strict")
        .doesNotContain("Secure");
    assertThat(cookie).startsWith("sa_session_").doesNotContain("dora");
    JsonNode session = JSON.readTree(answer.body());
    assertThat(session.get("user").asText()).isEqualTo("dora");
    assertThat(session.get("accounts")).isEqualTo(JSON.readTree("[\"acme\"]"));
    assertThat(session.get("permissions"))
        .isEqualTo(
            JSON.readTree("[\"logs:read\",\"runs:read\",\"export\",\"stream\",\"rejected:read\"]"));
    assertThat(session.get("expiresAt").asText()).endsWith("Z");
  }

  @Test
  void theCookieTakesThePlaceOfTheKey() throws IOException {
    String cookie = cookie(logIn(ApiStack.DORA));

    assertThat(api.get(null, LOGS, "Cookie", cookie).statusCode()).isEqualTo(200);
    JsonNode session = JSON.readTree(api.get(null, SESSION, "Cookie", cookie).body());
    assertThat(session.get("user").asText()).isEqualTo("dora");
    assertThat(session.get("expiresAt").isTextual()).isTrue();
  }

  @Test
  void aKeyInTheHeaderWinsOverTheCookie() throws IOException {
    String cookie = cookie(logIn(ApiStack.DORA));

    HttpResponse<String> answer = api.get(ApiStack.MIA, SESSION, "Cookie", cookie);
    JsonNode session = JSON.readTree(answer.body());
    assertThat(session.get("user").asText()).isEqualTo("mia");
    assertThat(session.get("expiresAt").isNull()).isTrue();
  }

  @Test
  void loggingOutTakesTheCookieBack() {
    HttpRequest request =
        api.request(null, SESSION, "Cookie", cookie(logIn(ApiStack.DORA))).DELETE().build();

    HttpResponse<String> answer = api.send(request);

    assertThat(answer.statusCode()).isEqualTo(204);
    assertThat(answer.headers().firstValue("Set-Cookie").orElseThrow())
        .contains("=;")
        .contains("Expires=Thu, 01 Jan 1970");
  }

  @Test
  void aTicketBringsABrowserToThePageWithACookie() throws IOException {
    URI login = URI.create(ticket(ApiStack.DORA).get("url").asText());

    HttpResponse<String> answer = api.get(null, login.getRawPath() + "?" + login.getRawQuery());

    assertThat(answer.statusCode()).isEqualTo(303);
    assertThat(answer.headers().firstValue("Location")).hasValue("/");
    assertThat(api.get(null, LOGS, "Cookie", cookie(answer)).statusCode()).isEqualTo(200);
  }

  @Test
  void aTicketIsNoCookieAndACookieIsNoTicket() throws IOException {
    String cookie = cookie(logIn(ApiStack.DORA));
    String name = cookie.substring(0, cookie.indexOf('='));
    String session = cookie.substring(cookie.indexOf('=') + 1);
    String url = ticket(ApiStack.DORA).get("url").asText();
    String ticket = url.substring(url.indexOf("ticket=") + "ticket=".length());

    Problem.of(api.get(null, LOGS, "Cookie", name + "=" + ticket), 401, "UNAUTHENTICATED");
    Problem.of(api.get(null, "/login?ticket=" + session), 401, "UNAUTHENTICATED");
    Problem.of(api.get(null, "/login?ticket=AAAA"), 401, "UNAUTHENTICATED");
    Problem.of(api.get(null, "/login"), 401, "UNAUTHENTICATED");
  }

  @Test
  void aWrongKeyAndARefusedUserGetNoCookie() throws IOException {
    Problem.of(logIn(Keys.of("dora", "wrong")), 401, "UNAUTHENTICATED");
    Problem.of(logIn(Keys.of("default", "")), 401, "UNAUTHENTICATED");
    Problem.of(logIn("dora"), 401, "UNAUTHENTICATED");
    Problem.of(api.post(null, SESSION, "{}"), 400, "INVALID_PARAMETER");
  }

  @Test
  void requestsThatChangeSomethingNeedJson() throws IOException {
    HttpRequest form =
        api.request(null, SESSION, "Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString("key=" + ApiStack.DORA))
            .build();

    Problem.of(api.send(form), 415, "UNSUPPORTED_MEDIA_TYPE");
  }

  @Test
  void behindHttpsTheCookieIsSecureAndNamedByThePublicPort() {
    try (ApiServer server =
        ApiServer.start(ApiStack.configuration("--api.public-url=https://scripts.example.org"))) {
      HttpRequest request =
          HttpRequest.newBuilder(
                  URI.create("http://127.0.0.1:%d%s".formatted(server.port(), SESSION)))
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString(body(ApiStack.DORA)))
              .build();

      String cookie = api.send(request).headers().firstValue("Set-Cookie").orElseThrow();

      assertThat(cookie).startsWith("sa_session_443=");
      assertThat(cookie.split("; ?", -1)).contains("Secure");
    }
  }

  private static JsonNode ticket(String key) throws IOException {
    HttpResponse<String> answer = api.post(key, TICKETS, "{}");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  private static HttpResponse<String> logIn(String key) {
    return api.post(null, SESSION, body(key));
  }

  private static String body(String key) {
    return JSON.createObjectNode().put("key", key).toString();
  }

  /** The cookie as a browser sends it back. */
  private static String cookie(HttpResponse<String> answer) {
    return answer.headers().firstValue("Set-Cookie").orElseThrow().replaceFirst(";.*", "");
  }
}
