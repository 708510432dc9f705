package dev.scriptanalytics.api.view;

import dev.scriptanalytics.api.access.Permission;
import dev.scriptanalytics.api.clickhouse.Query;
import dev.scriptanalytics.api.error.ApiException;
import dev.scriptanalytics.api.http.Fields;
import dev.scriptanalytics.api.route.Exchange;
import io.javalin.http.Context;
import java.util.Objects;

/** The script that a request is about. */
public final class Scripts {
  private Scripts() {}

  /**
   * The script that the path names, or else a field: some proxies decode {@code %2F} in a path, so
   * that a script with a slash in its name cannot be asked for there. A field that is empty stands
   * for the entries whose script is not known.
   */
  public static String named(Context context, Fields... fields) {
    String inPath = context.pathParamMap().get("script");
    for (Fields given : fields) {
      if (!given.has("script")) {
        continue;
      }
      if (inPath != null) {
        throw ApiException.invalid("script", "left out where the path names it");
      }
      return Objects.requireNonNullElse(given.text("script"), "");
    }
    if (inPath == null) {
      throw ApiException.invalid(
          "script", "the name of a script, or empty for entries whose script is not known");
    }
    return inPath;
  }

  /** Fails with 404 if a script that is named has neither runs nor entries, at any time. */
  public static void require(Exchange exchange, String account, String script) {
    if (!script.isEmpty() && !exists(exchange, account, script)) {
      throw new ApiException(404, "SCRIPT_NOT_FOUND", "There is no such script")
          .with("script", script)
          .with("account", account);
    }
  }

  /**
   * Whether a script has runs or entries. The list of scripts goes back 400 days; whoever may read
   * runs or entries finds older ones, too.
   */
  public static boolean exists(Exchange exchange, String account, String script) {
    Query query = new Query();
    query.append("SELECT (SELECT count() FROM script_analytics.scripts(account = ");
    query.string(account).append(") WHERE script = ").string(script).append(")");
    if (exchange.caller().permissions().contains(Permission.LOGS_READ)) {
      appendAny(query.append(" + "), "all_logs", account, script);
    }
    if (exchange.caller().permissions().contains(Permission.RUNS_READ)) {
      appendAny(query.append(" + "), "all_runs", account, script);
    }
    return exchange.ask(query).single().get(0).asLong() > 0;
  }

  private static void appendAny(Query query, String view, String account, String script) {
    query.append("(SELECT count() FROM (SELECT 1 FROM script_analytics." + view + "(account = ");
    query.string(account).append(", script = ").string(script);
    query.append(", from = toDateTime64(0, 3, 'UTC'), to = toDateTime64('2290-01-01', 3, 'UTC'))");
    query.append(" LIMIT 1))");
  }
}
