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
  private final Keys keys;
  private final Sessions sessions;
  private final Rates requests;
  private final Rates failures;

  public Gate(ApiConfiguration configuration, ClickHouse clickHouse) {
    this.keys = new Keys(configuration.refusedUsers());
    this.sessions = new Sessions(clickHouse, configuration.sessionCache());
    this.requests = new Rates(configuration.requestsPerMinute());
    this.failures = new Rates(configuration.failedLogins());
  }

  /** Accounts of the sessions that were let in. */
  public Sessions sessions() {
    return sessions;
  }

  /**
   * The session of a request.
   *
   * @param authorization the header's value, or null
   * @param address where the request came from
   * @throws ApiException with status 401 or 429
   */
  public Session enter(String authorization, String address) {
    Session session = session(authorization, address);
    int wait = requests.take(session.credentials().fingerprint());
    if (wait > 0) {
      throw limited("Too many log requests", requests.perMinute(), wait)
          .with("suggestion", "Use streaming for real-time logs");
    }
    return session;
  }

  private Session session(String authorization, String address) {
    try {
      Credentials credentials = keys.read(authorization);
      Session remembered = sessions.remembered(credentials);
      if (remembered != null) {
        return remembered;
      }
      int wait = failures.look(address);
      if (wait > 0) {
        throw limited("Too many failed logins from this address", failures.perMinute(), wait);
      }
      return sessions.verify(credentials);
    } catch (ApiException e) {
      boolean tried = authorization != null && !authorization.isBlank();
      if (e.status() == 401 && tried) {
        int wait = failures.take(address);
        if (wait > 0) {
          throw limited("Too many failed logins from this address", failures.perMinute(), wait);
        }
      }
      throw e;
    }
  }

  private static ApiException limited(String message, int limit, int wait) {
    return new ApiException(429, "RATE_LIMIT_EXCEEDED", message)
        .with("limit", limit)
        .with("window", "1m")
        .with("retryAfter", wait)
        .header("Retry-After", Integer.toString(wait))
        .header("RateLimit", "\"key\";r=0;t=" + wait)
        .header("RateLimit-Policy", "\"key\";q=" + limit + ";w=60");
  }
}
