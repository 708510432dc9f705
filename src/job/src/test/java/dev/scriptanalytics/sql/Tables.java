package dev.scriptanalytics.sql;

import com.tdunning.math.stats.Centroid;
import com.tdunning.math.stats.MergingDigest;
import dev.scriptanalytics.testkit.clickhouse.ClickHouseProgram;
import dev.scriptanalytics.testkit.clickhouse.TestClickHouse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Runs, as rows of {@code runs} and as the rollup rows that the job would make of them. */
final class Rows {
  private static final long MINUTE = 60_000;
  private static final long HOUR = 3_600_000;

  /** As the job writes its digests. */
  private static final double COMPRESSION = 160;

  private static final String RUN_COLUMNS =
      "account, script, executed_on, run_id, version, status, deployment_version, response_time,"
          + " retention_days";
  private static final String ROLLUP_COLUMNS =
      "account, script, minute, deployment_version, arrival, facts, seen, succeeded, failed,"
          + " response_time_sum, response_time_min, response_time_max, means, weights";

  private Rows() {}

  /**
   * A run.
   *
   * @param executedOn in milliseconds since 1970
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
      Double responseTime,
      long arrivedOn) {

    boolean succeeded() {
      return status.equals("Success");
    }

    boolean failed() {
      return status.equals("Failed");
    }

    private String json() {
      return String.format(
          Locale.ROOT,
          "{\"account\":\"%s\",\"script\":\"%s\",\"executed_on\":\"%s\",\"run_id\":\"%s\","
              + "\"version\":%d,\"status\":\"%s\",\"deployment_version\":%d,"
              + "\"response_time\":%s,\"retention_days\":30}\n",
          account,
          script,
          clickHouseTime(executedOn),
          runId,
          version,
          status,
          deploymentVersion,
          responseTime);
    }
  }

  private record Cell(
      String account, String script, long minute, int deploymentVersion, long arrival) {}

  /** What ClickHouse reads as a DateTime64 with milliseconds, in UTC. */
  static String clickHouseTime(long millis) {
    return Instant.ofEpochMilli(millis).toString().replace('T', ' ').replace("Z", "");
  }

  /** Writes the rows as the job's user. */
  static void insertRuns(TestClickHouse clickHouse, Collection<Run> runs) {
    insert(
        clickHouse,
        "runs",
        RUN_COLUMNS,
        runs.stream().map(Run::json).collect(Collectors.joining()));
  }

  /** Writes the rollups of the runs as the job's user. */
  static void insertRollups(TestClickHouse clickHouse, Collection<Run> runs) {
    Map<Cell, List<Run>> cells =
        runs.stream()
            .collect(
                Collectors.groupingBy(
                    run ->
                        new Cell(
                            run.account(),
                            run.script(),
                            run.executedOn() / MINUTE * 60,
                            run.deploymentVersion(),
                            run.arrivedOn() / HOUR * 3600),
                    () -> new TreeMap<>(Comparator.comparing(Cell::toString)),
                    Collectors.toList()));
    StringBuilder rows = new StringBuilder();
    cells.forEach((cell, of) -> rows.append(json(cell, of)));
    insert(clickHouse, "run_rollups", ROLLUP_COLUMNS, rows.toString());
  }

  private static String json(Cell cell, List<Run> runs) {
    MergingDigest digest = new MergingDigest(COMPRESSION);
    DoubleSummaryStatistics times = new DoubleSummaryStatistics();
    for (Run run : runs) {
      if (run.responseTime() != null) {
        digest.add(run.responseTime());
        times.accept(run.responseTime());
      }
    }
    List<Float> means = new ArrayList<>();
    List<Integer> weights = new ArrayList<>();
    for (Centroid centroid : digest.centroids()) {
      means.add((float) centroid.mean());
      weights.add(centroid.count());
    }
    long succeeded = runs.stream().filter(Run::succeeded).count();
    long failed = runs.stream().filter(Run::failed).count();
    return String.format(
        Locale.ROOT,
        "{\"account\":\"%s\",\"script\":\"%s\",\"minute\":%d,\"deployment_version\":%d,"
            + "\"arrival\":%d,\"facts\":%d,\"seen\":%d,\"succeeded\":%d,\"failed\":%d,"
            + "\"response_time_sum\":%s,\"response_time_min\":%s,\"response_time_max\":%s,"
            + "\"means\":%s,\"weights\":%s}\n",
        cell.account(),
        cell.script(),
        cell.minute(),
        cell.deploymentVersion(),
        cell.arrival(),
        runs.size() + succeeded + failed,
        runs.size(),
        succeeded,
        failed,
        times.getSum(),
        times.getCount() == 0 ? "null" : times.getMin(),
        times.getCount() == 0 ? "null" : times.getMax(),
        means,
        weights);
  }

  private static void insert(TestClickHouse clickHouse, String table, String columns, String json) {
    clickHouse
        .http()
        .insertAs(
            "script_writer",
            ClickHouseProgram.WRITER_PASSWORD,
            "INSERT INTO script_analytics." + table + " (" + columns + ") FORMAT JSONEachRow",
            json.getBytes(StandardCharsets.UTF_8));
  }
}
