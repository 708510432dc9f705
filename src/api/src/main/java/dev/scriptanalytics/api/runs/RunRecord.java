package dev.scriptanalytics.api.runs;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptanalytics.api.access.Permission;
import dev.scriptanalytics.api.clickhouse.Query;
import dev.scriptanalytics.api.clickhouse.Rows;
import dev.scriptanalytics.api.error.ApiException;
import dev.scriptanalytics.api.http.Answers;
import dev.scriptanalytics.api.http.Parameters;
import dev.scriptanalytics.api.route.Exchange;
import dev.scriptanalytics.api.view.RowWriter;
import java.util.List;

/** {@code /v2/runs/{runId}}: a run with everything that is known of it. */
final class RunRecord {
  void get(Exchange exchange) {
    exchange.require(Permission.RUNS_READ, "Runs access");
    Parameters parameters = Parameters.read(exchange.context().queryString(), List.of("account"));
    String account = exchange.account(parameters.text("account"));
    String runId = exchange.context().pathParam("runId");
    Query query = new Query().append("SELECT * REPLACE (" + RunColumns.ERROR_GROUP);
    query.append(" AS error_group)\nFROM script_analytics.record(account = ");
    query.string(account).append(", run_id = ").string(runId).append(")");
    try (Rows rows = exchange.ask(query.append(RowWriter.FORMAT))) {
      RowWriter writer = RowWriter.of(rows, 0);
      JsonNode row = rows.next();
      if (row == null) {
        throw new ApiException(404, "RUN_NOT_FOUND", "There is no such run")
            .with("runId", runId)
            .with("account", account);
      }
      Answers.json(exchange.context(), json -> writer.write(json, row));
    }
  }
}
