package dev.scriptanalytics.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.scriptanalytics.sql.Tables.Run;
import dev.scriptanalytics.testkit.clickhouse.ClickHouseHttp.QueryFailedException;
import dev.scriptanalytics.testkit.clickhouse.ClickHouseProgram;
import dev.scriptanalytics.testkit.junit.ClickHouseExtension;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccessIT {
  private static final int READONLY = 164;
  private static final int SETTING_CONSTRAINT_VIOLATION = 452;
  private static final int ACCESS_DENIED = 497;
  private static final int AUTHENTICATION_FAILED = 516;

  /** Readers as an administrator adds them: one with an account, one without. */
  private static final String READERS =
      """
      <clickhouse><users>
        <dora>
          <password>dora</password>
          <networks><ip>::/0</ip></networks>
          <profile>script_reader</profile>
          <quota>script_reader</quota>
          <grants><query>GRANT script_views_reader</query></grants>
        </dora>
        <emil>
          <password>emil</password>
          <networks><ip>::/0</ip></networks>
          <profile>script_reader</profile>
          <quota>script_reader</quota>
          <grants><query>GRANT script_views_reader</query></grants>
        </emil>
      </users></clickhouse>
      """;

  @RegisterExtension
  static final ClickHouseExtension clickHouse =
      new ClickHouseExtension()
          .withSchema()
          .withUsers(READERS)
          .withStatement("SYSTEM FLUSH LOGS query_log")
          .withStatement("INSERT INTO script_analytics.reader_accounts VALUES ('dora', 'acme')");

  private static final Tables tables = new Tables(clickHouse);
  private static String range;

  @BeforeAll
  static void insertRows() {

    long now = Instant.now().truncatedTo(ChronoUnit.MINUTES).toEpochMilli();
    List<Run> runs =
        List.of(
            new Run("acme", "pay", now, "run1", 3, "Success", 1, 5.0, now),
            new Run("globex", "pay", now, "run2", 3, "Success", 1, 5.0, now));
    tables.insertRuns(runs);
    tables.insertRollups(runs);
    tables.insert(
        "logs",
        Tables.row("timestamp", Instant.ofEpochMilli(now), "log_level", "Error", "run_id", "run1"),
        Tables.row(
            "account",
            "globex",
            "timestamp",
            Instant.ofEpochMilli(now),
            "log_level",
            "Error",
            "run_id",
            "run2"));
    range = "from = '" + Tables.time(now) + "', to = '" + Tables.time(now + 60_000) + "'";
  }

  @Test
  void aReaderSeesTheAccountsThatItWasGiven() {
    assertThat(runsSeenBy("dora", "dora", "acme")).isEqualTo("run1");
    assertThat(totalSeenBy("dora", "dora", "acme")).isEqualTo("1");
  }

  @Test
  void aReaderSeesNothingOfAnotherAccount() {
    assertThat(runsSeenBy("dora", "dora", "globex")).isEmpty();
    assertThat(totalSeenBy("dora", "dora", "globex")).isEqualTo("0");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "run_id FROM script_analytics.all_logs(account = '%1$s', script = 'pay', %3$s)",
        "run_id FROM script_analytics.record(account = '%1$s', run_id = '%2$s')",
        "run_id FROM script_analytics.record_logs(account = '%1$s', run_id = '%2$s')",
        "'run' || entries FROM script_analytics.log_patterns(account = '%1$s', script = 'pay', %3$s)",
        "last_run_id FROM script_analytics.error_groups(account = '%1$s', script = 'pay', %3$s)",
        "run_id FROM script_analytics.run_density(account = '%1$s', script = 'pay', %3$s)",
        "'run' || total_logs FROM script_analytics.log_metrics(account = '%1$s', script = 'pay',"
            + " %3$s) WHERE total_logs > 0",
        "'run' || total_runs FROM script_analytics.version_metrics(account = '%1$s', script = 'pay',"
            + " %3$s)",
        "'run' || total_runs FROM script_analytics.run_timeline(account = '%1$s', script = 'pay',"
            + " %3$s, step = 7)",
        "'run' || total_runs FROM script_analytics.run_timeline(account = '%1$s', script = 'pay',"
            + " %3$s, step = 60)",
        "'run' || response_times FROM script_analytics.script_percentile(account = '%1$s',"
            + " script = 'pay', %3$s, percentile = 95) WHERE deployment_version = 1",
        "'run' || response_times FROM script_analytics.percentile_timeline(account = '%1$s',"
            + " script = 'pay', %3$s, step = 60, percentile = 95)",
        "'run' || baseline FROM script_analytics.version_comparison(account = '%1$s',"
            + " script = 'pay', %3$s, baseline = '1', candidate = '2') WHERE metric = 'total_runs'"
            + " AND baseline > 0",
        "'run' || candidate_runs FROM script_analytics.version_verdict(account = '%1$s',"
            + " script = 'pay', version = '1') WHERE candidate_from IS NOT NULL",
        "'run' || length(versions) FROM script_analytics.scripts(account = '%1$s')"
      })
  void aReaderSeesTheLogsAndRecordsOfItsAccountsOnly(String query) {
    assertThat(
            clickHouse.queryAs("dora", "dora", "SELECT " + query.formatted("acme", "run1", range)))
        .isEqualTo("run1");
    assertThat(
            clickHouse.queryAs(
                "dora", "dora", "SELECT " + query.formatted("globex", "run2", range)))
        .isEmpty();
    assertThat(
            clickHouse.queryAs("emil", "emil", "SELECT " + query.formatted("acme", "run1", range)))
        .isEmpty();
  }

  @Test
  void aReaderWithoutAnAccountSeesNothing() {
    assertThat(runsSeenBy("emil", "emil", "acme")).isEmpty();
    assertThat(totalSeenBy("emil", "emil", "acme")).isEqualTo("0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"acme", "globex"})
  void theExampleReaderAndTheAdministratorSeeAllAccounts(String account) {
    assertThat(runsSeenBy("script_reader", ClickHouseProgram.READER_PASSWORD, account))
        .isNotEmpty();
    assertThat(totalSeenBy("script_reader", ClickHouseProgram.READER_PASSWORD, account))
        .isEqualTo("1");
    assertThat(runsSeenBy("default", "", account)).isNotEmpty();
  }

  @Test
  void aReaderSeesAnAccountAsSoonAsItIsGivenAndUntilItIsTakenAway() {
    clickHouse.query("INSERT INTO script_analytics.reader_accounts VALUES ('emil', 'globex')");
    assertThat(runsSeenBy("emil", "emil", "globex")).isEqualTo("run2");
    clickHouse.query("DELETE FROM script_analytics.reader_accounts WHERE user = 'emil'");
    assertThat(runsSeenBy("emil", "emil", "globex")).isEmpty();
  }

  @Test
  void aConditionOfTheReaderIsNotTriedOnRowsThatItMayNotSee() {
    assertThat(
            clickHouse.queryAs(
                "dora",
                "dora",
                "SELECT run_id FROM script_analytics.all_runs(account = 'globex', script = 'pay', "
                    + range
                    + ") WHERE throwIf(run_id != '') OR 1 / (toUInt8(run_id = 'run2') - 1) > 0"))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT * FROM script_analytics.runs",
        "SELECT run_id FROM script_analytics.runs",
        "SELECT * FROM script_analytics.logs",
        "SELECT * FROM script_analytics.run_rollups",
        "SELECT * FROM script_analytics.dead_letters",
        "SELECT * FROM script_analytics.reader_accounts",
        "SELECT * FROM script_analytics.run_rollups_hourly",
        "SELECT * FROM script_analytics.rollup_progress",
        "SELECT * FROM script_analytics.deployments",
        "SELECT * FROM view(SELECT * FROM script_analytics.runs)",
        "SELECT * FROM system.users",
        "SELECT * FROM system.processes",
        "SELECT * FROM system.parts",
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM system.query_log",
        "SELECT * FROM system.parts_columns",
        "SELECT * FROM system.mutations",
        "SELECT * FROM system.server_settings",
        "SHOW PROCESSLIST",
        "SHOW USERS",
        "SHOW CREATE TABLE script_analytics.runs",
        "DESCRIBE TABLE script_analytics.runs",
        "SHOW ACCESS",
        "EXPLAIN SELECT * FROM script_analytics.runs",
        "SELECT * FROM loop('script_analytics', 'runs')",
        "SELECT * FROM mergeTreeIndex('script_analytics', 'runs')",
        "SELECT (SELECT count() FROM script_analytics.runs) FROM script_analytics.scripts(account ="
            + " 'acme')",
        "SELECT * FROM dictionary('runs')",
        "SELECT * FROM remoteSecure('127.0.0.1', 'script_analytics', 'runs')",
        "SELECT * FROM mysql('127.0.0.1:3306', 'd', 't', 'u', 'p')",
        "SELECT * FROM postgresql('127.0.0.1:5432', 'd', 't', 'u', 'p')",
        "SELECT * FROM mongodb('127.0.0.1:27017', 'd', 'c', 'u', 'p', 'x UInt8')",
        "SELECT * FROM redis('127.0.0.1:6379', 'k', 'k String, v String')",
        "SELECT * FROM sqlite('/etc/passwd', 't')",
        "INSERT INTO FUNCTION file('out.csv', 'CSV', 'x UInt8') VALUES (1)",
        "INSERT INTO FUNCTION url('http://127.0.0.1/', 'CSV', 'x UInt8') VALUES (1)",
        "SELECT * FROM file('/etc/passwd', 'LineAsString')",
        "SELECT * FROM url('http://127.0.0.1/', 'LineAsString')",
        "SELECT * FROM s3('http://127.0.0.1/bucket/key', 'LineAsString')",
        "SELECT * FROM remote('127.0.0.1', 'script_analytics', 'runs')",
        "SELECT * FROM executable('cat', 'LineAsString', 'line String')",
        "INSERT INTO script_analytics.runs (account) VALUES ('acme')",
        "INSERT INTO script_analytics.reader_accounts VALUES ('dora', '*')",
        "ALTER TABLE script_analytics.reader_accounts DELETE WHERE 1",
        "DROP TABLE script_analytics.runs",
        "DROP VIEW script_analytics.all_runs",
        "DROP DATABASE script_analytics",
        "DETACH TABLE script_analytics.runs",
        "RENAME TABLE script_analytics.runs TO script_analytics.gone",
        "OPTIMIZE TABLE script_analytics.runs",
        "ALTER TABLE script_analytics.runs MODIFY COMMENT 'mine'",
        "ALTER TABLE script_analytics.runs UPDATE status = 'Failed' WHERE 1",
        "ALTER TABLE script_analytics.all_runs MODIFY SQL SECURITY NONE",
        "ALTER USER dora SETTINGS readonly = 0",
        "DELETE FROM script_analytics.runs WHERE 1",
        "CREATE FUNCTION mine AS x -> x",
        "CREATE DICTIONARY script_analytics.d (k UInt64) PRIMARY KEY k SOURCE(CLICKHOUSE(TABLE"
            + " 'runs')) LAYOUT(FLAT()) LIFETIME(0)",
        "BACKUP TABLE script_analytics.runs TO Disk('default', 'x')",
        "SET readonly = 0",
        "SELECT 1 SETTINGS max_memory_usage = 0",
        "TRUNCATE TABLE script_analytics.runs",
        "CREATE TABLE script_analytics.t (x UInt8) ORDER BY x",
        "CREATE VIEW script_analytics.v DEFINER = script_views SQL SECURITY DEFINER"
            + " AS SELECT * FROM script_analytics.runs",
        "CREATE TEMPORARY TABLE t (x UInt8)",
        "CREATE USER mallory",
        "GRANT SELECT ON script_analytics.* TO dora",
        "SYSTEM STOP MERGES script_analytics.runs",
        "SYSTEM SHUTDOWN",
        "KILL QUERY WHERE 1"
      })
  void aReaderMayNothingButAskTheViews(String query) {
    assertThatThrownBy(() -> clickHouse.queryAs("dora", "dora", query))
        .isInstanceOfSatisfying(
            QueryFailedException.class,
            e -> assertThat(e.code()).as(e.getMessage()).isIn(ACCESS_DENIED, READONLY));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT * FROM merge('script_analytics', 'runs')",
        "SELECT joinGet('script_analytics.runs', 'run_id', 'acme')",
        "SELECT dictGet('script_analytics.runs', 'run_id', 'acme')",
        "SELECT * FROM cluster('default', 'script_analytics', 'runs')",
        "SELECT * FROM fileCluster('default', '/etc/passwd', 'LineAsString')",
        "SELECT * FROM urlCluster('default', 'http://127.0.0.1/', 'LineAsString')"
      })
  void aReaderGetsNothingByWaysThatLeadNowhere(String query) {
    assertThatThrownBy(() -> clickHouse.queryAs("dora", "dora", query))
        .isInstanceOf(QueryFailedException.class)
        .hasMessageNotContaining("run1")
        .hasMessageNotContaining("root:");
  }

  @Test
  void aReaderFindsNoTableButTheViews() {
    assertThat(
            clickHouse
                .queryAs("dora", "dora", "SELECT name FROM system.tables WHERE engine != 'System'")
                .lines())
        .contains(
            "all_runs",
            "script_metrics",
            "version_metrics",
            "run_timeline",
            "script_percentile",
            "percentile_timeline",
            "scripts",
            "version_regressions",
            "version_comparison",
            "version_verdict",
            "all_logs",
            "record",
            "record_logs",
            "log_metrics",
            "log_patterns",
            "pattern_changes",
            "error_groups",
            "run_density")
        .doesNotContain("runs", "logs", "run_rollups", "dead_letters", "reader_accounts");
  }

  @Test
  void aReaderMayChangeTheTimeLimitWithinBoundsAndTheParserOfJsonAndNoOtherSetting() {
    assertThat(readerWithSetting("max_execution_time", "60")).isEqualTo("60");
    for (String outOfBounds : List.of("0", "7201")) {
      assertThatThrownBy(() -> readerWithSetting("max_execution_time", outOfBounds))
          .isInstanceOfSatisfying(
              QueryFailedException.class,
              e -> assertThat(e.code()).isEqualTo(SETTING_CONSTRAINT_VIOLATION));
    }
    for (String setting : List.of("max_memory_usage", "readonly", "allow_ddl")) {
      assertThatThrownBy(() -> readerWithSetting(setting, "0"))
          .isInstanceOfSatisfying(
              QueryFailedException.class, e -> assertThat(e.code()).isEqualTo(READONLY));
    }
  }

  @Test
  void aReaderFindsADocumentWithALargeNumber() {
    String query = "SELECT JSONExtractString('{\"hash\":99999999999999999999,\"a\":\"b\"}', 'a')";

    assertThat(clickHouse.http().queryAs("dora", "dora", query, Map.of())).isEmpty();
    assertThat(clickHouse.http().queryAs("dora", "dora", query, Map.of("allow_simdjson", "0")))
        .isEqualTo("b");
  }

  private static String readerWithSetting(String setting, String value) {
    return clickHouse
        .http()
        .queryAs("dora", "dora", "SELECT getSetting('" + setting + "')", Map.of(setting, value));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT count() FROM script_analytics.runs",
        "SELECT * FROM script_analytics.all_runs(account = 'acme', script = 'pay',"
            + " from = '2026-01-01 00:00:00', to = '2026-01-02 00:00:00')",
        "INSERT INTO script_analytics.reader_accounts VALUES ('script_writer', '*')",
        "ALTER TABLE script_analytics.runs DELETE WHERE 1",
        "DROP TABLE script_analytics.runs",
        "TRUNCATE TABLE script_analytics.runs",
        "OPTIMIZE TABLE script_analytics.runs",
        "CREATE TABLE script_analytics.t (x UInt8) ORDER BY x",
        "INSERT INTO script_analytics.runs (account) SELECT bytes FROM"
            + " script_analytics.dead_letters",
        "SELECT * FROM file('/etc/passwd', 'LineAsString')",
        "SELECT * FROM url('http://127.0.0.1/', 'LineAsString')",
        "INSERT INTO FUNCTION file('out.csv', 'CSV', 'x UInt8') VALUES (1)",
        "CREATE USER mallory"
      })
  void theWriterMayNothingButInsert(String query) {
    assertThatThrownBy(
            () -> clickHouse.queryAs("script_writer", ClickHouseProgram.WRITER_PASSWORD, query))
        .isInstanceOfSatisfying(
            QueryFailedException.class,
            e -> assertThat(e.code()).as(e.getMessage()).isEqualTo(ACCESS_DENIED));
  }

  @ParameterizedTest
  @ValueSource(strings = {"runs", "logs", "run_rollups", "dead_letters"})
  void theWriterMayInsertIntoWhatTheJobWrites(String table) {
    clickHouse.queryAs(
        "script_writer",
        ClickHouseProgram.WRITER_PASSWORD,
        "INSERT INTO script_analytics." + table + " (account) VALUES ('written')");
    // The JDBC driver sends this query before an insert.
    assertThat(
            clickHouse.queryAs(
                "script_writer",
                ClickHouseProgram.WRITER_PASSWORD,
                "DESCRIBE TABLE script_analytics." + table))
        .contains("account");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "script_views", "reader", "writer"})
  void nobodyIsTheViewsUser(String password) {
    assertRefused("script_views", password);
  }

  @Test
  void aWrongPasswordIsRefused() {
    assertRefused("script_reader", "");
    assertRefused("script_reader", "wrong");
    assertRefused("script_writer", "");
    assertRefused("script_writer", ClickHouseProgram.READER_PASSWORD);
    assertRefused("nobody", "");
  }

  @Test
  void theReadersQuotaIsForEachUserAlone() {
    assertThat(clickHouse.query("SELECT keys FROM system.quotas WHERE name = 'script_reader'"))
        .isEqualTo("['user_name']");
  }

  private static void assertRefused(String user, String password) {
    assertThatThrownBy(() -> clickHouse.queryAs(user, password, "SELECT 1"))
        .isInstanceOfSatisfying(
            QueryFailedException.class, e -> assertThat(e.code()).isEqualTo(AUTHENTICATION_FAILED));
  }

  private static String runsSeenBy(String user, String password, String account) {
    return clickHouse.queryAs(
        user,
        password,
        "SELECT run_id FROM script_analytics.all_runs(account = '"
            + account
            + "', script = 'pay', "
            + range
            + ")");
  }

  private static String totalSeenBy(String user, String password, String account) {
    return clickHouse.queryAs(
        user,
        password,
        "SELECT total_runs FROM script_analytics.script_metrics(account = '"
            + account
            + "', script = 'pay', "
            + range
            + ")");
  }
}
