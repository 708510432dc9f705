package dev.scriptanalytics.api.view;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.scriptanalytics.api.clickhouse.Query;
import dev.scriptanalytics.api.http.Parameters;
import dev.scriptanalytics.api.http.TimeRange;
import java.io.IOException;

/**
 * What a view is asked for.
 *
 * @param script null where the route is not about one
 * @param range null where the route takes none
 */
public record ViewRequest(String account, String script, TimeRange range, Parameters parameters) {

  /** Writes what it is about as fields of an object that is begun. */
  public void write(JsonGenerator json) throws IOException {
    json.writeStringField("account", account);
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
