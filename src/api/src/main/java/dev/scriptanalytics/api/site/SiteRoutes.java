package dev.scriptanalytics.api.site;

import dev.scriptanalytics.api.http.StaticFile;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;

/** The web page. It needs no key: what it shows it asks the API for, with a session. */
public final class SiteRoutes {
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src"
          + " 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
          + " require-trusted-types-for 'script'";

  /** The page reads its address by itself; each of these is a view of it. */
  private static final List<String> TABS =
      List.of("/", "/runs", "/logs", "/errors", "/patterns", "/versions", "/rejected");

  private SiteRoutes() {}

  /** Adds the routes to a server. */
  public static void addTo(RoutesConfig routes) {
    StaticFile page = StaticFile.of("/page/index.html", "text/html; charset=utf-8");
    TABS.forEach(path -> add(routes, path, page));
    add(routes, "/page.js", StaticFile.of("/page/page.js", "text/javascript; charset=utf-8"));
    add(routes, "/page.css", StaticFile.of("/page/page.css", "text/css; charset=utf-8"));
  }

  private static void add(RoutesConfig routes, String path, StaticFile file) {
    routes.get(path, context -> send(context, file));
  }

  private static void send(Context context, StaticFile file) {
    context.header("Content-Security-Policy", POLICY);
    file.send(context);
  }
}
