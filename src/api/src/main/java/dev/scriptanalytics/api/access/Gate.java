package dev.scriptanalytics.api.access;

import dev.scriptanalytics.api.clickhouse.ClickHouse;
import dev.scriptanalytics.api.clickhouse.Credentials;
import dev.scriptanalytics.api.configuration.ApiConfiguration;
import dev.scriptanalytics.api.error.ApiException;

/**
 * Lets requests in: reads the key, has ClickHouse verify it, and limits the rate of each verified
 * key and of failed logins from each address.
 *
 * <p>No quota of ClickHouse slows down the guessing of secrets, so the limit on failed logins is
 * kept here. It does not touch keys that were verified a short while ago: users behind one address
 * do not lock each other out.
 */
public final class Gate {
  private static final String WINDOW = "1m";
  private static final String WINDOW_SECONDS = "60";

  /**
   * A request that was let in.
   *
   * @param rateLimit how many requests the key has left, as the value of a header
   * @param ratePolicy how many it has a minute, as the value of a header
   */
  public record Entry(Caller caller, String rateLimit, String ratePolicy) {}

  private final Keys keys;
  private final Seal seal;
  private final Callers callers;
  private final Rates requests;
  private final Rates failures;

  public Gate(ApiConfiguration configuration, ClickHouse clickHouse, Seal seal) {
    this.keys = new Keys(configuration.refusedUsers());
    this.seal = seal;
    this.callers = new Callers(clickHouse, configuration.sessionCache());
    this.requests = new Rates(configuration.requestsPerMinute());
    this.failures = new Rates(configuration.failedLogins());
  }

  /** The accounts of those who were let in. */
  public Callers callers() {
    return callers;
  }

  /**
   * Lets a request in.
   *
   * @param authorization the header's value, or null
   * @param cookie the session of a browser, which counts where there is no header, or null
   * @param address where the request came from
   * @throws ApiException with status 401 or 429
   */
  public Entry enter(String authorization, String cookie, String address) {
    boolean byHeader = authorization != null && !authorization.isBlank();
    if (!byHeader && cookie != null) {
      Seal.Content session = seal.open(Seal.Purpose.SESSION, cookie);
      if (session == null) {
        throw ApiException.unauthenticated("The session has ended: log in again");
      }
      keys.requireAllowed(session.credentials());
      return limited(verified(session.credentials(), address));
    }
    return limited(login(authorization, address));
  }

  /**
   * Verifies a key, without a limit on the rate of requests.
   *
   * @param authorization a key as the header has it, or null
   * @throws ApiException with status 401 or 429
   */
  public Caller login(String authorization, String address) {
    Credentials credentials;
    try {
      credentials = keys.read(authorization);
    } catch (ApiException e) {
      if (authorization != null && !authorization.isBlank()) {
        countFailure(address);
      }
      throw e;
    }
    return verified(credentials, address);
  }

  private Caller verified(Credentials credentials, String address) {
    Caller remembered = callers.remembered(credentials);
    if (remembered != null) {
      return remembered;
    }
    int wait = failures.look(address);
    if (wait > 0) {
      throw tooManyFailures(wait);
    }
    try {
      return callers.verify(credentials);
    } catch (ApiException e) {
      if (e.status() == 401) {
        countFailure(address);
      }
      throw e;
    }
  }

  private void countFailure(String address) {
    int wait = failures.take(address).untilNext();
    if (wait > 0) {
      throw tooManyFailures(wait);
    }
  }

  private Entry limited(Caller caller) {
    Rates.Attempt attempt = requests.take(caller.credentials().fingerprint());
    if (attempt.untilNext() > 0) {
      throw tooMany("Too many log requests", requests.perMinute(), attempt.untilNext())
          .with("suggestion", "Use streaming for real-time logs");
    }
    return new Entry(
        caller, rateLimit(attempt.remaining(), attempt.untilFull()), policy(requests.perMinute()));
  }

  private ApiException tooManyFailures(int wait) {
    return tooMany("Too many failed logins from this address", failures.perMinute(), wait);
  }

  private static ApiException tooMany(String message, int limit, int wait) {
    return new ApiException(429, "RATE_LIMIT_EXCEEDED", message)
        .with("limit", limit)
        .with("window", WINDOW)
        .with("retryAfter", wait)
        .header("Retry-After", Integer.toString(wait))
        .header("RateLimit", rateLimit(0, wait))
        .header("RateLimit-Policy", policy(limit));
  }

  // Both in the form of the IETF's draft "RateLimit header fields for HTTP".
  private static String rateLimit(long remaining, int seconds) {
    return "\"key\";r=%d;t=%d".formatted(remaining, seconds);
  }

  private static String policy(int limit) {
    return "\"key\";q=%d;w=%s".formatted(limit, WINDOW_SECONDS);
  }
}
