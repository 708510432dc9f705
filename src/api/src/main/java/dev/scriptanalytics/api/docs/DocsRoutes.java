package dev.scriptanalytics.api.docs;

import dev.scriptanalytics.api.http.StaticFile;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.Map;

/** The description of the API, and a page that shows it and tries requests. It needs no key. */
public final class DocsRoutes {
  // Swagger UI sets styles of its elements, and has its pictures in its style sheet.
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self'"
          + " data:; connect-src 'self'; base-uri 'none'; form-action 'none';"
          + " frame-ancestors 'none'";

  private static final Map<String, StaticFile> FILES =
      Map.of(
          "/openapi.yaml", StaticFile.of("/openapi.yaml", "application/yaml"),
          "/docs", StaticFile.of("/docs/index.html", "text/html; charset=utf-8"),
          "/docs/start.js", StaticFile.of("/docs/start.js", "text/javascript; charset=utf-8"),
          "/docs/page.css", StaticFile.of("/docs/page.css", "text/css; charset=utf-8"),
          "/docs/swagger-ui-bundle.js",
              StaticFile.of("/docs/swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
          "/docs/swagger-ui.css", StaticFile.of("/docs/swagger-ui.css", "text/css; charset=utf-8"));

  private DocsRoutes() {}

  /** Adds the routes to a server. */
  public static void addTo(RoutesConfig routes) {
    FILES.forEach((path, file) -> routes.get(path, context -> send(context, file)));
  }

  private static void send(Context context, StaticFile file) {
    context.header("Content-Security-Policy", POLICY);
    file.send(context);
  }
}
