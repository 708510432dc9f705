package dev.scriptanalytics.api.http;

import dev.scriptanalytics.api.error.ApiException;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns whatever a route throws, and routes that do not exist, into one form of error. */
public final class ErrorHandling {
  private static final Logger LOG = LoggerFactory.getLogger(ErrorHandling.class);

  private ErrorHandling() {}

  /** Adds the handlers to a server. */
  public static void install(RoutesConfig routes) {
    routes.exception(ApiException.class, (e, context) -> write(context, e));
    routes.exception(
        HttpResponseException.class,
        (e, context) -> {
          ApiException error = Problems.ofStatus(e.getStatus());
          String allowed = e.getDetails().get("availableMethods");
          if (e.getStatus() == 405 && allowed != null) {
            error.header("Allow", allowed).with("allowed", allowed);
          }
          write(context, error);
        });
    routes.exception(
        Exception.class,
        (e, context) -> {
          LOG.error("A request failed", e);
          write(context, ApiException.internal());
        });
  }

  /** Answers with an error. */
  public static void write(Context context, ApiException error) {
    context.res().resetBuffer();
    context.status(error.status());
    error.headers().forEach(context::header);
    context.contentType(Problems.TYPE);
    context.result(Problems.body(error));
  }
}
