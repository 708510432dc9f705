package dev.scriptanalytics.api;

import dev.scriptanalytics.api.access.Keys;
import dev.scriptanalytics.api.configuration.ApiConfiguration;
import dev.scriptanalytics.testkit.junit.ClickHouseExtension;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * The API server on a real ClickHouse with the documented entries, shared by all classes of tests.
 * Tests only read; one that writes uses an endpoint of its own.
 */
final class ApiStack implements BeforeAllCallback {
  /** Sees the account acme. Its secret has colons. */
  static final String DORA = Keys.of("dora", "se:cr:et");

  /** Sees acme and globex. */
  static final String MIA = Keys.of("mia", "secret");

  /** Sees no account. */
  static final String EMIL = Keys.of("emil", "secret");

  /** May read runs of acme, and no logs. */
  static final String RUTH = Keys.of("ruth", "secret");

  /** May read logs of acme, and no runs. */
  static final String LENA = Keys.of("lena", "secret");

  /** May read runs of acme, also as they arrive, and no logs. */
  static final String ROSA = Keys.of("rosa", "secret");

  /** Has no role at all. */
  static final String NORA = Keys.of("nora", "secret");

  /** Sees acme; may ask two questions a minute. */
  static final String QUENTIN = Keys.of("quentin", "secret");

  /** Sees acme; may ask four questions an hour. */
  static final String HANNA = Keys.of("hanna", "secret");

  private static final int GUESTS = 10;
  private static final AtomicInteger GUEST = new AtomicInteger();

  private static final String USERS =
      "<clickhouse><users>"
          + user("dora", "se:cr:et", "script_reader", "script_views_reader")
          + user("mia", "secret", "script_reader", "script_views_reader")
          + user("emil", "secret", "script_reader", "script_views_reader")
          + user("ruth", "secret", "script_reader", "api_runs_read")
          + user("rosa", "secret", "script_reader", "api_runs_read, api_stream")
          + user("lena", "secret", "script_reader", "api_logs_read")
          + user("quentin", "secret", "two_a_minute", "script_views_reader")
          + user("hanna", "secret", "four_an_hour", "script_views_reader")
          + IntStream.rangeClosed(1, GUESTS)
              .mapToObj(i -> user("guest" + i, "secret", "script_reader", "script_views_reader"))
              .collect(Collectors.joining())
          + "<nora><password>secret</password><networks><ip>::/0</ip></networks>"
          + "<profile>script_reader</profile><quota>script_reader</quota></nora>"
          + "<open><no_password/><networks><ip>::/0</ip></networks>"
          + "<profile>script_reader</profile><quota>script_reader</quota>"
          + "<grants><query>GRANT script_views_reader</query></grants></open>"
          + "</users><quotas><two_a_minute><interval><duration>60</duration>"
          + "<queries>2</queries></interval></two_a_minute>"
          + "<four_an_hour><interval><duration>3600</duration>"
          + "<queries>4</queries></interval></four_an_hour></quotas></clickhouse>";

  private static final ClickHouseExtension CLICKHOUSE =
      new ClickHouseExtension()
          .withSchema()
          .withUsers(USERS)
          .withStatement(
              "INSERT INTO script_analytics.reader_accounts VALUES ('dora', 'acme'),"
                  + " ('mia', 'acme'), ('mia', 'globex'), ('ruth', 'acme'), ('rosa', 'acme'), ('lena', 'acme'),"
                  + " ('quentin', 'acme'),"
                  + " ('hanna', 'acme'), ('open', 'acme')");

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private ApiServer server;

  private static String user(String name, String password, String quota, String role) {
    return """
        <%1$s>
          <password>%2$s</password>
          <networks><ip>::/0</ip></networks>
          <profile>script_reader</profile>
          <quota>%3$s</quota>
          <grants><query>GRANT %4$s</query></grants>
        </%1$s>
        """
        .formatted(name, password, quota, role);
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    // In the store of all tests, so that it is started once and stopped after the last class.
    CLICKHOUSE.beforeAll(context.getRoot());
    server =
        context
            .getRoot()
            .getStore(Namespace.create(ApiStack.class))
            .getOrComputeIfAbsent("server", unused -> start(), Started.class)
            .server();
  }

  private record Started(ApiServer server) implements AutoCloseable {
    @Override
    public void close() {
      server.close();
    }
  }

  private static Started start() {
    LogTable.insert(CLICKHOUSE, "acme", LogTable.ENDPOINT, DocumentedEntries.all());
    return new Started(ApiServer.start(configuration()));
  }

  /** What the shared server runs with, on a free port; arguments win over it. */
  static ApiConfiguration configuration(String... arguments) {
    return configuration(Map.of(), arguments);
  }

  /** As {@link #configuration(String...)}, with variables that arguments name. */
  static ApiConfiguration configuration(Map<String, String> environment, String... arguments) {
    List<String> all = new ArrayList<>();
    all.addAll(
        List.of(
            "--api.port=0",
            "--clickhouse.url=" + CLICKHOUSE.httpUrl(),
            "--api.live-poll=20 ms",
            "--api.heartbeat=200 ms",
            "--api.failed-logins-per-minute=1000"));
    for (String argument : arguments) {
      all.removeIf(one -> one.startsWith(argument.substring(0, argument.indexOf('=') + 1)));
      all.add(argument);
    }
    return ApiConfiguration.read(all.toArray(String[]::new), environment);
  }

  /**
   * The key of a user who sees an account alone and has not been used; for tests whose endpoints
   * must have a documented name.
   */
  static String keyOf(String account) {
    String user = "guest" + GUEST.incrementAndGet();
    CLICKHOUSE.query(
        "INSERT INTO script_analytics.reader_accounts (user, account) VALUES ('%s', '%s')"
            .formatted(user, account));
    return Keys.of(user, "secret");
  }

  static ClickHouseExtension clickHouse() {
    return CLICKHOUSE;
  }

  int port() {
    return server.port();
  }

  URI address(String path) {
    return URI.create("http://127.0.0.1:" + server.port() + path);
  }

  /**
   * The answer to a request with a key, held against {@code openapi.yaml}; headers are names and
   * values in turn.
   */
  HttpResponse<String> get(String key, String path, String... headers) {
    return send(request(key, path, headers).GET().build());
  }

  /** The answer to JSON that is sent with a key. */
  HttpResponse<String> post(String key, String path, String json) {
    HttpResponse<String> answer =
        send(
            request(key, path, "Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json))
                .build());
    if (answer.statusCode() == 200) {
      Description.checkRequest(path, json);
    }
    return answer;
  }

  HttpRequest.Builder request(String key, String path, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address(path)).timeout(Duration.ofMinutes(1));
    if (key != null) {
      request.header("Authorization", "Bearer " + key);
    }
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return request;
  }

  /** The answer to a request, held against {@code openapi.yaml}. */
  HttpResponse<String> send(HttpRequest request) {
    HttpResponse<String> answer = raw(request);
    Description.check(answer);
    return answer;
  }

  /** The answer to a request that {@code openapi.yaml} does not describe. */
  HttpResponse<String> raw(HttpRequest request) {
    try {
      return client.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** An answer that is read while it arrives; closing it closes the connection. */
  HttpResponse<InputStream> open(String key, String path, String... headers) {
    try {
      return client.send(
          request(key, path, headers).build(), HttpResponse.BodyHandlers.ofInputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
