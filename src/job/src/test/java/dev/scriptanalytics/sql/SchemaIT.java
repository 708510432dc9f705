package dev.scriptanalytics.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.scriptanalytics.row.LogRow;
import dev.scriptanalytics.row.RowBinaryBuffer;
import dev.scriptanalytics.row.RunRow;
import dev.scriptanalytics.row.ShapeRow;
import dev.scriptanalytics.testkit.clickhouse.ClickHouseHttp.QueryFailedException;
import dev.scriptanalytics.testkit.clickhouse.ClickHouseProgram;
import dev.scriptanalytics.testkit.junit.ClickHouseExtension;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SchemaIT {
  @RegisterExtension
  static final ClickHouseExtension clickHouse = new ClickHouseExtension().withSchema();

  private static final Instant NOON = Tables.noonOfYesterday();

  @Test
  void isTheSameWhenItIsAppliedAgain() {
    insertRun("again", "run", 3, "Success", NOON);
    String schema =
        "SELECT name, create_table_query, if(engine LIKE '%View', NULL, uuid) FROM system.tables"
            + " WHERE database = 'script_analytics' ORDER BY name";
    String rows =
        "SELECT (SELECT count() FROM script_analytics.runs WHERE account = 'again'),"
            + " (SELECT count() FROM script_analytics.reader_accounts) FORMAT TSV";
    String schemaBefore = clickHouse.query(schema);
    String rowsBefore = clickHouse.query(rows);
    clickHouse.server().applySql();
    assertThat(clickHouse.query(schema)).isEqualTo(schemaBefore).contains("run_rollups");
    assertThat(clickHouse.query(rows)).isEqualTo(rowsBefore);
  }

  @Test
  void doesNotGiveBackAnAccountThatWasTakenAway() {
    String readers = "SELECT user, account FROM script_analytics.reader_accounts ORDER BY ALL";
    assertThat(clickHouse.query(readers)).isEqualTo("default\t*\nscript_reader\t*");
    clickHouse.query("DELETE FROM script_analytics.reader_accounts WHERE user = 'script_reader'");
    clickHouse.server().applySql();
    assertThat(clickHouse.query(readers)).isEqualTo("default\t*");
    clickHouse.query("INSERT INTO script_analytics.reader_accounts VALUES ('script_reader', '*')");
  }

  @Test
  void runsHaveTheColumnsThatTheJobWrites() {
    assertThat(columns("runs"))
        .containsExactly(
            "account String",
            "script String",
            "executed_on DateTime64(3, 'UTC')",
            "run_id String",
            "version UInt8",
            "status Enum8('In Progress' = 1, 'Success' = 2, 'Failed' = 3)",
            "original_status String",
            "deployment_version UInt32",
            "deployment_id String",
            "function String",
            "source_type String",
            "source String",
            "response_time Nullable(Float64)",
            "ended_on Nullable(DateTime64(3, 'UTC'))",
            "input String",
            "output String",
            "error_code String",
            "error_message String",
            "error_stack String",
            "error_group UInt64",
            "trace_id String",
            "memory_bytes Nullable(UInt64)",
            "cpu_ms Nullable(Float64)",
            "gpu_percent Nullable(Float64)",
            "cold_start Nullable(Bool)",
            "phases Map(LowCardinality(String), Float64)",
            "truncated Array(String)",
            "redacted Array(String)",
            "extra String",
            "retention_days UInt16",
            "ingested_at DateTime64(3, 'UTC') DEFAULT");
    assertThat(namesOf(columns("runs"))).containsExactlyInAnyOrderElementsOf(RunRow.COLUMNS);
  }

  @Test
  void logsHaveTheColumnsThatTheJobWrites() {
    assertThat(columns("logs"))
        .containsExactly(
            "account String",
            "script String",
            "timestamp DateTime64(6, 'UTC')",
            "log_id String",
            "version UInt8",
            "is_deleted UInt8",
            "run_id String",
            "log_level Enum8('Stdout' = 1, 'Stderr' = 2, 'Debug' = 3, 'Info' = 4, 'Warning' = 5,"
                + " 'Error' = 6, 'Fatal' = 7)",
            "original_level String",
            "log_message String",
            "line UInt32",
            "sequence UInt64",
            "shape UInt64",
            "error_group UInt64",
            "stream String",
            "deployment_version UInt32",
            "deployment_id String",
            "function String",
            "source String",
            "source_type String",
            "request_id String",
            "duration_ms Nullable(Float64)",
            "memory_bytes Nullable(UInt64)",
            "gpu_percent Nullable(Float64)",
            "error_code String",
            "stack_trace String",
            "metadata String",
            "trace_id String",
            "span_id String",
            "truncated Array(String)",
            "redacted Array(String)",
            "extra String",
            "retention_days UInt16",
            "ingested_at DateTime64(3, 'UTC') DEFAULT");
    assertThat(namesOf(columns("logs"))).containsExactlyInAnyOrderElementsOf(LogRow.COLUMNS);
  }

  @Test
  void rollupsHaveTheColumnsThatTheJobWrites() {
    assertThat(columns("run_rollups"))
        .containsExactly(
            "account String",
            "script String",
            "minute DateTime('UTC')",
            "deployment_version UInt32",
            "deployment_id String",
            "arrival DateTime('UTC')",
            "facts UInt64",
            "seen Int64",
            "succeeded UInt64",
            "failed UInt64",
            "response_time_sum Float64",
            "response_time_min Nullable(Float64)",
            "response_time_max Nullable(Float64)",
            "means Array(Float32) EPHEMERAL",
            "weights Array(UInt64) EPHEMERAL",
            "response_times UInt64 DEFAULT",
            "digest AggregateFunction(quantilesTDigestWeighted(0.9, 0.99), Float32, UInt64)"
                + " DEFAULT");
  }

  @Test
  void hoursHaveTheColumnsOfMinutesAndTheirFirstAndLastMinute() {
    List<String> expected = new ArrayList<>(columns("run_rollups"));
    expected.replaceAll(
        column ->
            column
                .replace("minute DateTime", "hour DateTime")
                .replaceAll("^(account|script|deployment_id) String", "$1 LowCardinality(String)"));
    expected.addAll(
        expected.indexOf("facts UInt64"),
        List.of("first_minute DateTime('UTC')", "last_minute DateTime('UTC')"));

    assertThat(columns("run_rollups_hourly")).isEqualTo(expected);
  }

  @Test
  void progressHasTheColumnsThatTheJobWrites() {
    assertThat(columns("rollup_progress")).containsExactly("job String", "settled DateTime('UTC')");
  }

  @Test
  void theJobReadsHowFarItsHoursAreCompleteAndNothingElse() {
    insert(
        "rollup_progress (job, settled) FORMAT JSONEachRow",
        utf8(
            "{\"job\":\"job\",\"settled\":\"2026-11-20 07:00:00\"}\n"
                + "{\"job\":\"job\",\"settled\":\"2026-11-20 06:00:00\"}"));

    assertThat(
            clickHouse.queryAs(
                "script_writer",
                ClickHouseProgram.WRITER_PASSWORD,
                "SELECT max(settled) FROM script_analytics.rollup_progress WHERE job = 'job'"))
        .isEqualTo("2026-11-20 07:00:00");
  }

  @Test
  void shapesHaveTheColumnsThatTheJobWrites() {
    assertThat(columns("log_shapes"))
        .containsExactly(
            "account String",
            "script String",
            "shape UInt64",
            "text String",
            "pattern UInt64",
            "template String",
            "first_seen DateTime64(6, 'UTC')",
            "written DateTime64(3, 'UTC') DEFAULT");
    assertThat(namesOf(columns("log_shapes"))).isEqualTo(ShapeRow.COLUMNS);
  }

  @Test
  void deadLettersHaveTheColumnsThatTheJobWrites() {
    assertThat(columns("dead_letters"))
        .containsExactly(
            "topic String",
            "kafka_partition Int32",
            "kafka_offset Int64",
            "item Int32",
            "arrived_at DateTime64(3, 'UTC')",
            "account LowCardinality(String)",
            "resource String",
            "reason LowCardinality(String)",
            "detail String",
            "bytes String");
  }

  @Test
  void everyTableViewAndColumnSaysWhatItIs() {
    assertThat(
            clickHouse.query(
                "SELECT table, name FROM system.columns"
                    + " WHERE database = 'script_analytics' AND comment = ''"
                    + " AND table IN (SELECT name FROM system.tables"
                    + " WHERE database = 'script_analytics' AND engine NOT LIKE '%View')"))
        .isEmpty();
    assertThat(
            clickHouse.query(
                "SELECT name FROM system.tables"
                    + " WHERE database = 'script_analytics' AND comment = ''"))
        .isEmpty();
  }

  @Test
  void storesARunThatComesAsRowBinary() {
    assertStoredAsRowBinary("runs", RunRow.COLUMNS);
  }

  @Test
  void storesALogEntryThatComesAsRowBinary() {
    assertStoredAsRowBinary("logs", LogRow.COLUMNS);
  }

  /** Writes a row in which every text is the name of its column. */
  private static void assertStoredAsRowBinary(String table, List<String> columns) {
    RowBinaryBuffer row = new RowBinaryBuffer();
    Map<String, String> written = new LinkedHashMap<>();
    for (String column : columns) {
      written.put(column, write(row, column, typeOf(table, column)));
    }
    insert(table + " (" + String.join(", ", columns) + ") FORMAT RowBinary", row.copy());
    Map<String, String> stored = new LinkedHashMap<>();
    for (String column : columns) {
      stored.put(
          column,
          clickHouse.query(
              "SELECT "
                  + column
                  + " FROM script_analytics."
                  + table
                  + " WHERE account = 'account' FORMAT TSVRaw"));
    }
    assertThat(stored).isEqualTo(written);
  }

  /** Writes a value of the type, and returns the text that ClickHouse shows for it. */
  private static String write(RowBinaryBuffer row, String column, String type) {
    switch (type) {
      case "String" -> {
        row.string(utf8(column));
        return column;
      }
      case "Array(String)" -> {
        row.varint(1);
        row.string(utf8(column));
        return "['" + column + "']";
      }
      case "DateTime64(3, 'UTC')" -> {
        row.int64(NOON.toEpochMilli());
        return time(NOON) + ".000";
      }
      case "DateTime64(6, 'UTC')" -> {
        row.int64(NOON.toEpochMilli() * 1000);
        return time(NOON) + ".000000";
      }
      case "Nullable(DateTime64(3, 'UTC'))" -> {
        row.nullableInt64(NOON.toEpochMilli(), true);
        return time(NOON) + ".000";
      }
      case "Map(LowCardinality(String), Float64)" -> {
        row.varint(1);
        row.string(utf8(column));
        row.float64(12.5);
        return "{'" + column + "':12.5}";
      }
      case "Nullable(Float64)" -> {
        row.nullableFloat64(12.5);
        return "12.5";
      }
      case "Nullable(UInt64)" -> {
        row.nullableInt64(1 << 20, true);
        return "1048576";
      }
      case "Nullable(Bool)" -> {
        row.nullableUInt8(1, true);
        return "true";
      }
      case "UInt64" -> {
        row.int64(-2);
        return "18446744073709551614";
      }
      case "UInt32" -> {
        row.uint32(4_000_000_000L);
        return "4000000000";
      }
      case "UInt16" -> {
        row.uint16(400);
        return "400";
      }
      case "UInt8" -> {
        row.uint8(1);
        return "1";
      }
      default -> {
        assertThat(type).startsWith("Enum8(");
        row.uint8(2);
        return type.contains("Success") ? "Success" : "Stderr";
      }
    }
  }

  private static String typeOf(String table, String column) {
    return clickHouse.query(
        "SELECT type FROM system.columns WHERE database = 'script_analytics' AND table = '"
            + table
            + "' AND name = '"
            + column
            + "' FORMAT TSVRaw");
  }

  @Test
  void theMostCompleteRowOfARunCountsInWhateverOrderTheyCame() {
    insertRun("complete", "run", 3, "Success", NOON);
    insertRun("complete", "run", 1, "In Progress", NOON);
    insertRun("complete", "run", 2, "Failed", NOON);
    assertThat(allRuns("complete", "run_id, status")).isEqualTo("run\tSuccess");
  }

  @Test
  void aRunWrittenTwiceIsOneRun() {
    insertRun("twice", "run", 2, "Failed", NOON);
    insertRun("twice", "run", 2, "Failed", NOON);
    assertThat(allRuns("twice", "run_id, status")).isEqualTo("run\tFailed");
  }

  @Test
  void aRangeIsHalfOpen() {
    insertRun("range", "before", 3, "Success", NOON.minusMillis(1));
    insertRun("range", "first", 3, "Success", NOON);
    insertRun("range", "last", 3, "Success", NOON.plusMillis(999));
    insertRun("range", "after", 3, "Success", NOON.plusMillis(1000));
    assertThat(
            clickHouse.query(
                "SELECT run_id FROM script_analytics.all_runs(account = 'range', script = 'pay',"
                    + " from = '"
                    + time(NOON)
                    + "', to = '"
                    + time(NOON.plusSeconds(1))
                    + "')"
                    + " ORDER BY executed_on"))
        .isEqualTo("first\nlast");
  }

  @Test
  void theFullestRollupRowOfAKeyCountsAndNoneIsAddedToAnother() {
    insertRollup("fullest", 0, 5, 3, "[10, 20]", "[1, 2]");
    insertRollup("fullest", 0, 2, 1, "[10]", "[1]");
    insertRollup("fullest", 0, 5, 3, "[10, 20]", "[1, 2]");
    insertRollup("fullest", 1, 1, 1, "[30]", "[1]");
    assertThat(
            clickHouse.query(
                "SELECT sum(seen), sum(response_times), quantilesTDigestWeightedMerge(0, 1)(digest)"
                    + " FROM script_analytics.run_rollups FINAL WHERE account = 'fullest'"))
        .isEqualTo("4\t4\t[10,30]");
  }

  @Test
  void aRollupRowWithoutItsCentroidsIsRefused() {
    assertThatThrownBy(() -> insertRollup("refused", 0, 1, 1, "[]", "[]"))
        .isInstanceOf(QueryFailedException.class)
        .hasMessageContaining("centroids_with_response_times");
    assertThatThrownBy(() -> insertRollup("refused", 0, 1, 1, "[1, 2]", "[1]"))
        .isInstanceOf(QueryFailedException.class)
        .hasMessageContaining("Lengths of all arrays");
  }

  @Test
  void aLogEntryWhoseScriptBecameKnownIsOneEntry() {
    insertLog("", 0, 0);
    insertLog("pay", 1, 0);
    insertLog("", 1, 1);
    // A replay writes the first row a second time.
    insertLog("", 0, 0);
    assertThat(
            clickHouse.query(
                "SELECT script FROM script_analytics.logs FINAL WHERE account = 'rekeyed'"))
        .isEqualTo("pay");
  }

  @Test
  void takesRunsOfMoreThanAHundredDaysInOneInsert() {
    String rows =
        IntStream.range(0, 200)
            .mapToObj(
                day ->
                    run("days", "run" + day, 3, "Success", NOON.minus(Duration.ofDays(day)), 365))
            .collect(Collectors.joining());
    insert("runs FORMAT JSONEachRow", utf8(rows));
    assertThat(clickHouse.query("SELECT count() FROM script_analytics.runs WHERE account = 'days'"))
        .isEqualTo("200");
  }

  @Test
  void keepsARunForItsRetentionAndNoLonger() {
    insert(
        "runs FORMAT JSONEachRow",
        utf8(
            run("kept", "kept", 3, "Success", NOON.minus(Duration.ofDays(6)), 7)
                + run("kept", "gone", 3, "Success", NOON.minus(Duration.ofDays(9)), 7)
                + run("kept", "for good", 3, "Success", NOON.minus(Duration.ofDays(9)), 65_535)));
    clickHouse.query("OPTIMIZE TABLE script_analytics.runs FINAL");
    assertThat(
            clickHouse.query(
                "SELECT run_id FROM script_analytics.runs WHERE account = 'kept' ORDER BY run_id"))
        .isEqualTo("for good\nkept");
  }

  @Test
  void readsOnlyTheRunsThatAreAskedForUnderFinal() {
    String rows =
        IntStream.range(0, 40_000)
            .mapToObj(
                i -> run("key" + i % 4, "run" + i, 3, "Success", NOON.plusMillis(i * 100L), 30))
            .collect(Collectors.joining());
    insert("runs FORMAT JSONEachRow", utf8(rows));
    String explained =
        clickHouse.query(
            "EXPLAIN indexes = 1 SELECT * FROM script_analytics.all_runs(account = 'key2',"
                + " script = 'pay', from = '"
                + time(NOON)
                + "', to = '"
                + time(NOON.plusSeconds(10))
                + "')");
    List<String> granules =
        explained.lines().map(String::strip).filter(line -> line.contains("Granules: ")).toList();
    // The account has ten thousand rows; those of ten seconds lie in one or two granules.
    assertThat(granules.get(granules.size() - 1)).as(explained).matches(".*Granules: [12]/.*");
  }

  private static List<String> columns(String table) {
    return clickHouse
        .query(
            "SELECT trimRight(concat(name, ' ', type, ' ', default_kind)) FROM system.columns"
                + " WHERE database = 'script_analytics' AND table = '"
                + table
                + "' ORDER BY position FORMAT TSVRaw")
        .lines()
        .toList();
  }

  /** The names of the columns that have no default. */
  private static List<String> namesOf(List<String> columns) {
    return columns.stream()
        .filter(column -> !column.endsWith(" DEFAULT"))
        .map(column -> column.substring(0, column.indexOf(' ')))
        .toList();
  }

  private static String allRuns(String account, String columns) {
    return clickHouse.query(
        "SELECT "
            + columns
            + " FROM script_analytics.all_runs(account = '"
            + account
            + "', script = 'pay', from = '"
            + time(NOON.minus(Duration.ofDays(1)))
            + "', to = '"
            + time(NOON.plus(Duration.ofDays(1)))
            + "')");
  }

  private static void insertRun(
      String account, String id, int version, String status, Instant executedOn) {
    insert("runs FORMAT JSONEachRow", utf8(run(account, id, version, status, executedOn, 30)));
  }

  private static String run(
      String account, String id, int version, String status, Instant executedOn, int retention) {
    return "{\"account\":\"%s\",\"script\":\"pay\",\"executed_on\":\"%s\",\"run_id\":\"%s\","
            .formatted(account, time(executedOn), id)
        + "\"version\":%d,\"status\":\"%s\",\"retention_days\":%d}\n"
            .formatted(version, status, retention);
  }

  private static void insertRollup(
      String account, int hour, int facts, int seen, String means, String weights) {
    long minute = NOON.getEpochSecond();
    insert(
        "run_rollups (account, script, minute, arrival, facts, seen, response_time_min, means,"
            + " weights) FORMAT JSONEachRow",
        utf8(
            "{\"account\":\"%s\",\"script\":\"pay\",\"minute\":%d,\"arrival\":%d,\"facts\":%d,"
                    .formatted(account, minute, minute + hour * 3600L, facts)
                + "\"seen\":%d,\"response_time_min\":1,\"means\":%s,\"weights\":%s}"
                    .formatted(seen, means, weights)));
  }

  private static void insertLog(String script, int version, int isDeleted) {
    insert(
        "logs FORMAT JSONEachRow",
        utf8(
            "{\"account\":\"rekeyed\",\"script\":\"%s\",\"timestamp\":\"%s\",\"log_id\":\"1\","
                    .formatted(script, time(NOON))
                + "\"version\":%d,\"is_deleted\":%d,\"retention_days\":30}"
                    .formatted(version, isDeleted)));
  }

  /** Inserts as the job's user. */
  private static void insert(String into, byte[] rows) {
    clickHouse
        .http()
        .insertAs(
            "script_writer",
            ClickHouseProgram.WRITER_PASSWORD,
            "INSERT INTO script_analytics." + into,
            rows);
  }

  private static String time(Instant time) {
    return Tables.time(time.toEpochMilli());
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
