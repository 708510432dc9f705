package dev.scriptanalytics.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.testkit.clickhouse.ClickHouseProgram;
import dev.scriptanalytics.testkit.junit.ClickHouseExtension;
import dev.scriptanalytics.testkit.process.Repository;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The age of each table's last write, which an alert checks every minute. */
class LastWritesIT {
  private static final long HOUR = 3600;

  @RegisterExtension
  static final ClickHouseExtension clickHouse = new ClickHouseExtension().withSchema();

  @BeforeEach
  void forget() {
    clickHouse.query("TRUNCATE TABLE script_analytics.runs");
    clickHouse.query("TRUNCATE TABLE script_analytics.logs");
  }

  @Test
  void thereIsNoRowOfATableThatWasNeverWrittenTo() {
    assertThat(ask("SELECT * FROM script_analytics.last_writes")).isEmpty();
    writeRun(0, 0);
    assertThat(ask("SELECT table FROM script_analytics.last_writes")).isEqualTo("runs");
  }

  @Test
  void countsFromTheLastWriteHoweverTheRowsAreDated() {
    writeRun(5 * 24 * HOUR, 1000);
    writeRun(-12 * HOUR, 2000);
    assertThat(secondsAgo("runs")).isBetween(1000L, 1200L);
    writeRun(5 * 24 * HOUR, 0);
    assertThat(secondsAgo("runs")).isBetween(0L, 200L);
  }

  @Test
  void staysSilentAfterDays() {
    writeRun(5 * 24 * HOUR, 5 * 24 * HOUR);
    writeRun(6 * 24 * HOUR, 6 * 24 * HOUR);
    assertThat(secondsAgo("runs")).isBetween(5 * 24 * HOUR, 5 * 24 * HOUR + 200);
  }

  @Test
  void isNotTakenInByARunThatIsDatedAhead() {
    writeRun(-12 * HOUR, 2 * HOUR);
    assertThat(secondsAgo("runs")).isEqualTo(HOUR);
  }

  @Test
  void tellsOfLogsToo() {
    clickHouse.query(
        "INSERT INTO script_analytics.logs (account, script, timestamp, log_id, log_level,"
            + " log_message, retention_days, ingested_at) VALUES ('acme', 'pay', now64(6) - 7200,"
            + " '1', 'Info', 'hello', 30, now64(3) - 100)");
    assertThat(secondsAgo("logs")).isBetween(100L, 300L);
  }

  @Test
  void findsWhatWasWrittenLatelyByAnIndexAndTheLatestRunWithoutReading() {
    writeRun(24 * HOUR, 0);
    assertThat(
            clickHouse.query(
                "EXPLAIN indexes = 1 SELECT max(ingested_at) FROM script_analytics.runs WHERE"
                    + " ingested_at >= now64(3, 'UTC') - toIntervalMinute(1)"))
        .contains("Name: arrivals");
    assertThat(clickHouse.query("EXPLAIN SELECT max(executed_on) FROM script_analytics.runs"))
        .contains("_minmax_count_projection");
  }

  @Test
  void aTableThatWasCreatedWithoutTheIndexGetsIt() {
    clickHouse.query("ALTER TABLE script_analytics.runs DROP INDEX arrivals");
    clickHouse.http().applySql(Repository.path("sql"));
    assertThat(
            clickHouse.query(
                "SELECT type FROM system.data_skipping_indices WHERE table = 'runs' AND name ="
                    + " 'arrivals'"))
        .isEqualTo("minmax");
  }

  /** Writes a run that began and was written the given seconds ago. */
  private static void writeRun(long began, long written) {
    clickHouse.query(
        "INSERT INTO script_analytics.runs (account, script, executed_on, run_id, version, status,"
            + " retention_days, ingested_at) SELECT 'acme', 'pay', now64(3) - %1$d, 'run_%1$d_%2$d', 3,"
                .formatted(began, written)
            + " 'Success', 30, now64(3) - %d".formatted(written));
  }

  private static long secondsAgo(String table) {
    return Long.parseLong(
        ask("SELECT seconds_ago FROM script_analytics.last_writes WHERE table = '" + table + "'"));
  }

  private static String ask(String query) {
    return clickHouse.queryAs("script_reader", ClickHouseProgram.READER_PASSWORD, query);
  }
}
