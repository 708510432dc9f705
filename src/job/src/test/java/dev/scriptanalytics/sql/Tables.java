package dev.scriptanalytics.sql;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptanalytics.rollup.RowDigest;
import dev.scriptanalytics.testkit.clickhouse.ClickHouseProgram;
import dev.scriptanalytics.testkit.junit.ClickHouseExtension;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The tables, written by the job's user. */
final class Tables {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long MINUTE = 60_000;
  private static final long HOUR = 3_600_000;

  private final ClickHouseExtension clickHouse;

  Tables(ClickHouseExtension clickHouse) {
    this.clickHouse = clickHouse;
  }

  /**
   * A run, from which rows of several tables can be made.
   *
   * @param executedOn in milliseconds since 1970
   * @param deploymentId empty if it is unknown
   * @param status as ClickHouse spells it
   * @param responseTime in milliseconds, or null
   * @param arrivedOn when the events arrived, in milliseconds since 1970
   */
  record Run(
      String account,
      String script,
      long executedOn,
      String runId,
      int version,
      String status,
      int deploymentVersion,
      String deploymentId,
      Double responseTime,
      long arrivedOn) {

    /** A run without the id of its deployment. */
    Run(
        String account,
        String script,
        long executedOn,
        String runId,
        int version,
        String status,
        int deploymentVersion,
        Double responseTime,
        long arrivedOn) {
      this(
          account,
          script,
          executedOn,
          runId,
          version,
          status,
          deploymentVersion,
          "",
          responseTime,
          arrivedOn);
    }

    /** The id that tells deployments apart where their version is unknown; else empty. */
    String unnumberedId() {
      return deploymentVersion == 0 ? deploymentId : "";
    }

    boolean succeeded() {
      return status.equals("Success");
    }

    boolean failed() {
      return status.equals("Failed");
    }

    private Map<String, Object> row() {
      return Tables.row(
          "account", account,
          "script", script,
          "executed_on", Instant.ofEpochMilli(executedOn),
          "run_id", runId,
          "version", version,
          "status", status,
          "deployment_version", deploymentVersion,
          "deployment_id", deploymentId,
          "response_time", responseTime);
    }
  }

  /** The key of a rollup row; times are in seconds since 1970. */
  private record Cell(
      String account,
      String script,
      long minute,
      int deploymentVersion,
      String deploymentId,
      long arrival) {

    static Cell of(Run run) {
      return new Cell(
          run.account(),
          run.script(),
          run.executedOn() / MINUTE * 60,
          run.deploymentVersion(),
          run.unnumberedId(),
          run.arrivedOn() / HOUR * 3600);
    }

    private Map<String, Object> row(List<Run> runs) {
      List<Double> responseTimes =
          runs.stream().map(Run::responseTime).filter(Objects::nonNull).toList();
      DoubleSummaryStatistics times =
          responseTimes.stream().mapToDouble(time -> time).summaryStatistics();
      RowDigest digest = RowDigest.of(responseTimes);
      long succeeded = runs.stream().filter(Run::succeeded).count();
      long failed = runs.stream().filter(Run::failed).count();
      return columns(
          "account",
          account,
          "script",
          script,
          "minute",
          minute,
          "deployment_version",
          deploymentVersion,
          "deployment_id",
          deploymentId,
          "arrival",
          arrival,
          "facts",
          runs.size() + succeeded + failed,
          "seen",
          runs.size(),
          "succeeded",
          succeeded,
          "failed",
          failed,
          "response_time_sum",
          times.getSum(),
          "response_time_min",
          times.getCount() == 0 ? null : times.getMin(),
          "response_time_max",
          times.getCount() == 0 ? null : times.getMax(),
          "means",
          digest.means(),
          "weights",
          digest.weights());
    }
  }

  /**
   * A row of a run or of a log entry, which belongs to the account {@code acme} and the script
   * {@code pay} unless it says otherwise.
   *
   * @param namesAndValues columns and their values in turn
   */
  static Map<String, Object> row(Object... namesAndValues) {
    Map<String, Object> row = columns("account", "acme", "script", "pay", "retention_days", 30);
    row.putAll(columns(namesAndValues));
    return row;
  }

  /** Writes rows in one block, as the job does; columns that a row does not have are empty. */
  @SafeVarargs
  final void insert(String table, Map<String, Object>... rows) {
    List<Map<String, Object>> block = new ArrayList<>();
    for (Map<String, Object> row : rows) {
      block.add(row);
    }
    insert(table, block);
  }

  /** As {@link #insert(String, Map[])}. */
  void insert(String table, List<Map<String, Object>> rows) {
    // Named, since ephemeral columns, such as those of centroids, are not part of a bare INSERT.
    Set<String> columns = new LinkedHashSet<>();
    rows.forEach(row -> columns.addAll(row.keySet()));
    clickHouse
        .http()
        .insertAs(
            "script_writer",
            ClickHouseProgram.WRITER_PASSWORD,
            "INSERT INTO script_analytics.%s (%s) FORMAT JSONEachRow"
                .formatted(table, String.join(", ", columns)),
            rows.stream()
                .map(Tables::json)
                .collect(Collectors.joining("\n"))
                .getBytes(StandardCharsets.UTF_8));
  }

  /** Writes a row of {@code runs} for each run. */
  void insertRuns(Collection<Run> runs) {
    insert("runs", runs.stream().map(Run::row).toList());
  }

  /** Writes the rows of {@code run_rollups} that the job makes of the runs. */
  void insertRollups(Collection<Run> runs) {
    Map<Cell, List<Run>> cells =
        runs.stream()
            .collect(
                Collectors.groupingBy(
                    Cell::of,
                    () -> new TreeMap<>(Comparator.comparing(Cell::toString)),
                    Collectors.toList()));
    insert(
        "run_rollups",
        cells.entrySet().stream().map(cell -> cell.getKey().row(cell.getValue())).toList());
  }

  /** Yesterday at noon, in UTC: within every retention, and never in the current minute. */
  static Instant noonOfYesterday() {
    return Instant.now().truncatedTo(ChronoUnit.DAYS).minus(Duration.ofHours(12));
  }

  /** The time as ClickHouse reads it, in UTC and to the microsecond. */
  static String time(Instant time) {
    return time.toString().replace('T', ' ').replace("Z", "");
  }

  /** As {@link #time(Instant)}, from milliseconds since 1970. */
  static String time(long millis) {
    return time(Instant.ofEpochMilli(millis));
  }

  private static Map<String, Object> columns(Object... namesAndValues) {
    Map<String, Object> columns = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      Object value = namesAndValues[i + 1];
      columns.put((String) namesAndValues[i], value instanceof Instant time ? time(time) : value);
    }
    return columns;
  }

  private static String json(Map<String, Object> row) {
    try {
      return JSON.writeValueAsString(row);
    } catch (JsonProcessingException e) {
      throw new AssertionError("This row cannot be written as JSON: " + row, e);
    }
  }
}
