package dev.scriptanalytics.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptanalytics.api.access.Keys;
import java.io.StringWriter;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.WriterAppender;
import org.apache.logging.log4j.core.layout.PatternLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Secrets that clients send, in the right place and in wrong ones: none is told to anybody. */
class SecretsIT {
  private static final String LOGS = "/v2/endpoints/ep_1234567890abcdef/logs";
  private static final String SECRET = "se:cr:et";

  /** What no log, no error and no metric may have, whatever is around it. */
  private static final String MARK = "Zm9vYmFyMARK";

  @RegisterExtension static final ApiStack api = new ApiStack();

  private final StringWriter log = new StringWriter();
  private final List<String> told = new ArrayList<>();
  private WriterAppender appender;

  @BeforeEach
  void listen() {
    // With the levels that the server is shipped with, which its resources have.
    appender =
        WriterAppender.newBuilder()
            .setName("secrets")
            .setTarget(log)
            .setLayout(PatternLayout.newBuilder().withPattern("%c %m%n%throwable").build())
            .build();
    appender.start();
    context().getConfiguration().getRootLogger().addAppender(appender, null, null);
    context().updateLoggers();
  }

  @AfterEach
  void stopListening() {
    context().getConfiguration().getRootLogger().removeAppender("secrets");
    context().updateLoggers();
    appender.stop();
  }

  private static LoggerContext context() {
    return (LoggerContext) LogManager.getContext(false);
  }

  @Test
  void noSecretIsInALogAnErrorOrAMetric() throws Exception {
    String wrong = Keys.of("dora", MARK);
    String basic =
        Base64.getEncoder().encodeToString(("dora:" + MARK).getBytes(StandardCharsets.UTF_8));

    hear(api.get(ApiStack.DORA, LOGS));
    hear(api.get(wrong, LOGS));
    hear(api.get("sa_" + MARK + "%", LOGS));
    hear(api.get(null, LOGS, "Authorization", MARK));
    hear(api.get(null, LOGS, "Authorization", "Basic " + basic));
    hear(api.get(null, LOGS, "Authorization", "Digest " + MARK));
    hear(api.get(ApiStack.DORA, LOGS + "?api_key=" + MARK));
    hear(api.get(ApiStack.DORA, LOGS + "?Token=" + wrong));
    hear(api.get(null, "/login?ticket=" + MARK));
    hear(api.get(null, "/login?ticket=" + MARK + "&ticket=" + MARK));
    hear(api.get(null, "/v2/session", "Cookie", "sa_session_0=" + MARK));
    hear(api.get(ApiStack.DORA, LOGS, "X-Long", MARK + "a".repeat(20_000)));
    hear(api.post(null, "/v2/session", "{\"key\": \"%s\"}".formatted(wrong)));
    hear(api.post(null, "/v2/session", "{\"key\": [\"%s\"]}".formatted(MARK)));
    hear(api.post(null, "/v2/session", "{\"key\": \"%s".formatted(MARK)));
    hear(api.post(null, "/v2/session", MARK));
    HttpResponse<String> login =
        api.post(null, "/v2/session", "{\"key\": \"%s\"}".formatted(ApiStack.DORA));
    assertThat(login.statusCode()).isEqualTo(200);
    hear(login);
    String cookie = login.headers().firstValue("Set-Cookie").orElseThrow().split("[=;]", -1)[1];
    hear(api.get(null, "/v2/session", "Cookie", "sa_session_0=" + cookie));
    String ticket = ticket();
    hear(api.get(null, "/login?ticket=" + ticket));
    for (String request :
        List.of(
            "CONNECT /login?ticket=" + MARK + " HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /login?ticket=" + MARK + " HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
            "GET /login?ticket=" + MARK + "\u001b HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET http://" + MARK + "@x:y/ HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: " + MARK + ":port\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + MARK + "\0\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nAuthorization : " + MARK + "\r\n\r\n",
            "GET /login?ticket=" + MARK + "a".repeat(20_000) + " HTTP/1.1\r\nHost: a\r\n\r\n",
            MARK + "\r\n\r\n")) {
      try (RawClient client = new RawClient(api.port())) {
        told.add(client.send(request).read().body());
      }
    }
    try (ApiServer away =
            ApiServer.start(ApiStack.configuration("--clickhouse.url=http://127.0.0.1:1"));
        RawClient client = new RawClient(away.port())) {
      told.add(client.send(RawClient.head("GET", LOGS, wrong)).read().body());
    }
    String metrics = api.get(null, "/metrics").body();

    assertThat(log.toString()).contains("access GET " + LOGS + " 200", "access GET /login 401");
    assertThat(metrics).contains("/v2/endpoints/{endpointId}/logs");
    for (String secret :
        List.of(MARK, wrong, basic, SECRET, ApiStack.DORA, cookie, ticket, encoded(SECRET))) {
      assertThat(log.toString()).doesNotContain(secret);
      assertThat(metrics).doesNotContain(secret);
      told.forEach(answer -> assertThat(answer).doesNotContain(secret));
    }
  }

  private void hear(HttpResponse<String> answer) {
    told.add(answer.body());
  }

  private static String ticket() throws Exception {
    HttpResponse<String> answer = api.post(ApiStack.DORA, "/v2/session/tickets", "{}");
    String url = new ObjectMapper().readTree(answer.body()).get("url").asText();
    return url.substring(url.indexOf('=') + 1);
  }

  private static String encoded(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
