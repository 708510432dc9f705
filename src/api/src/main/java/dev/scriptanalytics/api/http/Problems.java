package dev.scriptanalytics.api.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptanalytics.api.error.ApiException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.eclipse.jetty.http.HttpStatus;

/** The one form of an error: RFC 9457 and that of the endpoints' logs API at once. */
final class Problems {
  static final String TYPE = "application/problem+json";
  private static final ObjectMapper JSON = new ObjectMapper();

  private Problems() {}

  /** The body of an error, as UTF-8. */
  static byte[] body(ApiException error) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put(
        "type",
        "urn:script-analytics:error:" + error.error().toLowerCase(Locale.ROOT).replace('_', '-'));
    body.put("title", HttpStatus.getMessage(error.status()));
    body.put("status", error.status());
    body.put("detail", error.getMessage());
    body.put("error", error.error());
    body.put("message", error.getMessage());
    body.put("details", error.details());
    try {
      return JSON.writeValueAsBytes(body);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The error that a status stands for where nothing more is known. */
  static ApiException ofStatus(int status) {
    return switch (status) {
      case 404 -> new ApiException(404, "NOT_FOUND", "There is nothing at this address");
      case 405 ->
          new ApiException(405, "METHOD_NOT_ALLOWED", "This address does not take this method");
      case 408, 504 -> new ApiException(status, "TIMEOUT", "The request took too long");
      case 413 -> new ApiException(413, "BODY_TOO_LARGE", "The body of the request is too large");
      case 414 -> new ApiException(414, "ADDRESS_TOO_LONG", "The address is too long");
      case 431 -> new ApiException(431, "HEADERS_TOO_LARGE", "The request's headers are too large");
      case 503 -> ApiException.unavailable();
      default ->
          status == 500
              ? ApiException.internal()
              : new ApiException(status, "BAD_REQUEST", "The request is not valid HTTP");
    };
  }
}
