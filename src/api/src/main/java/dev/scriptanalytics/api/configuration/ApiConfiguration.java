package dev.scriptanalytics.api.configuration;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the server was started with.
 *
 * @param host the address to listen on
 * @param port the port to listen on; 0 takes a free one
 * @param stopTimeout how long running requests may go on after a signal to stop
 * @param clickHouse the address of ClickHouse's HTTP interface
 * @param queryTimeout how long a query may take
 * @param maxQueries how many queries run at once
 * @param refusedUsers users of ClickHouse whose key is never passed on
 * @param sessionCache how long the roles and accounts of a key are remembered
 * @param requestsPerMinute how many requests a key may make in a minute
 * @param failedLogins how many failed logins an address may make in a minute
 * @param maxTimeRange the longest range that a request may ask for, if there is a limit
 * @param livePoll the pause between two looks for new entries of a stream
 * @param heartbeat the longest silence of a stream
 * @param maxStreams how many event streams are open at once
 */
public record ApiConfiguration(
    String host,
    int port,
    Duration stopTimeout,
    URI clickHouse,
    Duration queryTimeout,
    int maxQueries,
    Set<String> refusedUsers,
    Duration sessionCache,
    int requestsPerMinute,
    int failedLogins,
    Optional<Duration> maxTimeRange,
    Duration livePoll,
    Duration heartbeat,
    int maxStreams) {

  public ApiConfiguration {
    refusedUsers = Set.copyOf(refusedUsers);
  }

  /**
   * Reads {@code --key value}, {@code --key=value} and {@code --config FILE}; an argument wins over
   * the file, and {@code ${NAME}} in a value is the environment variable of that name.
   *
   * @throws ConfigurationException if anything is wrong; it names every problem
   */
  public static ApiConfiguration read(String[] arguments, Map<String, String> environment) {
    OptionReader options = new OptionReader(arguments, environment);
    ApiConfiguration configuration =
        new ApiConfiguration(
            options.text("api.host", "127.0.0.1"),
            options.number("api.port", 8080, 0, 65535),
            options.duration("api.stop-timeout", "10 s"),
            options.address("clickhouse.url", "http://127.0.0.1:8123"),
            options.duration("api.query-timeout", "30 s"),
            options.number("api.max-queries", 48, 1, 1000),
            options.names("api.refused-users", "default,script_writer,script_views"),
            options.duration("api.session-cache", "30 s"),
            options.number("api.requests-per-minute", 3000, 1, 1_000_000),
            options.number("api.failed-logins-per-minute", 10, 1, 1_000_000),
            options.optionalDuration("api.max-time-range"),
            options.duration("api.live-poll", "500 ms"),
            options.duration("api.heartbeat", "10 s"),
            options.number("api.max-streams", 200, 1, 100_000));
    options.check();
    return configuration;
  }
}
