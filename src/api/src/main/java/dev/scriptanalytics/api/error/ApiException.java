package dev.scriptanalytics.api.error;

import java.util.LinkedHashMap;
import java.util.Map;

/** A request that is answered with an error; carries all that the client is told. */
public final class ApiException extends RuntimeException {
  private final int status;
  private final String error;
  private final Map<String, Object> details = new LinkedHashMap<>();
  private final Map<String, String> headers = new LinkedHashMap<>();

  /**
   * An error without details.
   *
   * @param status the HTTP status
   * @param error a word for programs, such as {@code INVALID_TIME_RANGE}
   * @param message a sentence for people, without secrets and without words of ClickHouse
   */
  public ApiException(int status, String error, String message) {
    super(message);
    this.status = status;
    this.error = error;
  }

  /** A parameter that cannot be used; the message names it and says what it takes. */
  public static ApiException invalid(String parameter, String takes) {
    return new ApiException(400, "INVALID_PARAMETER", parameter + " must be " + takes)
        .with("parameter", parameter);
  }

  /** A key that is missing or not valid. */
  public static ApiException unauthenticated(String message) {
    return new ApiException(401, "UNAUTHENTICATED", message)
        .header("WWW-Authenticate", "Bearer realm=\"script-analytics\"");
  }

  /** ClickHouse cannot be asked. */
  public static ApiException unavailable() {
    return new ApiException(503, "UNAVAILABLE", "The database cannot be reached; try again soon")
        .header("Retry-After", "5");
  }

  /** Nobody waits for the answer any more; the status is for the access log. */
  public static ApiException clientGone() {
    return new ApiException(499, "CLIENT_GONE", "The client closed the connection");
  }

  /** Something that is a fault of the server. */
  public static ApiException internal() {
    return new ApiException(500, "INTERNAL_ERROR", "The server failed to answer; its log says why");
  }

  /** Adds a detail; null is left out. */
  public ApiException with(String name, Object value) {
    if (value != null) {
      details.put(name, value);
    }
    return this;
  }

  /** Adds a header of the answer. */
  public ApiException header(String name, String value) {
    headers.put(name, value);
    return this;
  }

  public int status() {
    return status;
  }

  public String error() {
    return error;
  }

  /** In the order in which they were added. */
  public Map<String, Object> details() {
    return details;
  }

  public Map<String, String> headers() {
    return headers;
  }
}
