package dev.scriptanalytics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.testkit.clickhouse.ClickHouseProgram;
import dev.scriptanalytics.testkit.junit.ClickHouseExtension;
import dev.scriptanalytics.testkit.junit.KafkaExtension;
import dev.scriptanalytics.testkit.kafka.EventSender;
import dev.scriptanalytics.testkit.kafka.KafkaProgram;
import dev.scriptanalytics.testkit.process.Waiting;
import dev.scriptanalytics.testkit.sample.Delivery;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Retention of the job's rows, applied by a real server's own merges. */
class RetentionIT {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final List<String> TABLES =
      List.of(
          "runs",
          "logs",
          "run_rollups",
          "run_rollups_hourly",
          "deployments",
          "log_shapes",
          "dead_letters");

  /** The moment from which the tests count days back. */
  private final Instant noon =
      Instant.now().truncatedTo(ChronoUnit.DAYS).plus(Duration.ofHours(12));

  @RegisterExtension static final KafkaExtension kafka = new KafkaExtension();

  @RegisterExtension final ClickHouseExtension clickHouse = new ClickHouseExtension().withSchema();

  @TempDir private Path checkpoints;

  @Test
  void aRunIsKeptAsLongAsItsAccountIsConfiguredToAndOneThatIsOlderGoesToTheDeadLetters()
      throws Exception {
    kafka.createTopic("runs", 1, KafkaProgram.LOG_APPEND_TIME);
    kafka.createTopic("logs", 1, KafkaProgram.LOG_APPEND_TIME);
    send("runs", run("acme", 20), run("tiny", 3), run("tiny", 20), run("other", 20));
    send("logs", log("acme", 20), log("tiny", 3), log("tiny", 20), log("other", 20));
    try (RunningPipeline pipeline =
        RunningPipeline.between(kafka.bootstrapServers(), clickHouse.httpUrl(), checkpoints)
            .readingRuns("runs")
            .readingLogs("logs")
            .with("--retention.accounts", "acme:90,tiny:7")
            .start()) {
      pipeline.awaitEverythingWritten();
    }
    for (String table : List.of("runs", "logs")) {
      clickHouse.query("OPTIMIZE TABLE script_analytics." + table + " FINAL");
    }

    assertThat(clickHouse.query(kept("runs", "executed_on")).lines())
        .containsExactly("acme\t20\t90\t1", "other\t20\t30\t1", "tiny\t3\t7\t1");
    assertThat(clickHouse.query(kept("logs", "timestamp")).lines())
        .as("an entry of each run and one that it wrote to stdout")
        .containsExactly("acme\t20\t90\t2", "other\t20\t30\t2", "tiny\t3\t7\t2");
    assertThat(
            clickHouse
                .query(
                    "SELECT account, sum(seen) FROM script_analytics.run_rollups FINAL"
                        + " GROUP BY account ORDER BY account")
                .lines())
        .as("no run is counted that nobody can look at")
        .containsExactly("acme\t1", "other\t1", "tiny\t1");
    assertThat(
            clickHouse.query(
                "SELECT topic, reason, countIf(detail LIKE '%its account''s retention (7 d)%')"
                    + " FROM script_analytics.dead_letters GROUP BY ALL ORDER BY ALL"))
        .isEqualTo("logs\ttoo_old\t1\nruns\ttoo_old\t1");
  }

  @Test
  void whatIsPastItsRetentionGoesByItselfAndNothingElseDoes() {
    for (String table : TABLES) {
      clickHouse.query("SYSTEM STOP MERGES script_analytics." + table);
    }
    // One day within the retention and one beyond: 7 days, 30 (dead letters), 400 (rollups).
    insertRow("runs", "executed_on, run_id, retention_days", 6, "'kept', 7");
    insertRow("runs", "executed_on, run_id, retention_days", 8, "'gone', 7");
    insertRow("runs", "executed_on, run_id, retention_days", 8, "'longer', 30");
    insertRow("runs", "executed_on, run_id, retention_days", 1000, "'for good', 65535");
    insertRow("logs", "timestamp, log_id, retention_days", 6, "'kept', 7");
    insertRow("logs", "timestamp, log_id, retention_days", 8, "'gone', 7");
    insertRow("logs", "timestamp, log_id, retention_days", 8, "'longer', 30");
    insertRow("logs", "timestamp, log_id, retention_days", 1000, "'for good', 65535");
    insertRow("run_rollups", "minute, script", 399, "'kept'");
    insertRow("run_rollups", "minute, script", 401, "'gone'");
    insertRow("run_rollups_hourly", "hour, script", 399, "'kept'");
    insertRow("run_rollups_hourly", "hour, script", 401, "'gone'");
    insertDeployment("last_run", 399, "'kept by its run'");
    insertDeployment("last_run", 401, "'gone'");
    insertDeployment("last_entry", 399, "'kept by its entry'");
    insertDeployment("last_entry", 401, "'gone too'");
    insertRow("log_shapes", "written, script", 399, "'kept'");
    insertRow("log_shapes", "written, script", 401, "'gone'");
    insertRow("dead_letters", "arrived_at, detail", 29, "'kept'");
    insertRow("dead_letters", "arrived_at, detail", 31, "'gone'");
    assertThat(rows()).isEqualTo("4\t4\t2\t2\t4\t2\t2");

    for (String table : TABLES) {
      clickHouse.query("SYSTEM START MERGES script_analytics." + table);
    }

    assertThat(Waiting.until(PATIENCE, () -> rows().equals("3\t3\t1\t1\t2\t1\t1")))
        .as(rows())
        .isTrue();
    assertThat(names("run_id", "runs")).isEqualTo("['for good','kept','longer']");
    assertThat(names("log_id", "logs")).isEqualTo("['for good','kept','longer']");
    assertThat(names("script", "run_rollups")).isEqualTo("['kept']");
    assertThat(names("script", "run_rollups_hourly")).isEqualTo("['kept']");
    // The rollups above add rows without an id: one script's are past their time, the other's one.
    String deployments = "['','kept by its entry','kept by its run']";
    assertThat(
            Waiting.until(
                PATIENCE, () -> names("deployment_id", "deployments FINAL").equals(deployments)))
        .as(names("deployment_id", "deployments FINAL"))
        .isTrue();
    assertThat(names("script", "log_shapes")).isEqualTo("['kept']");
    assertThat(names("detail", "dead_letters")).isEqualTo("['kept']");
  }

  @ParameterizedTest
  @CsvSource({"runs, executed_on", "logs, timestamp", "run_rollups, minute"})
  void aDayThatIsOverIsCompressedForGoodByItself(String table, String time) {
    clickHouse.query("SYSTEM STOP MERGES script_analytics." + table);
    insertRow(table, time + ", account, script", 0, "'acme', 'Balance'");
    insertRow(table, time + ", account, script", 1, "'acme', 'Balance'");
    assertThat(codecs(table)).as("yesterday's, today's").isEqualTo("['LZ4','LZ4']");

    clickHouse.query("SYSTEM START MERGES script_analytics." + table);

    assertThat(Waiting.until(PATIENCE, () -> codecs(table).equals("['ZSTD(1)','LZ4']")))
        .as(codecs(table))
        .isTrue();
  }

  /** Of the parts, the oldest day first. */
  private String codecs(String table) {
    return clickHouse.query(
        "SELECT groupArray(default_compression_codec) FROM (SELECT * FROM system.parts"
            + " WHERE active AND database = 'script_analytics' AND table = '%s' ORDER BY partition)"
                .formatted(table));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "runs",
        "logs",
        "run_rollups",
        "run_rollups_hourly",
        "deployments",
        "dead_letters"
      })
  void anOldPartitionIsMergedIntoOnePart(String table) {
    assertThat(
            clickHouse.query(
                "SELECT extract(create_table_query, 'min_age_to_force_merge_seconds = (\\d+)'),"
                    + " extract(create_table_query,"
                    + " 'min_age_to_force_merge_on_partition_only = (\\d+)')"
                    + " FROM system.tables WHERE database = 'script_analytics' AND name = '"
                    + table
                    + "'"))
        .as("deployments is merged even while it is written to")
        .isEqualTo(table.equals("deployments") ? "3600\t" : "3600\t1");
    // An hour is too long to wait for.
    clickHouse.query(
        "ALTER TABLE script_analytics."
            + table
            + " MODIFY SETTING min_age_to_force_merge_seconds = 1");
    String columns =
        switch (table) {
          case "runs" -> "executed_on, run_id, retention_days";
          case "logs" -> "timestamp, log_id, retention_days";
          case "run_rollups" -> "minute, script, deployment_version";
          case "run_rollups_hourly" -> "hour, script, deployment_version";
          default -> "arrived_at, topic, kafka_offset";
        };
    clickHouse.query("SYSTEM STOP MERGES script_analytics." + table);
    for (int i = 1; i <= 3; i++) {
      if (table.equals("deployments")) {
        insertDeployment("last_run", 2, "'row " + i + "'");
      } else {
        insertRow(table, columns, 2, "'row " + i + "', " + (10 + i));
      }
    }
    String parts =
        "SELECT count(), sum(rows) FROM system.parts WHERE active"
            + " AND database = 'script_analytics' AND table = '"
            + table
            + "'";
    assertThat(clickHouse.query(parts)).isEqualTo("3\t3");

    clickHouse.query("SYSTEM START MERGES script_analytics." + table);

    assertThat(Waiting.until(PATIENCE, () -> clickHouse.query(parts).equals("1\t3")))
        .as("parts and rows: %s", clickHouse.query(parts))
        .isTrue();
  }

  private String run(String account, int daysAgo) {
    long start = noon.minus(Duration.ofDays(daysAgo)).toEpochMilli();
    return ("{\"account\":\"%s\",\"run_id\":\"run of day %d\",\"script\":\"pay\","
            + "\"status\":\"success\",\"started_at\":%d,\"ended_at\":%d,\"stdout\":\"hello\"}")
        .formatted(account, daysAgo, start, start + 5);
  }

  private String log(String account, int daysAgo) {
    return ("{\"account\":\"%s\",\"run_id\":\"run of day %d\",\"script\":\"pay\","
            + "\"timestamp\":%d,\"level\":\"info\",\"message\":\"hello\"}")
        .formatted(account, daysAgo, noon.minus(Duration.ofDays(daysAgo)).toEpochMilli());
  }

  private static void send(String topic, String... records) throws Exception {
    PrintStream silent = new PrintStream(OutputStream.nullOutputStream(), true, UTF_8);
    try (EventSender sender = new EventSender(kafka.bootstrapServers(), topic, silent)) {
      for (String record : records) {
        sender.send(new Delivery(0, null, record.getBytes(UTF_8)));
      }
      sender.flush();
    }
  }

  private String kept(String table, String time) {
    return "SELECT account, dateDiff('day', "
        + time
        + ", toDateTime("
        + noon.getEpochSecond()
        + ", 'UTC')), retention_days, count() FROM script_analytics."
        + table
        + " FINAL GROUP BY ALL ORDER BY ALL";
  }

  /** Inserts as the job's user, whose rows are not checked for their age on insert. */
  private void insertRow(String table, String columns, int daysAgo, String values) {
    clickHouse.queryAs(
        "script_writer",
        ClickHouseProgram.WRITER_PASSWORD,
        "INSERT INTO script_analytics.%s (%s) VALUES ('%s', %s)"
            .formatted(table, columns, time(noon.minus(Duration.ofDays(daysAgo))), values));
  }

  /** Inserts as the administrator, in place of the materialized views. */
  private void insertDeployment(String column, int daysAgo, String id) {
    clickHouse.query(
        "INSERT INTO script_analytics.deployments (%s, deployment_id) VALUES ('%s', %s)"
            .formatted(column, time(noon.minus(Duration.ofDays(daysAgo))), id));
  }

  private static String time(Instant time) {
    return time.toString().replace('T', ' ').replace("Z", "");
  }

  private String rows() {
    return clickHouse.query(
        "SELECT (SELECT count() FROM script_analytics.runs),"
            + " (SELECT count() FROM script_analytics.logs),"
            + " (SELECT count() FROM script_analytics.run_rollups),"
            + " (SELECT count() FROM script_analytics.run_rollups_hourly),"
            + " (SELECT count() FROM script_analytics.deployments WHERE deployment_id != ''),"
            + " (SELECT count() FROM script_analytics.log_shapes),"
            + " (SELECT count() FROM script_analytics.dead_letters)");
  }

  private String names(String column, String table) {
    return clickHouse.query(
        "SELECT arraySort(groupArray(%s)) FROM script_analytics.%s".formatted(column, table));
  }
}
