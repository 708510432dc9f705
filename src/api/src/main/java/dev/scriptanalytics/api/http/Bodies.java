package dev.scriptanalytics.api.http;

import dev.scriptanalytics.api.error.ApiException;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.Locale;

/** Bodies of requests. */
public final class Bodies {
  /** The largest body that is read, in bytes. */
  public static final int LARGEST = 256 * 1024;

  private Bodies() {}

  /**
   * The JSON object that a request was sent with.
   *
   * @throws ApiException with status 400, 413 or 415
   */
  public static JsonFields json(Context context) {
    String type = context.contentType();
    String media = type == null ? "" : type.split(";", -1)[0].strip().toLowerCase(Locale.ROOT);
    if (!media.equals("application/json")) {
      throw new ApiException(
              415, "UNSUPPORTED_MEDIA_TYPE", "The body must be sent as application/json")
          .header("Accept-Post", "application/json");
    }
    try {
      byte[] body = context.req().getInputStream().readNBytes(LARGEST + 1);
      if (body.length > LARGEST) {
        throw new ApiException(413, "BODY_TOO_LARGE", "The body of the request is too large")
            .with("maxBytes", LARGEST);
      }
      return JsonFields.read(body);
    } catch (IOException e) {
      throw ApiException.invalid("The body", "sent whole");
    }
  }
}
