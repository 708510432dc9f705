package dev.scriptanalytics.api.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;

/** Answers that are written row by row. */
public final class Answers {
  private static final JsonFactory JSON = new JsonFactory();

  /** Writes a body. */
  @FunctionalInterface
  public interface Body {
    void write(OutputStream out) throws IOException;
  }

  /** Writes JSON. */
  @FunctionalInterface
  public interface Json {
    void write(JsonGenerator json) throws IOException;
  }

  private Answers() {}

  /** Answers with a body of some content type. */
  public static void send(Context context, String contentType, Body body) {
    send(context, Map.of("Content-Type", contentType), body);
  }

  /**
   * Answers with a body.
   *
   * @param headers that describe it, and so are not those of an error in its place
   */
  public static void send(Context context, Map<String, String> headers, Body body) {
    HeldOutput out = new HeldOutput(context, headers);
    try {
      body.write(out);
      out.complete();
    } catch (IOException e) {
      // The client went away; nobody is left to be told.
      out.abort();
    } catch (RuntimeException e) {
      if (!out.isSent()) {
        throw e;
      }
      out.abort();
    }
  }

  /** Answers with JSON. */
  public static void json(Context context, Json body) {
    send(
        context,
        "application/json",
        out -> {
          try (JsonGenerator json = JSON.createGenerator(out)) {
            // An unfinished document must not be completed by closing the generator.
            json.disable(JsonGenerator.Feature.AUTO_CLOSE_JSON_CONTENT);
            json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
            body.write(json);
          }
        });
  }
}
