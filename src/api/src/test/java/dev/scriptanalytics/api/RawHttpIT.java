package dev.scriptanalytics.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP as no client library sends it, and connections that are used again. */
@Timeout(120)
class RawHttpIT {
  private static final String LOGS =
      "/v2/endpoints/ep_1234567890abcdef/logs?startTime=2024-01-15&endTime=2024-01-16";
  private static final String SEARCH = "/v2/endpoints/logs/search";
  private static final String BODY = "{\"endpointIds\": [\"ep_1234567890abcdef\"]}";
  private static final int LARGEST = 256 * 1024;

  @RegisterExtension static final ApiStack api = new ApiStack();

  @Test
  void aConnectionIsUsedAgainAfterEachKindOfAnswer() {
    try (RawClient client = new RawClient(api.port())) {
      for (int round = 0; round < 2; round++) {
        is(200, client.send(RawClient.head("GET", "/health/live", null)));
        is(200, client.send(RawClient.head("GET", LOGS, ApiStack.DORA)));
        is(200, client.send(RawClient.head("GET", LOGS + "&format=csv", ApiStack.DORA)));
        is(400, client.send(RawClient.head("GET", LOGS + "&x=1", ApiStack.DORA)));
        is(401, client.send(RawClient.head("GET", LOGS, null)));
        is(403, client.send(RawClient.head("GET", LOGS + "&account=x", ApiStack.DORA)));
        is(404, client.send(RawClient.head("GET", "/v2/endpoints/no/logs", ApiStack.DORA)));
        is(404, client.send(RawClient.head("GET", "/no", null)));
        is(405, client.send(RawClient.head("PUT", LOGS, null, "Content-Length: 4\r\n") + "body"));
        is(400, client.send(RawClient.post(SEARCH, ApiStack.DORA, "{")));
        is(200, client.send(RawClient.post(SEARCH, ApiStack.DORA, BODY)));
        is(204, client.send(RawClient.head("DELETE", "/v2/session", null)));
        is(401, client.send(RawClient.head("GET", "/login?ticket=x", null)));
        is(200, client.send(RawClient.post("/v2/session", null, login())));
        client.send(RawClient.head("HEAD", LOGS, ApiStack.DORA));
        assertThat(client.readHead().status()).isEqualTo(200);
      }
    }
  }

  @Test
  void requestsThatAreSentAtOnceAreAnsweredInTheirOrder() throws IOException {
    try (RawClient client = new RawClient(api.port())) {
      client.send(
          RawClient.post(SEARCH, ApiStack.DORA, BODY)
              + RawClient.head("GET", "/health/live", null)
              + RawClient.head("GET", LOGS, null)
              + RawClient.head("GET", LOGS, ApiStack.DORA));

      assertThat(client.read().body()).startsWith("{\"endpointIds\":[");
      assertThat(client.read().body()).isEqualTo("ok\n");
      Problem.of(client.read(), 401, "UNAUTHENTICATED");
      assertThat(client.read().body()).startsWith("{\"endpointId\":");
    }
  }

  @Test
  void aStreamIsTheLastAnswerOfAConnection() {
    try (RawClient client = new RawClient(api.port())) {
      client.send(RawClient.head("GET", "/v2/endpoints/x/logs?stream=true", ApiStack.DORA));
      assertThat(client.readHead().isLast()).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/health/live, true, 200",
    "/v2/session, true, 200",
    "/v2/session, false, 401",
    "/v2/endpoints/x/logs?limit=0, true, 400",
    "/v2/endpoints/x/logs?stream=true, true, 200",
    "/v2/nothing, true, 404",
    "/v2/endpoints/logs/search, true, 405",
  })
  void headIsAnsweredAsGetWithoutABody(String address, boolean hasKey, int status) {
    try (RawClient client = new RawClient(api.port())) {
      String key = hasKey ? ApiStack.DORA : null;
      client.send(RawClient.head("HEAD", address, key, "Connection: close\r\n"));

      assertThat(client.readHead().status()).isEqualTo(status);
      assertThat(client.isClosed()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"OPTIONS", "PUT", "PATCH", "TRACE", "get", "PROPFIND", "X-Y"})
  void otherMethodsAreRefused(String method) throws IOException {
    try (RawClient client = new RawClient(api.port())) {
      RawClient.Answer answer = client.send(RawClient.head(method, LOGS, ApiStack.DORA)).read();

      Problem.of(answer, 405, "METHOD_NOT_ALLOWED");
      assertThat(answer.headers().get("allow")).contains("GET");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "http://api/health/live, 200",
    "http://another/health/live, 400",
    "//health/live, 404",
    "/health//live, 404",
    "/health/../health/live, 404",
    "/health/%2e%2e/health/live, 404",
    "/../../etc/passwd, 400",
    "/%2e%2e/%2e%2e/etc/passwd, 400",
    "/v2/endpoints//logs, 404",
    "/v2/endpoints/a%2Fb/logs, 404",
    "/v2/endpoints/a%252Fb/logs, 404",
    "/v2/endpoints/a%5Cb/logs, 404",
    "/v2/endpoints/..%2F..%2Flogs/logs, 404",
    "/v2/endpoints/%20/logs, 404",
    "/v2/endpoints/a;b=c/logs, 404",
    "/v2/endpoints/a\\b/logs, 400",
    "/v2/endpoints/a%00b/logs, 400",
    "/v2/endpoints/a%FFb/logs, 400",
    "/v2/endpoints/a%C0%80b/logs, 400",
    "/v2/endpoints/a%ED%A0%80b/logs, 400",
    "/v2/endpoints/a%u0041b/logs, 400",
    "/v2/endpoints/a%zzb/logs, 400",
    "/v2/endpoints/a%/logs, 400",
    "health/live, 400",
    "*, 400",
  })
  void oddAddressesAreAnsweredOrRefused(String address, int status) throws IOException {
    try (RawClient client = new RawClient(api.port())) {
      RawClient.Answer answer =
          client
              .send(RawClient.head("GET", address, ApiStack.DORA, "Connection: close\r\n"))
              .read();

      if (status == 200) {
        assertThat(answer.body()).isEqualTo("ok\n");
      } else {
        Problem.of(answer, status, error(answer));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0xff, 0xc0, 0x80, 0xfe})
  void anAddressThatIsNotUtf8IsRefused(int value) throws IOException {
    try (RawClient client = new RawClient(api.port())) {
      byte[] request =
          RawClient.head("GET", LOGS + "&search=?", ApiStack.DORA)
              .getBytes(StandardCharsets.ISO_8859_1);
      request[("GET " + LOGS + "&search=").length()] = (byte) value;

      Problem.of(client.send(request).read(), 400, "INVALID_PARAMETER");
    }
  }

  @Test
  void rawUtf8IsTakenAsCurlSendsIt() {
    try (RawClient client = new RawClient(api.port())) {
      is(200, client.send(RawClient.head("GET", LOGS + "&search=Grüße😀", ApiStack.DORA)));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "9000, 0, 200, ",
    "0, 9000, 200, ",
    "20000, 0, 414, ADDRESS_TOO_LONG",
    "0, 17000, 431, HEADERS_TOO_LARGE",
    "9000, 9000, 431, HEADERS_TOO_LARGE",
  })
  void headsOfAbout16KbAreTheLargest(int address, int header, int status, String error)
      throws IOException {
    try (RawClient client = new RawClient(api.port())) {
      RawClient.Answer answer =
          client
              .send(
                  RawClient.head(
                      "GET",
                      LOGS + "&search=" + "a".repeat(address),
                      ApiStack.DORA,
                      "X-Long: " + "a".repeat(header) + "\r\n"))
              .read();
      assertThat(answer.status()).isEqualTo(status);
      if (error != null) {
        Problem.of(answer, status, error);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /health/live HTTP/1.1||",
        "GET /health/live HTTP/1.1|Host: a|Host: b||",
        "GET /health/live HTTP/1.1|Host: a|X: a\0b||",
        "GET /health/live HTTP/1.1|Host: a|X: a| b||",
        "GET /health/live HTTP/1.1|Host: a|X : a||",
        "GET /health/live HTTP/1.1|Host: a|X||",
        "GET /health/\u001blive HTTP/1.1|Host: a||",
        "CONNECT /health/live HTTP/1.1|Host: a||",
        "POST /v2/session HTTP/1.1|Host: a|Content-Length: -1||",
        "POST /v2/session HTTP/1.1|Host: a|Content-Length: 1|Content-Length: 2||ab",
        "POST /v2/session HTTP/1.1|Host: a|Content-Length: 99999999999999999999||",
        "POST /v2/session HTTP/1.1|Host: a|Content-Length: 5|Transfer-Encoding: chunked||0||",
        "POST /v2/session HTTP/1.1|Host: a|Transfer-Encoding: gzip||",
        "POST /v2/session HTTP/1.1|Host: a|Content-Type: application/json|Transfer-Encoding: chunked||ZZ||",
      })
  void whatIsNotHttpIsRefusedAndTheConnectionClosed(String request) throws IOException {
    try (RawClient client = new RawClient(api.port())) {
      Problem.of(client.send(request.replace("|", "\r\n")).read(), 400, "BAD_REQUEST");
      assertThat(client.isClosed()).isTrue();
    }
  }

  @Test
  void statusesOfJettyAreInTheBodyToo() throws IOException {
    try (RawClient client = new RawClient(api.port())) {
      Problem.of(client.send("GET /health/live HTTP/3.0\r\n\r\n").read(), 505, "BAD_REQUEST");
    }
    try (RawClient client = new RawClient(api.port())) {
      Problem.of(
          client.send(RawClient.head("GET", LOGS, null, "Expect: the-impossible\r\n")).read(),
          417,
          "BAD_REQUEST");
    }
  }

  @Test
  void http10IsAnsweredAndTheConnectionClosed() {
    try (RawClient client = new RawClient(api.port())) {
      client.send(
          "GET %s HTTP/1.0\r\nAuthorization: Bearer %s\r\n\r\n".formatted(LOGS, ApiStack.DORA));
      is(200, client);
      assertThat(client.isClosed()).isTrue();
    }
  }

  @Test
  void aClientThatAsksBeforeItSendsABodyIsToldToGoOn() {
    try (RawClient client = new RawClient(api.port())) {
      client.send(
          RawClient.head(
              "POST",
              SEARCH,
              ApiStack.DORA,
              "Content-Type: application/json\r\nExpect: 100-continue\r\n",
              "Content-Length: " + BODY.length() + "\r\n"));
      assertThat(client.readHead().status()).isEqualTo(100);
      is(200, client.send(BODY));
    }
  }

  @Test
  void aClientThatAsksBeforeItSendsTooLargeABodyIsRefused() throws IOException {
    try (RawClient client = new RawClient(api.port())) {
      client.send(
          RawClient.head(
              "POST", SEARCH, null, "Expect: 100-continue\r\nContent-Length: 10000000000\r\n"));
      Problem.of(client.read(), 413, "BODY_TOO_LARGE");
    }
  }

  @Test
  void aBodyMayComeInChunks() {
    try (RawClient client = new RawClient(api.port())) {
      client.send(
          RawClient.head(
              "POST",
              SEARCH,
              ApiStack.DORA,
              "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n"));
      for (String c : BODY.split("", -1)) {
        client.send(c.isEmpty() ? "" : "1\r\n" + c + "\r\n");
      }
      is(200, client.send("0\r\n\r\n"));
    }
  }

  @Test
  void bodiesOfMoreThan256KbAreRefused() throws IOException {
    String end = "\"limit\": 1000}";
    String largest = "{\"endpointIds\": [\"x\"],";
    largest += " ".repeat(LARGEST - largest.length() - end.length()) + end;
    assertThat(largest).hasSize(LARGEST);
    assertThat(api.post(ApiStack.DORA, SEARCH, largest).statusCode()).isEqualTo(200);
    Problem.of(api.post(ApiStack.DORA, SEARCH, largest + " "), 413, "BODY_TOO_LARGE");
    try (RawClient client = new RawClient(api.port())) {
      client.send(RawClient.head("POST", SEARCH, null, "Transfer-Encoding: chunked\r\n"));
      String chunk = "8000\r\n" + "x".repeat(0x8000) + "\r\n";
      client.send(chunk.repeat(8));
      Problem.of(client.send("1\r\nx\r\n0\r\n\r\n").read(), 413, "BODY_TOO_LARGE");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{} {}",
        "{\"endpointIds\": [\"a\"], \"endpointIds\": [\"b\"]}",
        "{\"endpointIds\": [\"a\"], \"limit\": 1e2}",
        "{\"endpointIds\": [\"a\"], \"limit\": NaN}",
        "{\"endpointIds\": [\"a\"], \"limit\": 99999999999999999999}",
        "{\"endpointIds\": [\"a\"], \"filters\": {\"metadata\": {\"a\": 1e400}}}",
        "{\"endpointIds\": [\"a\"], \"filters\": {\"metadata\": {\"a\": {\"$in\": [null]}}}}",
        "{\"endpointIds\": [\"a\"], \"filters\": {\"metadata\": {\"a\": {\"$in\": [[]]}}}}",
        "{\"endpointIds\": [\"\\ud83d\"]}",
        "{\"endpointIds\": [\"a\"], \"account\": \"\\ude00\"}",
        "{\"endpointIds\": [\"a\"], \"filters\": {\"metadata\": {\"\\ud800\": 1}}}",
        "{\"endpointIds\": [\"a\tb\"]}",
        "{\"endpointIds\": [\"a\0b\"]}",
      })
  void jsonThatIsNotWantedIsRefused(String body) throws IOException {
    Problem.of(api.post(ApiStack.DORA, SEARCH, body), 400, "INVALID_PARAMETER");
  }

  @Test
  void deepJsonAndLongNumbersAreRefused() throws IOException {
    String start = "{\"endpointIds\": [\"a\"], \"filters\": {\"metadata\": {\"a\": ";
    for (String value :
        List.of(
            "[".repeat(100_000),
            "{\"a\":".repeat(33) + "1" + "}".repeat(33),
            "9".repeat(5000),
            "\"")) {
      Problem.of(api.post(ApiStack.DORA, SEARCH, start + value + "}}}"), 400, "INVALID_PARAMETER");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"c080", "eda080", "ff", "e9", "fffe7b00"})
  void aBodyThatIsNotUtf8IsRefused(String hex) throws IOException {
    byte[] text = java.util.HexFormat.of().parseHex(hex);
    try (RawClient client = new RawClient(api.port())) {
      client.send(
          RawClient.head(
              "POST",
              SEARCH,
              ApiStack.DORA,
              "Content-Type: application/json\r\n",
              "Content-Length: " + (20 + text.length) + "\r\n"));
      client.send("{\"endpointIds\": [\"").send(text);
      Problem.of(client.send("\"]}").read(), 400, "INVALID_PARAMETER");
    }
  }

  private static void is(int status, RawClient client) {
    assertThat(client.read().status()).isEqualTo(status);
  }

  private static String login() {
    return "{\"key\": \"%s\"}".formatted(ApiStack.DORA);
  }

  private static String error(RawClient.Answer answer) throws IOException {
    return new com.fasterxml.jackson.databind.ObjectMapper()
        .readTree(answer.body())
        .path("error")
        .asText();
  }
}
