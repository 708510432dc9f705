package dev.scriptanalytics.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Sends what a curl command of the documentation sends, with the test's server and key.
 *
 * <p>The connection is Java's old one: it sends {@code |} in an address as it is, as curl does and
 * the new client refuses to.
 */
final class Curl implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|'([^']*)'|(\\S+)");

  private final HttpURLConnection connection;

  private Curl(HttpURLConnection connection) {
    this.connection = connection;
  }

  /**
   * Sends a command.
   *
   * @param server the port of the server
   */
  static Curl send(int server, String key, String command) throws IOException {
    String method = "GET";
    String address = "";
    String body = null;
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("User-Agent", "curl/8.5.0");
    headers.put("Accept", "*/*");
    Matcher words = WORD.matcher(command.replace("\\\n", " "));
    assertThat(next(words)).isEqualTo("curl");
    while (words.find()) {
      switch (word(words)) {
        case "-X", "--request" -> method = next(words);
        case "-H", "--header" -> {
          String[] header = next(words).split(": ", 2);
          headers.put(header[0], header[1]);
        }
        case "-d" -> body = next(words);
        case "--url" -> address = next(words);
        default -> address = word(words);
      }
    }
    address =
        address
            .replace("https://api.tensorone.ai", "http://127.0.0.1:" + server)
            .replace("{endpointId}", LogTable.ENDPOINT);
    // The documentation's two ways to name a key.
    headers.computeIfPresent("Authorization", (name, value) -> "Bearer " + key);
    HttpURLConnection connection = (HttpURLConnection) new URL(address).openConnection();
    connection.setRequestMethod(method);
    headers.forEach(connection::setRequestProperty);
    if (body != null) {
      connection.setDoOutput(true);
      connection.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
      Description.checkRequest(connection.getURL().getPath(), body);
    }
    assertThat(connection.getResponseCode()).as(command).isEqualTo(200);
    return new Curl(connection);
  }

  private static String next(Matcher words) {
    assertThat(words.find()).isTrue();
    return word(words);
  }

  private static String word(Matcher words) {
    return words.group(1) != null
        ? words.group(1)
        : words.group(2) != null ? words.group(2) : words.group(3);
  }

  String contentType() {
    return connection.getContentType();
  }

  /** The answer while it arrives. */
  InputStream stream() throws IOException {
    return connection.getInputStream();
  }

  String text() throws IOException {
    return new String(stream().readAllBytes(), StandardCharsets.UTF_8);
  }

  JsonNode json() throws IOException {
    assertThat(contentType()).startsWith("application/json");
    return JSON.readTree(text());
  }

  @Override
  public void close() {
    connection.disconnect();
  }
}
