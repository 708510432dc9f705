package dev.scriptanalytics.api.runs;

import dev.scriptanalytics.api.access.Permission;
import dev.scriptanalytics.api.export.Exported;
import dev.scriptanalytics.api.export.Form;
import dev.scriptanalytics.api.filter.Columns;
import dev.scriptanalytics.api.page.Order;
import dev.scriptanalytics.api.page.SortKey;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What there is to know of a run in a list, and to filter and sort it by. */
final class RunColumns {
  static final List<String> STATUSES = List.of("In Progress", "Success", "Failed");

  /**
   * The time that a run took: the response time; of a failed one from its start to its end; of one
   * in progress since its start.
   */
  private static final String DURATION =
      "greatest(0, ifNull(response_time, toFloat64(toUnixTimestamp64Milli(if(status = 'In Progress',"
          + " now64(3, 'UTC'), ended_on)) - toUnixTimestamp64Milli(executed_on))))";

  /**
   * The group of a run's error, by the name that the list of errors gives it: "0" is that of all
   * failed runs that do not say why.
   */
  static final String ERROR_GROUP =
      "multiIf(error_group != 0, toString(error_group), status = 'Failed', '0', '')";

  /** The columns of a list, without the long ones that only a record shows. */
  static final String LISTED =
      "run_id, status, deployment_version, deployment_id, response_time, "
          + DURATION
          + " AS duration, function, executed_on, ended_on, source_type, source, original_status,"
          + " error_code, error_message, "
          + ERROR_GROUP
          + " AS errorGroup, trace_id, memory_bytes, cpu_ms, gpu_percent, cold_start, phases";

  static final Columns FILTERED =
      new Columns.Builder()
          .text("runId", "run_id")
          .word("status", "toString(status)", STATUSES)
          .text("originalStatus", "original_status")
          .count("deploymentVersion", "deployment_version")
          .text("deploymentId", "deployment_id")
          .number("responseTime", "response_time")
          .number("duration", DURATION)
          .text("function", "function")
          .time("executedOn", "executed_on")
          .time("endedOn", "ended_on")
          .text("sourceType", "source_type")
          .text("source", "source")
          .json("input", "input")
          .json("output", "output")
          .text("errorCode", "error_code")
          .text("errorMessage", "error_message")
          .text("errorStack", "error_stack")
          .text("errorGroup", ERROR_GROUP)
          .text("traceId", "trace_id")
          .number("memoryBytes", "memory_bytes")
          .number("cpuMs", "cpu_ms")
          .number("gpuPercent", "gpu_percent")
          .flag("coldStart", "cold_start")
          .map("phases", "phases")
          .list("truncated", "truncated")
          .list("redacted", "redacted")
          .build();

  /** The dashboard's table of runs. */
  private static final String TABLE =
      """
      script_analytics_cell(run_id) AS `Run ID`,
      toString(status) AS `Status`,
      deployment_version AS `Deployment Version`,
      ifNull(toString(response_time), '') AS `Response Time`,
      script_analytics_cell(function) AS `Function`,
      executed_on AS `Executed On`,
      script_analytics_cell(source_type) AS `Source Type`,
      script_analytics_cell(source) AS `Source`""";

  /** Everything, by the names that answers have; %s are the two times. */
  private static final String ALL =
      """
      script, run_id AS runId, toString(status) AS status, original_status AS originalStatus,
      deployment_version AS deploymentVersion, deployment_id AS deploymentId,
      response_time AS responseTime, function, %s AS executedOn, %s AS endedOn,
      source_type AS sourceType, source, input, output, error_code AS errorCode,
      error_message AS errorMessage, error_stack AS errorStack,\s"""
          + ERROR_GROUP
          + """
       AS errorGroup, trace_id AS traceId,
      memory_bytes AS memoryBytes, cpu_ms AS cpuMs, gpu_percent AS gpuPercent,
      cold_start AS coldStart, phases, truncated, redacted, extra""";

  /** Files of runs. */
  static final Exported EXPORTED =
      new Exported(
          "runs_data",
          Permission.RUNS_READ,
          "Runs access",
          "export_runs",
          FILTERED,
          Map.of(
              Form.CSV,
              TABLE,
              Form.NDJSON,
              ALL.formatted(Exported.utc("executed_on"), Exported.utc("ended_on")),
              Form.PARQUET,
              ALL.formatted("executed_on", "ended_on")));

  private static final List<SortKey> NEWEST_FIRST =
      List.of(
          new SortKey("executed_on", SortKey.Type.TIME, true),
          new SortKey("run_id", SortKey.Type.TEXT, false));

  // What has no value is less than anything.
  private static final Map<String, SortKey> SORTED = new LinkedHashMap<>();

  static {
    SORTED.put("executedOn", null);
    SORTED.put("runId", new SortKey("run_id", SortKey.Type.TEXT, true));
    SORTED.put("status", new SortKey("toString(status)", SortKey.Type.TEXT, true));
    SORTED.put("deploymentVersion", new SortKey("deployment_version", SortKey.Type.NUMBER, true));
    SORTED.put("responseTime", new SortKey("ifNull(response_time, -1)", SortKey.Type.NUMBER, true));
    SORTED.put("function", new SortKey("function", SortKey.Type.TEXT, true));
    SORTED.put("sourceType", new SortKey("source_type", SortKey.Type.TEXT, true));
    SORTED.put("source", new SortKey("source", SortKey.Type.TEXT, true));
    // Of whole numbers without a sign and -1, ClickHouse makes a type that has no order.
    SORTED.put(
        "memoryBytes",
        new SortKey("ifNull(toFloat64(memory_bytes), -1)", SortKey.Type.NUMBER, true));
    SORTED.put("cpuMs", new SortKey("ifNull(cpu_ms, -1)", SortKey.Type.NUMBER, true));
  }

  private RunColumns() {}

  /** What a list may be sorted by. */
  static List<String> sorted() {
    return List.copyOf(SORTED.keySet());
  }

  /** The order of a list. */
  static Order order(String sort, boolean ascending) {
    return Order.of(SORTED.get(sort), NEWEST_FIRST, ascending);
  }
}
