package dev.scriptanalytics.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.scriptanalytics.sql.Tables.Run;
import dev.scriptanalytics.testkit.clickhouse.ClickHouseHttp.QueryFailedException;
import dev.scriptanalytics.testkit.clickhouse.ClickHouseProgram;
import dev.scriptanalytics.testkit.clickhouse.SqlStatements;
import dev.scriptanalytics.testkit.junit.ClickHouseExtension;
import dev.scriptanalytics.testkit.process.Repository;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The two tenants of tenants.xml, and what ACCESS.md tells an administrator to do. */
class TenantsIT {
  private static final int TOO_MANY_ROWS = 158;
  private static final int TIMEOUT_EXCEEDED = 159;
  private static final int QUOTA_EXCEEDED = 201;
  private static final int MEMORY_LIMIT_EXCEEDED = 241;
  private static final int ACCESS_DENIED = 497;
  private static final String GUIDE = "deploy/clickhouse/ACCESS.md";

  /** A word that is in all rows of the other tenant. */
  private static final String SECRET = "globexsecret";

  /** Views that have rows only for a reader of all accounts. */
  private static final Set<String> OF_ALL_ACCOUNTS =
      Set.of("freshness", "last_writes", "table_sizes");

  /** Tenants with low limits, and one whose failures are not limited. */
  private static final String MORE_USERS =
      """
      <clickhouse>
        <users>
          %s
        </users>
        <profiles>
          <few_rows><profile>tenant_reader</profile><max_rows_to_read>100</max_rows_to_read></few_rows>
          <little_memory>
            <profile>tenant_reader</profile><max_memory_usage>1000000</max_memory_usage>
          </little_memory>
          <little_time>
            <profile>tenant_reader</profile><max_execution_time>1</max_execution_time>
          </little_time>
        </profiles>
        <quotas>
          <two_queries>
            <interval><duration>31556952</duration><queries>2</queries></interval>
          </two_queries>
          <few_rows>
            <interval><duration>31556952</duration><read_rows>100</read_rows></interval>
          </few_rows>
        </quotas>
      </clickhouse>
      """
          .formatted(
              user("hasty", "tenant_reader", "two_queries")
                  + user("greedy", "tenant_reader", "few_rows")
                  + user("broad", "few_rows", "default")
                  + user("heavy", "little_memory", "default")
                  + user("slow", "little_time", "default")
                  + user("initech_api", "tenant_reader", "tenant_reader")
                  + user("mallory", "tenant_reader", "default"));

  private static final Pattern PARAMETER = Pattern.compile("\\{(\\w+):([^}]+)}");

  private static final List<String> INJECTIONS =
      List.of(
          "' OR 1=1 --",
          "globex' --",
          "acme' OR account='globex",
          "acme\\' OR 1=1 -- ",
          "\\",
          "\\'",
          "\\\\' OR ''='",
          "globex\u0000",
          "\u0000globex",
          "acme/*",
          "*/ OR 1=1 /*",
          "*",
          "%",
          "{account:String}",
          "{}",
          "globex)) UNION ALL SELECT * FROM script_analytics.runs --",
          "acme'; DROP TABLE script_analytics.runs; --",
          "\nglobex",
          "ＧＬＯＢＥＸ",
          "' || (SELECT groupArray(account) FROM script_analytics.reader_accounts) || '");

  @RegisterExtension
  static final ClickHouseExtension clickHouse =
      new ClickHouseExtension()
          .withSchema()
          .withUsers(Repository.path("deploy/clickhouse/tenants.xml"))
          .withUsers(MORE_USERS)
          .withEnvironment("ACME_READER_PASSWORD_SHA256", ClickHouseProgram.sha256("acme"))
          .withEnvironment("GLOBEX_READER_PASSWORD_SHA256", ClickHouseProgram.sha256("globex"))
          .withStatement(
              "INSERT INTO script_analytics.reader_accounts VALUES ('acme_reader', 'acme'),"
                  + " ('globex_reader', 'globex'), ('mallory', 'acme'), ('hasty', 'acme'),"
                  + " ('greedy', 'acme'), ('broad', 'acme'), ('heavy', 'acme'), ('slow', 'acme')");

  private static final Tables tables = new Tables(clickHouse);

  private static final Instant NOON = Tables.noonOfYesterday();

  @BeforeAll
  static void insertRows() {
    insert("acme", "pay", "acmeword", 1);
    // The same script and the same runs: only the account keeps them apart.
    insert("globex", "pay", SECRET, 1);
    insert("globex", SECRET, SECRET, 1);
  }

  static List<View> views() {
    List<String> granted =
        clickHouse
            .query(
                "SELECT DISTINCT table FROM system.grants"
                    + " WHERE role_name = 'script_views_reader' OR role_name LIKE 'api\\\\_%'")
            .lines()
            .toList();
    List<View> views = new ArrayList<>();
    clickHouse
        .query(
            "SELECT name FROM system.tables WHERE engine = 'View'"
                + " AND database = 'script_analytics' ORDER BY name")
        .lines()
        .forEach(name -> views.add(new View(name, granted.contains(name), parameters(name))));
    assertThat(views).extracting(View::name).contains("all_runs", "scripts", "export_runs");
    assertThat(views).extracting(View::name).containsAll(granted);
    // Asked by the API server alone, with parameters of their own:
    // aTenantSeesNothingOfAnotherByTheViewsOfTheApi.
    views.removeIf(
        view ->
            Set.of("arrived_logs", "arrived_runs", "arrived_until", "visible_accounts")
                .contains(view.name()));
    return views;
  }

  @ParameterizedTest
  @MethodSource("views")
  void aTenantSeesNothingOfAnotherByAnyView(View view) {
    if (!view.granted()) {
      assertThatThrownBy(() -> ask("mallory", view, Map.of("account", "acme"), "SELECT 1 FROM %s"))
          .isInstanceOfSatisfying(
              QueryFailedException.class, e -> assertThat(e.code()).isEqualTo(ACCESS_DENIED));
      return;
    }
    if (OF_ALL_ACCOUNTS.contains(view.name())) {
      assertThat(ask("mallory", view, Map.of())).isEmpty();
      assertThat(askAs("acme_reader", "acme", view, Map.of())).isEmpty();
      return;
    }
    for (String script : List.of("pay", SECRET)) {
      Map<String, String> account = Map.of("account", "globex", "script", script);
      String nobody = ask("mallory", view, Map.of("account", "nobody", "script", script));
      assertThat(ask("mallory", view, account)).isEqualTo(nobody).doesNotContain(SECRET);
      assertThat(askAs("acme_reader", "acme", view, account)).isEqualTo(nobody);
      assertThat(askAs("globex_reader", "globex", view, account))
          .as("what there is to be seen")
          .isNotEqualTo(nobody);
    }
    assertThat(ask("mallory", view, Map.of("account", "acme"))).doesNotContain(SECRET);
  }

  @Test
  void aTenantSeesNothingOfAnotherByTheViewsOfTheApi() {
    for (String view : List.of("arrived_logs", "arrived_runs")) {
      String arrived =
          "SELECT count() FROM script_analytics.%s(account = 'globex', scripts = ['pay'],"
                  .formatted(view)
              + " after = '2020-01-01 00:00:00', until = '2100-01-01 00:00:00')";
      assertThat(clickHouse.queryAs("mallory", passwordOf("mallory"), arrived)).isEqualTo("0");
      assertThat(clickHouse.queryAs("globex_reader", "globex", arrived)).isNotEqualTo("0");
    }
    assertThat(
            clickHouse.queryAs(
                "mallory",
                passwordOf("mallory"),
                "SELECT account FROM script_analytics.visible_accounts"))
        .isEqualTo("acme");
  }

  @ParameterizedTest
  @MethodSource("views")
  void noParameterOfAViewIsRunAsSql(View view) {
    if (!view.granted()) {
      return;
    }
    for (String parameter : view.parameters().keySet()) {
      for (String injection : INJECTIONS) {
        for (String account : List.of("acme", "globex")) {
          Map<String, String> values = new LinkedHashMap<>();
          values.put("account", account);
          values.put("script", "pay");
          values.put(parameter, injection);
          String answer;
          try {
            answer = ask("mallory", view, values);
          } catch (QueryFailedException e) {
            answer = e.getMessage().replace(injection, "");
            assertThat(e.code()).as(answer).isNotEqualTo(ACCESS_DENIED);
          }
          assertThat(answer)
              .as("%s = %s", parameter, injection)
              .doesNotContain(SECRET)
              .doesNotContain("globex_reader");
          if (parameter.equals("account")) {
            assertThat(answer).doesNotContain("acmeword");
          }
        }
      }
    }
    assertThat(clickHouse.query("SELECT count() > 0 FROM script_analytics.runs")).isEqualTo("1");
  }

  @ParameterizedTest
  @CsvSource({
    "broad, " + TOO_MANY_ROWS,
    "heavy, " + MEMORY_LIMIT_EXCEEDED,
    "greedy, " + QUOTA_EXCEEDED,
    "hasty, " + QUOTA_EXCEEDED
  })
  void aLimitHoldsForWhatAViewReads(String user, int error) {
    String query =
        "SELECT * FROM script_analytics.all_runs(account = 'acme', script = 'large', "
            + range()
            + ") ORDER BY input, run_id LIMIT 1";
    largeScript();
    assertThat(clickHouse.queryAs("mallory", passwordOf("mallory"), query)).isNotEmpty();
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 3; i++) {
                clickHouse.queryAs(user, passwordOf(user), query);
              }
            })
        .isInstanceOfSatisfying(
            QueryFailedException.class,
            e -> assertThat(e.code()).as(e.getMessage()).isEqualTo(error));
  }

  @Test
  void aQueryThatTakesTooLongIsEnded() {
    largeScript();
    String runs =
        "script_analytics.all_runs(account = 'acme', script = 'large', " + range() + ") AS ";
    assertThatThrownBy(
            () ->
                clickHouse.queryAs(
                    "slow",
                    passwordOf("slow"),
                    "SELECT count() FROM "
                        + (runs + "a, " + runs + "b")
                        + " WHERE match(concat(a.input, b.run_id), 'q.*q.*q')"))
        .isInstanceOfSatisfying(
            QueryFailedException.class,
            e -> assertThat(e.code()).as(e.getMessage()).isEqualTo(TIMEOUT_EXCEEDED));
  }

  @ParameterizedTest
  @CsvSource({"max_rows_to_read, 200000000", "max_memory_usage, 1000000000", "readonly, 1"})
  void aTenantHasTheLimitsOfTheExample(String setting, String value) {
    assertThat(clickHouse.queryAs("acme_reader", "acme", "SELECT getSetting('" + setting + "')"))
        .isEqualTo(value);
    assertThat(
            clickHouse.query(
                "SELECT max_queries, max_errors, max_read_rows, max_execution_time"
                    + " FROM system.quota_limits WHERE quota_name = 'tenant_reader'"))
        .isEqualTo("600\t60\t2000000000\t1080");
  }

  @Test
  void aTenantIsAddedAndTakenAwayAsTheGuideSays() {
    insert("initech", "pay", "initechword", 1);
    List<DocumentedSql> steps = guide("Add a tenant");
    String query =
        "SELECT count() > 0 FROM script_analytics.all_runs(account = 'initech', script = 'pay', "
            + range()
            + ")";
    assertThat(clickHouse.queryAs("initech_api", passwordOf("initech_api"), query)).isEqualTo("0");

    run(steps.get(0));
    assertThat(clickHouse.queryAs("initech_api", passwordOf("initech_api"), query)).isEqualTo("1");
    assertThat(run(steps.get(1))).contains("initech_api\t['initech']");

    run(steps.get(2));
    assertThat(clickHouse.queryAs("initech_api", passwordOf("initech_api"), query)).isEqualTo("0");
    assertThat(run(steps.get(1))).doesNotContain("initech_api");
    assertThat(steps).hasSize(3);
  }

  @Test
  void whoReadWhatIsFoundAsTheGuideSays() {
    View allRuns = new View("all_runs", true, parameters("all_runs"));
    ask("mallory", allRuns, Map.of("account", "acme"));
    askAs("globex_reader", "globex", allRuns, Map.of("account", "globex"));
    assertThatThrownBy(
        () -> clickHouse.queryAs("globex_reader", "globex", "SELECT * FROM script_analytics.runs"));
    List<DocumentedSql> steps = guide("Who read what");

    run(steps.get(0));
    List<String> reads = run(steps.get(1)).lines().toList();
    assertThat(reads)
        .anyMatch(
            line ->
                line.contains("\tglobex_reader\t")
                    && line.contains("127.0.0.1")
                    && line.contains("QueryFinish")
                    && line.contains("script_analytics.all_runs"))
        .anyMatch(
            line ->
                line.contains("\tglobex_reader\t")
                    && line.contains("ExceptionBeforeStart")
                    && line.contains("SELECT * FROM script_analytics.runs"));
    assertThat(run(steps.get(2)).lines())
        .as("who may see acme, and read runs")
        .anyMatch(line -> line.startsWith("mallory\tscript_analytics.all_runs\t"))
        .noneMatch(line -> line.startsWith("globex_reader"));
    assertThat(steps).hasSize(3);
  }

  @Test
  void everythingOfAnAccountIsDeletedAsTheGuideSays() {
    List<String> tables =
        List.of(
            "runs",
            "run_ids",
            "logs",
            "run_rollups",
            "run_rollups_hourly",
            "deployments",
            "log_shapes",
            "dead_letters",
            "reader_accounts");
    insert("umbrella", "pay", "umbrellaword", 1);
    insert("umbrella", "pay", "umbrellaword", 2);
    clickHouse.query("INSERT INTO script_analytics.reader_accounts VALUES ('mallory', 'umbrella')");
    clickHouse.query(
        "INSERT INTO script_analytics.run_rollups_hourly (account, script, hour, facts, seen) VALUES"
            + " ('umbrella', 'pay', toStartOfHour(now()), 1, 1), ('acme', 'pay', toStartOfHour(now()), 1, 1)");
    clickHouse.query(
        "INSERT INTO script_analytics.dead_letters (topic, kafka_offset, arrived_at, account, bytes)"
            + " VALUES ('t', 1, now64(3), '', '{\"account\":\"umbrella\",'),"
            + " ('t', 2, now64(3), 'umbrella', '{}'), ('t', 3, now64(3), '', '{}'),"
            + " ('t', 4, now64(3), 'acme', '{\"caller\":\"umbrella\"}')");
    assertThat(tables).allSatisfy(t -> assertThat(rows(t, "umbrella")).isNotEqualTo("0"));

    // The log is a table once it was written to.
    clickHouse.query("SYSTEM FLUSH LOGS query_log");

    List<DocumentedSql> steps = guide("Delete everything of an account");
    String last = "";
    for (DocumentedSql step : steps) {
      last =
          run(
              new DocumentedSql(
                  step.heading(),
                  step.code().replace("'acme'", "'umbrella'").replace("acme_reader", "nobody")));
    }

    assertThat(last).isEqualTo("0\t0\t0\t0\t0\t0\t0\t0\t0");
    assertThat(tables)
        .allSatisfy(
            table -> {
              assertThat(rows(table, "umbrella")).isEqualTo("0");
              assertThat(rows(table, "")).as("what others have").isNotEqualTo("0");
            });
    assertThat(
            clickHouse.query(
                "SELECT account, bytes FROM script_analytics.dead_letters FINAL WHERE topic = 't'"
                    + " ORDER BY kafka_offset FORMAT TSVRaw"))
        .isEqualTo("\t{}\nacme\t{\"caller\":\"umbrella\"}");
    assertThat(steps).hasSize(4);
  }

  private static String rows(String table, String account) {
    String of = account.isEmpty() ? "1" : "account = '" + account + "'";
    return clickHouse.query("SELECT count() FROM script_analytics." + table + " WHERE " + of);
  }

  private static List<DocumentedSql> guide(String heading) {
    return DocumentedSql.blocks(GUIDE, "sql").stream()
        .filter(block -> block.heading().equals(heading))
        .toList();
  }

  /** Runs the statements of a block, and returns the answer to the last one. */
  private static String run(DocumentedSql block) {
    String answer = "";
    for (String statement : SqlStatements.of(block.code())) {
      answer = clickHouse.query(statement);
    }
    return answer;
  }

  /** 100 runs of version 1 that succeed and 100 of version 2 that fail, each with an entry. */
  private static void insert(String account, String script, String word, int version) {
    List<Run> runs = new ArrayList<>();
    List<Map<String, Object>> logs = new ArrayList<>();
    List<Map<String, Object>> rows = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      Instant start = NOON.plusSeconds(i);
      boolean old = i < 100;
      runs.add(
          new Run(
              account,
              script,
              start.toEpochMilli(),
              "run" + i,
              version,
              old ? "Success" : "Failed",
              old ? 1 : 2,
              old ? Double.valueOf(5) : null,
              start.toEpochMilli()));
      rows.add(
          Tables.row(
              "account",
              account,
              "script",
              script,
              "executed_on",
              start,
              "run_id",
              "run" + i,
              "version",
              version,
              "status",
              old ? "Success" : "Failed",
              "deployment_version",
              old ? 1 : 2,
              "response_time",
              old ? 5.0 : null,
              "phases",
              Map.of(word, 1.0),
              "input",
              word,
              "error_message",
              word,
              "error_group",
              old ? 0 : 7));
      logs.add(
          Tables.row(
              "account",
              account,
              "script",
              script,
              "timestamp",
              start,
              "log_id",
              "log" + i,
              "log_level",
              "Error",
              "run_id",
              "run" + i,
              "deployment_version",
              old ? 1 : 2,
              "source",
              word,
              "error_code",
              word,
              "shape",
              old ? 1 : 2,
              "error_group",
              8,
              "log_message",
              word));
    }
    tables.insertRollups(runs);
    tables.insert("runs", rows);
    tables.insert("logs", logs);
    clickHouse.query(
        "INSERT INTO script_analytics.log_shapes (account, script, shape, pattern, template) VALUES"
            + " ('%1$s', '%2$s', 1, 1, '%3$s'), ('%1$s', '%2$s', 2, 2, '%3$s')"
                .formatted(account, script, word));
    clickHouse.query(
        "INSERT INTO script_analytics.dead_letters (topic, arrived_at, account, bytes) VALUES ('%s', '%s', '%s', '%s')"
            .formatted(word, Tables.time(NOON), account, word));
  }

  /** Writes so many runs that reading them takes time and memory. */
  private static void largeScript() {
    clickHouse.query(
        "INSERT INTO script_analytics.runs (account, script, executed_on, run_id, version, status,"
            + " retention_days, input) SELECT 'acme', 'large', toDateTime64('"
            + Tables.time(NOON)
            + "', 3, 'UTC') + toIntervalSecond(number % 3600), toString(number), 3, 'Success', 30,"
            + " repeat('q', 100) FROM numbers(50000)");
  }

  private static String range() {
    return "from = '"
        + Tables.time(NOON.minus(Duration.ofDays(1)))
        + "', to = '"
        + Tables.time(NOON.plus(Duration.ofDays(1)))
        + "'";
  }

  private static String ask(String user, View view, Map<String, String> values) {
    return askAs(user, passwordOf(user), view, values);
  }

  private static String ask(String user, View view, Map<String, String> values, String query) {
    return askAs(user, passwordOf(user), view, values, query);
  }

  /** All rows of a view, with its parameters sent as parameters of the request. */
  private static String askAs(String user, String password, View view, Map<String, String> values) {
    return askAs(user, password, view, values, "SELECT * FROM %s ORDER BY ALL");
  }

  private static String askAs(
      String user, String password, View view, Map<String, String> values, String query) {
    Map<String, String> parameters = new LinkedHashMap<>();
    StringBuilder call = new StringBuilder();
    view.parameters()
        .forEach(
            (name, type) -> {
              call.append(call.length() == 0 ? "" : ", ")
                  .append("%s = {%s:%s}".formatted(name, name, type));
              parameters.put("param_" + name, values.getOrDefault(name, usual(name, type)));
            });
    return clickHouse
        .http()
        .queryAs(
            user,
            password,
            query.formatted(
                "script_analytics." + view.name() + (call.isEmpty() ? "" : "(" + call + ")")),
            parameters);
  }

  private static String usual(String name, String type) {
    return switch (name) {
      case "script" -> "pay";
      case "run_id" -> "run7";
      case "from" -> Tables.time(NOON.minus(Duration.ofDays(1)));
      case "to" -> Tables.time(NOON.plus(Duration.ofDays(1)));
      case "step" -> "60";
      case "percentile" -> "90";
      case "baseline" -> "1";
      case "candidate", "version" -> "2";
      case "after", "until" -> Tables.time(NOON);
      case "filter" -> "{\"all\":[]}";
      case "texts", "numbers" -> "[]";
      case "words" -> "{}";
      case "level" -> "info";
      default -> type.equals("String") ? "" : "0";
    };
  }

  private static Map<String, String> parameters(String view) {
    Map<String, String> parameters = new LinkedHashMap<>();
    Matcher matcher =
        PARAMETER.matcher(
            clickHouse.query(
                "SELECT create_table_query FROM system.tables WHERE database = 'script_analytics'"
                    + " AND name = '"
                    + view
                    + "' FORMAT TSVRaw"));
    while (matcher.find()) {
      parameters.put(matcher.group(1), matcher.group(2));
    }
    return parameters;
  }

  /** A user of these tests, whose password is its name. */
  private static String user(String name, String profile, String quota) {
    return ("<%1$s><password>%1$s</password><networks><ip>::/0</ip></networks>"
            + "<profile>%2$s</profile><quota>%3$s</quota>"
            + "<grants><query>GRANT script_views_reader</query></grants></%1$s>")
        .formatted(name, profile, quota);
  }

  /** The password of a user of these tests. */
  private static String passwordOf(String name) {
    return name;
  }

  /** A view, whether readers may ask it, and its parameters with their types. */
  record View(String name, boolean granted, Map<String, String> parameters) {
    @Override
    public String toString() {
      return name;
    }
  }
}
