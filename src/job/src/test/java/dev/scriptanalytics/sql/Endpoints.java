package dev.scriptanalytics.sql;

import dev.scriptanalytics.testkit.junit.ClickHouseExtension;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;

/** The HTTP endpoints as their callers see them. */
final class Endpoints {
  /** Dora reads the account acme, emil no account, mia at most 200,000 rows of acme. */
  private static final String READERS =
      """
      <clickhouse>
        <users>%s%s%s</users>
        <profiles><few_rows>
          <profile>script_reader</profile>
          <max_result_rows>200000</max_result_rows>
        </few_rows></profiles>
      </clickhouse>
      """
          .formatted(
              reader("dora", "script_reader"),
              reader("emil", "script_reader"),
              reader("mia", "few_rows"));

  private final ClickHouseExtension clickHouse;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  Endpoints(ClickHouseExtension clickHouse) {
    this.clickHouse = clickHouse;
  }

  /** A server with the schema, the endpoints and their readers. */
  static ClickHouseExtension newServer() {
    return new ClickHouseExtension()
        .withSchema()
        .withUsers(READERS)
        .withStatement(
            "INSERT INTO script_analytics.reader_accounts VALUES ('dora', 'acme'), ('mia', 'acme')");
  }

  private static String reader(String name, String profile) {
    return """
        <%1$s>
          <password>%1$s</password>
          <networks><ip>::/0</ip></networks>
          <profile>%2$s</profile>
          <quota>script_reader</quota>
          <grants><query>GRANT script_views_reader</query></grants>
        </%1$s>
        """
        .formatted(name, profile);
  }

  /**
   * The whole answer to {@code GET path}, with the path unchanged; a user's password is its name.
   */
  HttpResponse<String> get(String user, String path, String... headers) {
    try {
      return client.send(
          request(user, path, headers), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** The beginning of an answer; the rest is sent as it is read. */
  HttpResponse<InputStream> open(String user, String path) throws IOException {
    try {
      return client.send(request(user, path), HttpResponse.BodyHandlers.ofInputStream());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private HttpRequest request(String user, String path, String... headers) {
    String credentials =
        Base64.getEncoder().encodeToString((user + ":" + user).getBytes(StandardCharsets.UTF_8));
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(clickHouse.httpUrl() + path))
            .timeout(Duration.ofMinutes(2))
            .header("Authorization", "Basic " + credentials);
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return request.build();
  }

  /** A value for an address, with its backslashes doubled, as the manual says. */
  static String encoded(String value) {
    return URLEncoder.encode(value.replace("\\", "\\\\"), StandardCharsets.UTF_8);
  }

  /** A script's name for the path of an address. */
  static String inPath(String script) {
    return URLEncoder.encode(script, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
