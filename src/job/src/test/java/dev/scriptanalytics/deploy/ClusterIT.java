package dev.scriptanalytics.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.scriptanalytics.testkit.clickhouse.ClickHouseHttp.QueryFailedException;
import dev.scriptanalytics.testkit.clickhouse.ClickHouseProgram;
import dev.scriptanalytics.testkit.clickhouse.SqlStatements;
import dev.scriptanalytics.testkit.clickhouse.TestClickHouse;
import dev.scriptanalytics.testkit.junit.ClickHouseExtension;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Two servers, the shards of a cluster, beside a single server with the same rows. */
class ClusterIT {

  /** Six runs a second for ten minutes, of two accounts, two scripts and two versions. */
  private static final String RUN =
      """
      if(number % 3 = 0, 'globex', 'acme') AS account,
      if(number % 2 = 0, 'pay', 'ship') AS script,
      toDateTime64('2099-05-14 06:00:00', 3, 'UTC') + toIntervalMillisecond(number * 167) AS executed_on,
      concat('run', toString(number)) AS run_id,
      toUInt32(1 + intDiv(number, 7) % 2) AS deployment_version,
      multiIf(number % 11 = 0 OR (deployment_version = 2 AND number % 5 = 0), 'Failed', number % 13 = 0, 'In Progress', 'Success') AS end,
      if(end = 'Success', 1 + cityHash64(number) % 4096, NULL) AS took
      """;

  private static final String RANGE =
      "from = '2099-05-14 06:00:17.123', to = '2099-05-14 06:09:31.456'";
  private static final String OF_SCRIPT = "(account = 'acme', script = 'pay', " + RANGE;
  private static final String ARRIVED =
      "(account = 'acme', scripts = ['pay'], after = '2020-01-01 00:00:00', until = '2100-01-01 00:00:00')";

  @RegisterExtension
  static final ClickHouseExtension single = new ClickHouseExtension().withSchema();

  @TempDir static Path directory;
  private static TwoShards cluster;
  private static List<TestClickHouse> shards;

  @BeforeAll
  static void start() throws Exception {
    cluster = TwoShards.start(directory.resolve("cluster"));
    shards = cluster.servers();
    fill(single.server(), single.server());
    fill(shards.get(0), shards.get(1));
  }

  @AfterAll
  static void stop() {
    if (cluster != null) {
      cluster.close();
    }
  }

  static Stream<String> questions() {
    // The order of merging decides the last digits of percentiles, which have a test of their own.
    String metrics = "* EXCEPT (p50, p90, p99) FROM ";
    return Stream.of(
        "* FROM scripts(account = 'acme')",
        "* FROM script_versions(account = 'acme', script = 'pay')",
        "* FROM accounts",
        metrics + "script_metrics" + OF_SCRIPT + ")",
        metrics + "version_metrics" + OF_SCRIPT + ")",
        metrics + "run_timeline" + OF_SCRIPT + ", step = 120)",
        metrics + "run_timeline" + OF_SCRIPT + ", step = 45)",
        metrics
            + "script_metrics(account = 'acme', script = 'pay',"
            + " from = '2099-05-14 05:30:00', to = '2099-05-14 07:30:00')",
        "deployment_version, response_times FROM script_percentile"
            + OF_SCRIPT
            + ", percentile = 75)",
        "bucket, deployment_version, response_times FROM percentile_timeline"
            + OF_SCRIPT
            + ", step = 60, percentile = 99.9)",
        "script, regressions, old_failure_rate, new_failure_rate FROM version_regressions(account = 'acme', "
            + RANGE
            + ")",
        "metric, baseline, candidate FROM version_comparison"
            + OF_SCRIPT
            + ", baseline = '1', candidate = '2') WHERE level IS NULL",
        "verdict, worse_in, candidate_runs, baseline_runs FROM version_verdict(account = 'acme',"
            + " script = 'pay', version = '2')",
        "* EXCEPT (percentiles, p90, p99) FROM scripts_overview(" + RANGE + ")",
        "account, script, regressions, old_failure_rate, new_failure_rate FROM regressions_overview("
            + RANGE
            + ")",
        "table FROM last_writes",
        "* FROM all_runs" + OF_SCRIPT + ")",
        "* EXCEPT (arrived, ingested_at) FROM arrived_runs" + ARRIVED,
        "* EXCEPT (ingested_at) FROM arrived_logs" + ARRIVED,
        "* FROM all_logs" + OF_SCRIPT + ")",
        "* FROM all_logs(account = 'acme', script = '', from = '2099-05-14', to = '2099-05-15')",
        "* FROM record(account = 'acme', run_id = 'run1000')",
        "* FROM record_logs(account = 'acme', run_id = 'run1000')",
        "* FROM log_metrics" + OF_SCRIPT + ")",
        "* FROM log_patterns" + OF_SCRIPT + ")",
        "* FROM pattern_changes" + OF_SCRIPT + ", baseline = '1', candidate = '2')",
        "* FROM error_groups" + OF_SCRIPT + ")",
        "* FROM run_density" + OF_SCRIPT + ")",
        "* FROM errors_overview(" + RANGE + ")",
        "* FROM new_errors_overview(from = '2099-05-14', to = '2099-05-15')",
        "* FROM rejected_records(" + RANGE + ")",
        "* FROM export_runs" + OF_SCRIPT + ")",
        "* FROM export_logs" + OF_SCRIPT + ")");
  }

  @ParameterizedTest
  @MethodSource("questions")
  void everyShardAnswersAsOneServerDoes(String question) {
    String sql =
        "SELECT arraySort(groupArray(toString(tuple(*)))) FROM (SELECT "
            + question.replaceFirst(" FROM ", " FROM script_analytics.")
            + ") FORMAT TSVRaw";
    String expected = ask(single.server(), sql);

    assertThat(expected).isNotEqualTo("[]");
    for (TestClickHouse shard : shards) {
      assertThat(ask(shard, sql)).isEqualTo(expected);
    }
  }

  @Test
  void percentilesAreOffByHalfAPercentInRankAtMost() {
    for (TestClickHouse shard : shards) {
      String[] found =
          ask(shard, "SELECT p50, p90, p99 FROM script_analytics.script_metrics" + OF_SCRIPT + ")")
              .split("\t", -1);
      List<Double> levels = List.of(0.5, 0.9, 0.99);
      for (int i = 0; i < levels.size(); i++) {
        String rank =
            ask(
                single.server(),
                "SELECT countIf(response_time <= %s) / count(response_time) FROM script_analytics.all_runs%s)"
                    .formatted(found[i], OF_SCRIPT));
        assertThat(Double.parseDouble(rank)).isCloseTo(levels.get(i), within(0.005));
      }
    }
  }

  @Test
  void everyRowIsOnOneShardWithThoseThatItReplaces() {
    for (String table :
        List.of("runs", "logs", "run_rollups", "run_rollups_hourly", "dead_letters")) {
      String rows = "SELECT count() FROM script_analytics." + table;
      String onSingle = single.query(rows + " FINAL");

      assertThat(shards).allMatch(shard -> shard.query(rows + " FINAL").equals(onSingle));
      assertThat(
              shards.stream()
                  .mapToLong(shard -> Long.parseLong(shard.query(rows + "_local FINAL")))
                  .filter(found -> found > 0)
                  .boxed())
          .as(table)
          .hasSize(2)
          .satisfies(
              found ->
                  assertThat(found.stream().mapToLong(Long::longValue).sum())
                      .isEqualTo(Long.parseLong(onSingle)));
    }
  }

  @Test
  void aDeploymentIsOnOneShardAndHasTheRunsAndEntriesOfAll() {
    String deployments =
        "SELECT account, script, deployment_version, deployment_id, min(first_run), max(last_run),"
            + " min(first_entry), max(last_entry), argMaxMerge(latest_id)"
            + " FROM script_analytics.%s GROUP BY ALL ORDER BY ALL";
    String expected = single.query(deployments.formatted("deployments"));

    assertThat(expected.lines()).hasSizeGreaterThan(8);
    assertThat(shards)
        .allMatch(shard -> shard.query(deployments.formatted("deployments")).equals(expected));
    assertThat(
            shards.stream()
                .flatMap(shard -> shard.query(deployments.formatted("deployments_local")).lines())
                .sorted())
        .containsExactlyInAnyOrderElementsOf(expected.lines().toList());
  }

  @Test
  void theWriterReadsOnAnyShardHowFarItsHoursAreComplete() {
    for (TestClickHouse shard : shards) {
      assertThat(
              shard.queryAs(
                  "script_writer",
                  ClickHouseProgram.WRITER_PASSWORD,
                  "SELECT max(settled) FROM script_analytics.rollup_progress WHERE job = 'job'"))
          .isEqualTo("2099-05-14 07:00:00");
    }
  }

  @Test
  void tableSizesAreOfAllShards() {
    String sizes = "SELECT table, rows > 0 FROM script_analytics.table_sizes";

    assertThat(shards).allMatch(shard -> ask(shard, sizes).equals(ask(single.server(), sizes)));
  }

  /** As CLUSTER.md says, except for {@code ON CLUSTER}. */
  @Test
  void theRollupsOfADayAreMadeAnewFromTheRunsOfAllShards() {
    String metrics =
        "SELECT * EXCEPT (p50, p90, p99) FROM script_analytics.version_metrics"
            + OF_SCRIPT
            + ") ORDER BY deployment_version";
    List<String> inserts =
        SqlStatements.of(DeployedFiles.text("deploy/clickhouse/rebuild-rollups.sql")).stream()
            .filter(statement -> statement.contains("INSERT INTO"))
            .map(statement -> statement.replace("rebuilt_rollups", "run_rollups"))
            .toList();
    for (TestClickHouse shard : shards) {
      shard.query("ALTER TABLE script_analytics.run_rollups_local DROP PARTITION '2099-05-14'");
    }
    assertThat(ask(shards.get(0), metrics)).isNotEqualTo(ask(single.server(), metrics));

    for (String insert : inserts) {
      shards
          .get(0)
          .http()
          .queryAs(
              "default",
              "",
              insert,
              Map.of(
                  "param_day",
                  "2099-05-14",
                  "distributed_foreground_insert",
                  "1",
                  "parallel_distributed_insert_select",
                  "0"));
    }

    assertThat(inserts).hasSize(5);
    assertThat(shards).allMatch(shard -> ask(shard, metrics).equals(ask(single.server(), metrics)));
    String seen =
        "SELECT deployment_version, sum(seen) FROM script_analytics.run_rollups_hourly FINAL"
            + " GROUP BY ALL ORDER BY ALL";
    assertThat(shards).allMatch(shard -> shard.query(seen).equals(single.query(seen)));
  }

  @Test
  void whoSeesNoAccountSeesNoneOnAnyShard() {
    for (TestClickHouse shard : shards) {
      shard.query("TRUNCATE TABLE script_analytics.reader_accounts");
    }
    try {
      for (TestClickHouse shard : shards) {
        assertThat(ask(shard, "SELECT count() FROM script_analytics.all_runs" + OF_SCRIPT + ")"))
            .isEqualTo("0");
        assertThat(ask(shard, "SELECT count() FROM script_analytics.accounts")).isEqualTo("0");
        assertThatThrownBy(() -> ask(shard, "SELECT count() FROM script_analytics.runs"))
            .isInstanceOf(QueryFailedException.class);
      }
    } finally {
      for (TestClickHouse shard : shards) {
        shard.query("INSERT INTO script_analytics.reader_accounts VALUES ('script_reader', '*')");
      }
    }
  }

  @Test
  void withKeeperTheSameTablesAreReplicatedAndMadeOnTheWholeCluster() throws Exception {
    List<String> statements = TwoShards.statements("--cluster", TwoShards.NAME);

    assertThat(statements).isNotEmpty();
    for (String statement : statements) {
      if (!statement.contains("INSERT INTO")) {
        assertThat(statement).contains(" ON CLUSTER " + TwoShards.NAME);
      }
      assertThat(statement).doesNotContainPattern("ENGINE = (Replacing|Aggregating)MergeTree");
      // The server parses the statement and does not run it.
      assertThat(
              single
                  .http()
                  .queryAs(
                      "default",
                      "",
                      "SELECT formatQuery({statement:String})",
                      Map.of("param_statement", escaped(statement))))
          .isNotEmpty();
    }
    assertThat(statements)
        .filteredOn(statement -> statement.contains("ENGINE = Replicated"))
        .hasSize(10);
  }

  /** Writes the rows of a producer's events and their replacements, through both servers. */
  private static void fill(TestClickHouse first, TestClickHouse second) {
    write(
        first,
        """
        runs (account, script, executed_on, run_id, version, status, deployment_version, retention_days, ingested_at)
        SELECT account, script, executed_on, run_id, 1, 'In Progress', deployment_version, 30, executed_on
        """);
    write(
        second,
        """
        runs (account, script, executed_on, run_id, version, status, deployment_version, response_time, error_group, retention_days, ingested_at)
        SELECT account, script, executed_on, run_id, 3, end, deployment_version, took, if(end = 'Failed', 10 + deployment_version, 0), 30, executed_on
        """);
    write(
        first,
        """
        run_rollups (account, script, minute, deployment_version, arrival, facts, seen, succeeded, failed,
          response_time_sum, response_time_min, response_time_max, means, weights)
        SELECT account, script, toStartOfMinute(executed_on) AS minute, deployment_version, toStartOfHour(minute),
          2 * count(), count(), countIf(end = 'Success'), countIf(end = 'Failed'), sum(took), min(took), max(took),
          arraySort(groupArray(toFloat32(assumeNotNull(took))) FILTER (WHERE isNotNull(took))) AS means, arrayMap(m -> 1, means)
        """,
        "GROUP BY account, script, minute, deployment_version");
    write(
        second,
        """
        run_rollups_hourly (account, script, hour, deployment_version, arrival, first_minute, last_minute, facts, seen,
          succeeded, failed, response_time_sum, response_time_min, response_time_max, means, weights)
        SELECT account, script, toStartOfHour(executed_on) AS hour, deployment_version, hour,
          toStartOfMinute(min(executed_on)), toStartOfMinute(max(executed_on)),
          2 * count(), count(), countIf(end = 'Success'), countIf(end = 'Failed'), sum(took), min(took), max(took),
          arraySort(groupArray(toFloat32(assumeNotNull(took))) FILTER (WHERE isNotNull(took))) AS means, arrayMap(m -> 1, means)
        """,
        "GROUP BY account, script, hour, deployment_version");
    first.queryAs(
        "script_writer",
        ClickHouseProgram.WRITER_PASSWORD,
        "INSERT INTO script_analytics.rollup_progress (job, settled) VALUES ('job', '2099-05-14 07:00:00')");
    String log =
        """
        logs (account, script, timestamp, log_id, version, is_deleted, run_id, log_level, log_message, shape, error_group, deployment_version, retention_days, ingested_at)
        SELECT account, %s, executed_on, concat('l', run_id), %s, '%s' AS level, '%s', 1 + number %% 5, if(level = 'Error', 1 + number %% 3, 0), multiIf(number %% 5 = 0, 2, number %% 5 = 1, 0, deployment_version), 30, '2026-05-14 06:00:00'
        """;
    write(first, log.formatted("''", "0, 0, run_id", "Info", "declined"));
    // The runs of the last entries never became known.
    String known = "WHERE number < 3000";
    write(second, log.formatted("script", "3, 0, run_id", "Error", "declined"), known);
    write(second, log.formatted("''", "255, 1, ''", "Info", ""), known);
    write(
        second,
        """
        log_shapes (account, script, shape, pattern, template)
        SELECT account, script, 1 + intDiv(number, 2) % 4 AS shape, least(shape, 3) AS pattern, concat('template ', toString(pattern))
        """);
    write(
        first,
        """
        dead_letters (topic, kafka_partition, kafka_offset, item, arrived_at, account, resource, reason, detail, bytes)
        SELECT 'script-runs', number % 3, number, 0, executed_on, '', '', 'not_json', 'detail', 'bytes'
        """);
  }

  private static void write(TestClickHouse server, String insert, String... more) {
    server.queryAs(
        "script_writer",
        ClickHouseProgram.WRITER_PASSWORD,
        "INSERT INTO script_analytics."
            + insert
            + " FROM (SELECT number, "
            + RUN
            + " FROM numbers(3600)) "
            + String.join(" ", more));
  }

  private static String ask(TestClickHouse server, String sql) {
    return server.queryAs("script_reader", ClickHouseProgram.READER_PASSWORD, sql);
  }

  /** A text as the value of a parameter. */
  private static String escaped(String text) {
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n");
  }
}
