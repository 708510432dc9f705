package dev.scriptanalytics.api.view;

import dev.scriptanalytics.api.clickhouse.Query;
import dev.scriptanalytics.api.error.ApiException;
import dev.scriptanalytics.api.http.Fields;
import dev.scriptanalytics.api.route.Exchange;
import io.javalin.http.Context;

/** The script that a request is about. */
public final class Scripts {
  private Scripts() {}

  /**
   * The script that the path names, or else a field: some proxies decode {@code %2F} in a path, so
   * that a script with a slash in its name cannot be asked for there.
   */
  public static String named(Context context, Fields... fields) {
    String inPath = context.pathParamMap().get("script");
    for (Fields given : fields) {
      String named = given.text("script");
      if (inPath != null && given.has("script")) {
        throw ApiException.invalid("script", "left out where the path names it");
      }
      if (named != null) {
        return named;
      }
    }
    if (inPath == null) {
      throw ApiException.invalid("script", "the name of a script");
    }
    return inPath;
  }

  /** Fails with 404 if a script has neither runs nor entries, at any time. */
  public static void require(Exchange exchange, String account, String script) {
    if (!exists(exchange, account, script)) {
      throw new ApiException(404, "SCRIPT_NOT_FOUND", "There is no such script")
          .with("script", script)
          .with("account", account);
    }
  }

  /** Whether a script has runs or entries, at any time. */
  public static boolean exists(Exchange exchange, String account, String script) {
    Query query = new Query();
    query.append("SELECT (SELECT count() FROM script_analytics.scripts(account = ");
    query.string(account).append(") WHERE script = ").string(script);
    query.append(") + (SELECT count() FROM (SELECT 1 FROM script_analytics.all_logs(account = ");
    query.string(account).append(", script = ").string(script);
    query.append(", from = toDateTime64(0, 3, 'UTC'), to = toDateTime64('2290-01-01', 3, 'UTC'))");
    query.append(" LIMIT 1))");
    return exchange.ask(query).single().get(0).asLong() > 0;
  }
}
