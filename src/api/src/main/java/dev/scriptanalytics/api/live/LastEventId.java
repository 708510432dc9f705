package dev.scriptanalytics.api.live;

import dev.scriptanalytics.api.error.ApiException;
import dev.scriptanalytics.api.http.Parameters;
import io.javalin.http.Context;
import java.time.Duration;

/**
 * The id of the last event that a client had: the time of its arrival, in milliseconds since 1970.
 */
public final class LastEventId {
  /** Of a client that has had none. */
  public static final long NONE = -1;

  private static final String HEADER = "Last-Event-ID";
  private static final String PARAMETER = "lastEventId";

  // ClickHouse's clock may be ahead of that of this machine.
  private static final long MOST_CLOCK_SKEW = Duration.ofMinutes(1).toMillis();

  private LastEventId() {}

  /** The id that the header of a request has, or {@link #NONE}. */
  public static long read(Context context) {
    return read(HEADER, context.header(HEADER));
  }

  /**
   * As {@link #read(Context)}, or else that of the parameter. A page cannot have a browser send the
   * header with its first request, and with later ones the browser sends a later id than the
   * address has.
   */
  static long read(Context context, Parameters parameters) {
    long ofHeader = read(context);
    return ofHeader == NONE ? read(PARAMETER, parameters.text(PARAMETER)) : ofHeader;
  }

  private static long read(String name, String id) {
    if (id == null || id.isBlank()) {
      return NONE;
    }
    try {
      long millis = Long.parseLong(id.strip());
      if (millis <= System.currentTimeMillis() + MOST_CLOCK_SKEW) {
        return Math.max(0, millis);
      }
    } catch (NumberFormatException malformed) {
      // Said below.
    }
    throw ApiException.invalid(name, "the id of an event of this stream");
  }
}
