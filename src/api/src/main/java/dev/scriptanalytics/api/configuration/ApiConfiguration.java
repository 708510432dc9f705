package dev.scriptanalytics.api.configuration;

import java.net.URI;
import java.time.Duration;
import java.util.List;
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
 * @param publicUrl the server's address as its users know it, if it differs from host and port
 * @param corsOrigins whose pages may ask, with a key of their own; {@code *} for all
 * @param trustedProxies how many proxies in front of the server add the address that they saw to
 *     {@code X-Forwarded-For}
 * @param maxRequests how many requests are answered at once
 * @param maxWaiting how many more may wait
 * @param exports how many files are sent at once
 * @param minRate the bytes per second that a client must take of an answer, over 30 s
 * @param refusedUsers users of ClickHouse whose key is never passed on
 * @param sessionCache how long the roles and accounts of a key are remembered
 * @param sessionKeys seal the cookies of browsers: the first one new cookies, each of them those of
 *     before; empty for a random key
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
    Optional<URI> publicUrl,
    Set<String> corsOrigins,
    int trustedProxies,
    int maxRequests,
    int maxWaiting,
    int exports,
    int minRate,
    Set<String> refusedUsers,
    Duration sessionCache,
    List<byte[]> sessionKeys,
    int requestsPerMinute,
    int failedLogins,
    Optional<Duration> maxTimeRange,
    Duration livePoll,
    Duration heartbeat,
    int maxStreams) {

  public ApiConfiguration {
    refusedUsers = Set.copyOf(refusedUsers);
    corsOrigins = Set.copyOf(corsOrigins);
    sessionKeys = List.copyOf(sessionKeys);
  }

  /** The port that users know the server by. */
  public int publicPort() {
    return publicUrl
        .map(
            address ->
                address.getPort() >= 0
                    ? address.getPort()
                    : "https".equals(address.getScheme()) ? 443 : 80)
        .orElse(port);
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
            options.optionalAddress("api.public-url"),
            options.origins("api.cors-origins"),
            options.number("api.trusted-proxies", 0, 0, 10),
            options.number("api.max-requests", 48, 1, 1000),
            options.number("api.max-waiting", 500, 1, 100_000),
            options.number("api.exports", 16, 1, 500),
            options.number("api.min-rate", 16_384, 1, Integer.MAX_VALUE),
            options.names("api.refused-users", "default,script_writer,script_views"),
            options.duration("api.session-cache", "30 s"),
            options.keys("api.session-key"),
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
