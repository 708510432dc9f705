package dev.scriptanalytics.api.view;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.scriptanalytics.api.clickhouse.Query;
import dev.scriptanalytics.api.http.Parameters;
import dev.scriptanalytics.api.http.TimeRange;
import java.io.IOException;
import java.util.Map;

/**
 * What a view is asked for.
 *
 * @param account null where the route is about all of the caller's
 * @param script null where the route is not about one
 * @param range null where the route takes none
 * @param parameters null where they are read elsewhere
 * @param path what the path names
 */
public record ViewRequest(
    String account,
    String script,
    TimeRange range,
    Parameters parameters,
    Map<String, String> path) {

  /** What is asked about a script in a range. */
  public ViewRequest(String account, String script, TimeRange range) {
    this(account, script, range, null, Map.of());
  }

  /** What the path names. */
  String inPath(String name) {
    return path.get(name);
  }

  /** Writes what it is about as fields of an object that is begun. */
  public void write(JsonGenerator json) throws IOException {
    if (account != null) {
      json.writeStringField("account", account);
    }
    if (script != null) {
      json.writeStringField("script", script);
    }
    if (range != null) {
      json.writeStringField("startTime", range.start().toString());
      json.writeStringField("endTime", range.end().toString());
    }
  }

  /** Begins the arguments of a view; more may follow after a comma. */
  public Query from(Query query, String view) {
    query.append("script_analytics." + view + "(account = ").string(account);
    if (script != null) {
      query.append(", script = ").string(script);
    }
    if (range != null) {
      query.append(", from = ").millis(range.start().toEpochMilli());
      query.append(", to = ").millis(range.end().toEpochMilli());
    }
    return query;
  }
}
