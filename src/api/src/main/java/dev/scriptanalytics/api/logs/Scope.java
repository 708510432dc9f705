package dev.scriptanalytics.api.logs;

import dev.scriptanalytics.api.clickhouse.Query;
import dev.scriptanalytics.api.http.TimeRange;
import java.util.List;

/**
 * The entries that a request is about, before any filter.
 *
 * @param jobId the only job whose entries are meant, or null for any
 */
record Scope(String account, List<String> endpointIds, TimeRange range, String jobId) {

  /** Adds {@code FROM} and {@code WHERE}; what follows may begin with {@code AND}. */
  void appendTo(Query query) {
    query.append("\nFROM ");
    if (endpointIds.size() == 1) {
      appendView(query, endpointIds.get(0));
    } else {
      // A view reads one script.
      for (int i = 0; i < endpointIds.size(); i++) {
        query.append(i == 0 ? "(SELECT * FROM " : "\n  UNION ALL SELECT * FROM ");
        appendView(query, endpointIds.get(i));
      }
      query.append(")");
    }
    query.append("\nWHERE true");
    if (jobId != null) {
      query.append(" AND run_id = ").string(jobId);
    }
  }

  private void appendView(Query query, String endpointId) {
    query.append("script_analytics.all_logs(account = ").string(account);
    query.append(", script = ").string(endpointId);
    query.append(", from = ").millis(range.start().toEpochMilli());
    query.append(", to = ").millis(range.end().toEpochMilli()).append(")");
  }
}
