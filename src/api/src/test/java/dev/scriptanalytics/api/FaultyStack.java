package dev.scriptanalytics.api;

import dev.scriptanalytics.api.access.Keys;
import dev.scriptanalytics.api.configuration.ApiConfiguration;
import dev.scriptanalytics.testkit.junit.ClickHouseExtension;
import dev.scriptanalytics.testkit.process.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What tests of faults have in common: users with limits, and entries that take long to search. */
final class FaultyStack {
  static final String READER = key("reader");

  /** Has one thread of ClickHouse, and five minutes. */
  static final String PATIENT = key("patient");

  /** The range of all entries. */
  static final String DAY = "startTime=2024-01-15&endTime=2024-01-16";

  /**
   * A search that takes a microsecond a character: the automaton has too many states to be kept.
   */
  static final String SLOW = "[a-m].{20}\\x01";

  /** The entries of {@code ep_slow}: minutes of {@link #SLOW} that can be ended each second. */
  static final int SLOW_ENTRIES = 400_000;

  private static final String USERS =
      "<clickhouse><users>"
          + user("reader", "script_reader", "script_reader")
          + user("patient", "patient", "unlimited")
          + user("second", "patient", "unlimited")
          + user("little_memory", "little_memory", "script_reader")
          + user("few_rows", "few_rows", "script_reader")
          + user("one_query", "one_query", "script_reader")
          + user("little_time", "little_time", "script_reader")
          + user("two_a_minute", "script_reader", "two_a_minute")
          + "</users><profiles>"
          + profile("patient", "<max_execution_time>300</max_execution_time>")
          + profile("little_memory", "<max_memory_usage>1000000</max_memory_usage>")
          + profile("few_rows", "<max_rows_to_read>1000</max_rows_to_read>")
          + profile(
              "one_query", "<max_concurrent_queries_for_user>1</max_concurrent_queries_for_user>")
          + profile("little_time", "<max_execution_time>1</max_execution_time>")
          + "</profiles><quotas><two_a_minute><interval><duration>60</duration>"
          + "<queries>2</queries></interval></two_a_minute><unlimited/></quotas></clickhouse>";

  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private FaultyStack() {}

  static String key(String user) {
    return Keys.of(user, "secret");
  }

  private static String user(String name, String profile, String quota) {
    return """
        <%1$s>
          <password>secret</password>
          <networks><ip>::/0</ip></networks>
          <profile>%2$s</profile>
          <quota>%3$s</quota>
          <grants><query>GRANT script_views_reader</query></grants>
        </%1$s>
        """
        .formatted(name, profile, quota);
  }

  private static String profile(String name, String limits) {
    return "<%1$s><profile>script_reader</profile><max_threads>1</max_threads>%2$s</%1$s>"
        .formatted(name, limits);
  }

  /** A ClickHouse with those users and entries, all of which see the account acme. */
  static ClickHouseExtension clickHouse() {
    return new ClickHouseExtension()
        .withSchema()
        .withUsers(USERS)
        .withStatement(
            "INSERT INTO script_analytics.reader_accounts SELECT arrayJoin(['reader', 'patient',"
                + " 'second', 'little_memory', 'few_rows', 'one_query', 'little_time',"
                + " 'two_a_minute']), 'acme'")
        .withStatement(entries("ep_slow", SLOW_ENTRIES, "randomPrintableASCII(100)"))
        .withStatement(entries("ep_large", 10_000, "repeat('lorem ipsum ', 200)"));
  }

  private static String entries(String endpointId, int count, String message) {
    return """
        INSERT INTO script_analytics.logs (account, script, timestamp, log_id, version, log_level,
          log_message, retention_days)
        SELECT 'acme', '%s',
          toDateTime64('2024-01-15 10:00:00', 6, 'UTC') + toIntervalMillisecond(number),
          leftPad(toString(number), 8, '0'), 3, 'Info', %s, 36500
        FROM numbers(%d)
        """
        .formatted(endpointId, message, count);
  }

  /** A server on a free port; arguments win over short time limits. */
  static ApiServer start(ClickHouseExtension clickHouse, String... arguments) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "--api.port=0",
                "--clickhouse.url=" + clickHouse.httpUrl(),
                "--api.query-timeout=3 s",
                "--api.live-poll=20 ms",
                "--api.heartbeat=100 ms",
                "--api.stop-timeout=1 s"));
    for (String argument : arguments) {
      all.removeIf(one -> one.startsWith(argument.substring(0, argument.indexOf('=') + 1)));
      all.add(argument);
    }
    return ApiServer.start(ApiConfiguration.read(all.toArray(String[]::new), Map.of()));
  }

  static HttpResponse<String> get(ApiServer server, String key, String path) {
    HttpRequest.Builder request = HttpRequest.newBuilder(address(server, path)).GET();
    return send(key == null ? request : request.header("Authorization", "Bearer " + key));
  }

  static HttpResponse<String> post(ApiServer server, String key, String path, String json) {
    return send(
        HttpRequest.newBuilder(address(server, path))
            .header("Authorization", "Bearer " + key)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json)));
  }

  private static URI address(ApiServer server, String path) {
    return URI.create("http://127.0.0.1:" + server.port() + path);
  }

  private static HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      HttpResponse<String> answer =
          CLIENT.send(
              request.timeout(Duration.ofMinutes(2)).build(), HttpResponse.BodyHandlers.ofString());
      Description.check(answer);
      return answer;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** The value of a gauge of the server. */
  static double gauge(ApiServer server, String name) {
    return get(server, null, "/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith("script_analytics_api_" + name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .findFirst()
        .orElseThrow();
  }

  /** How many queries of a user run. */
  static int running(ClickHouseExtension clickHouse, String user) {
    return Integer.parseInt(
        clickHouse
            .query("SELECT count() FROM system.processes WHERE user = '" + user + "'")
            .strip());
  }

  /** Waits long enough for a busy machine, and much less than the slow search takes. */
  static boolean soon(java.util.function.BooleanSupplier condition) {
    return Waiting.until(Duration.ofSeconds(30), condition);
  }
}
