package dev.scriptanalytics.grafana;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptanalytics.testkit.clickhouse.ClickHouseProgram;
import dev.scriptanalytics.testkit.grafana.Expansion;
import dev.scriptanalytics.testkit.grafana.Grafana;
import dev.scriptanalytics.testkit.junit.ClickHouseExtension;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
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
import org.junit.jupiter.params.provider.ValueSource;

/** Every query of the dashboards and alert rules, as the example reader asks it. */
class GrafanaQueriesIT {
  /** Characters that could end a text, begin a variable or a path, or look like an escape. */
  private static final String SCRIPT = "it's \\ \"100%\" / ${script} $__all \\' é";

  private static final Pattern NUMBER = Pattern.compile("(Nullable\\()?(U?Int|Float)\\d+\\)?");
  private static final Pattern TEXT = Pattern.compile("(LowCardinality\\()?String\\)?|Enum8.*");
  private static final Pattern TIME = Pattern.compile("DateTime.*");
  private static final Pattern FIELD = Pattern.compile("__data\\.fields\\[\"([^\"]*)\"]");

  @RegisterExtension
  static final ClickHouseExtension clickHouse = new ClickHouseExtension().withSchema();

  private static Instant now;

  @BeforeAll
  static void insertRows() {
    now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    // A run a minute for two hours, of two versions; and a run a minute in the same hours of
    // yesterday, of a script that has stopped.
    insertRuns(literal(SCRIPT), "run_", 120, 0, 5);
    insertRuns("'stopped'", "old_", 120, 24 * 60, 1000);
    clickHouse.query(
        "INSERT INTO script_analytics.run_rollups (account, script, minute, deployment_version,"
            + " arrival, facts, seen, succeeded, failed, response_time_sum, response_time_min,"
            + " response_time_max, means, weights) SELECT account, script,"
            + " toStartOfMinute(executed_on), deployment_version, toStartOfHour(executed_on), 2,"
            + " count(), countIf(status = 'Success'), countIf(status = 'Failed'),"
            + " ifNull(sum(response_time), 0), min(response_time), max(response_time),"
            + " groupArrayIf(toFloat32(assumeNotNull(response_time)), isNotNull(response_time)) AS times,"
            + " arrayMap(t -> 1, times) FROM script_analytics.runs GROUP BY ALL");
    clickHouse.query(
        "INSERT INTO script_analytics.logs (account, script, timestamp, log_id, run_id, log_level,"
            + " log_message, function, source, deployment_version, duration_ms, metadata,"
            + " retention_days) SELECT account, script, executed_on + 1, 'log_' || run_id, run_id,"
            + " ['Stdout', 'Info', 'Warning', 'Error'][1 + cityHash64(run_id) % 4],"
            + " 'it''s \\\\ \"' || run_id || '\"', function, source, deployment_version, 5,"
            + " '{\"a\":1}', 30 FROM script_analytics.runs");
    clickHouse.query(
        "INSERT INTO script_analytics.dead_letters SELECT 'script-runs', 0, number,"
            + " 0, now64(3) - number, 'acme', '', ['not JSON', 'too old'][1 + number % 2], 'detail', '{\\xFF'"
            + " FROM numbers(20)");
  }

  private static void insertRuns(
      String script, String prefix, int minutes, int minutesAgo, int failEvery) {
    clickHouse.query(
        "INSERT INTO script_analytics.runs (account, script, executed_on, run_id, version, status,"
            + " deployment_version, function, source_type, source, response_time, ended_on, input,"
            + " output, error_code, retention_days) SELECT 'acme', "
            + script
            + ", fromUnixTimestamp64Milli("
            + now.minus(Duration.ofMinutes(minutesAgo + 1L)).toEpochMilli()
            + " - 60000 * number) AS executed_on, '"
            + prefix
            + "' || number, 3, multiIf(number = 0, 'In Progress', number % "
            + failEvery
            + " = 1, 'Failed', 'Success') AS status, if(number < 60, 2, 1),"
            + " ['charge', 'it\\'s \\\\', ''][1 + number % 3], ['api', 'tool'][1 + number % 2],"
            + " ['a&b=c', 'x%27', ''][1 + number % 3],"
            + " if(status = 'Success', 100 + number, NULL),"
            + " if(status = 'In Progress', NULL, executed_on + 1), '{\"id\":7}', '[1,2]',"
            + " if(status = 'Failed', 'E1', ''), 30 FROM numbers("
            + minutes
            + ")");
  }

  static List<JsonNode> dashboards() {
    return Grafana.dashboards();
  }

  @ParameterizedTest
  @MethodSource("dashboards")
  void everyPanelGetsTheColumnsThatItShows(JsonNode dashboard) {
    Expansion all = expansion(dashboard);
    for (JsonNode panel : dashboard.get("panels")) {
      String sql = Grafana.sqlOf(dashboard, panel);
      if (sql != null) {
        Answer answer = ask(all.of(sql));
        assertThat(answer.rows()).as(panel.get("title").asText()).isNotNull();
        assertShape(panel, answer);
      }
    }
    for (JsonNode annotation : dashboard.at("/annotations/list")) {
      Answer answer = ask(all.of(annotation.at("/target/rawSql").asText()));
      assertThat(answer.columns().keySet()).contains("time", "text");
      assertThat(answer.columns().get("time")).matches(TIME);
    }
  }

  @ParameterizedTest
  @MethodSource("dashboards")
  void everyQueryTakesEveryValueOfEveryChooser(JsonNode dashboard) {
    Expansion all = expansion(dashboard);
    for (JsonNode variable : dashboard.at("/templating/list")) {
      String name = variable.get("name").asText();
      for (List<String> value : valuesOf(variable, all)) {
        askAll(dashboard, all.with(name, value));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dashboards")
  void everyQueryTakesARangeWithoutData(JsonNode dashboard) {
    Instant longAgo = Instant.parse("2020-01-01T00:00:00.001Z");
    askAll(dashboard, expansion(dashboard).between(longAgo, longAgo.plusSeconds(3600)));
    askAll(dashboard, expansion(dashboard).between(now, now));
  }

  @ParameterizedTest
  @MethodSource("dashboards")
  void everyQueryTakesWhatNobodyHas(JsonNode dashboard) {
    Expansion nobodys = expansion(dashboard).with("account", "no'body\\").with("script", "\\");
    askAll(dashboard, nobodys.with("run", "'"));
  }

  @Test
  void scriptsAreThereToBeChosen() {
    JsonNode overview = Grafana.dashboard("script-overview");
    Expansion all = expansion(overview);
    assertThat(valuesOf(variable(overview, "account"), all)).containsExactly(List.of("acme"));
    assertThat(valuesOf(variable(overview, "script"), all))
        .containsExactlyInAnyOrder(List.of(SCRIPT), List.of("stopped"));
  }

  @Test
  void theOverviewTellsThePeriodBesideTheOneBefore() {
    JsonNode overview = Grafana.dashboard("script-overview");
    Expansion lastHour =
        expansion(overview).between(now.minus(Duration.ofHours(1)), now.plusMillis(1));
    Answer answer = ask(lastHour.of(sql(overview, "Total runs")));
    assertThat(answer.numbers("Total runs")).containsExactly(60.0);
    assertThat(answer.numbers("Total runs, before")).containsExactly(60.0);
    assertThat(answer.numbers("Failure rate").get(0)).isBetween(18.0, 22.0);
  }

  @Test
  void aVersionIsMarkedWhereItFirstRan() {
    JsonNode overview = Grafana.dashboard("script-overview");
    String marks = overview.at("/annotations/list/0/target/rawSql").asText();
    Expansion lastHours =
        expansion(overview).between(now.minus(Duration.ofMinutes(90)), now.plusMillis(1));
    assertThat(ask(lastHours.of(marks)).texts("text")).containsExactly("Version 2 first ran");
    assertThat(ask(lastHours.between(now.minusSeconds(600), now).of(marks)).rows()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "status | Failed | status = 'Failed'",
        "version | 2 | deployment_version = 2",
        "function | it's \\ | function = 'it\\'s \\\\'",
        "source_type | tool | source_type = 'tool'",
        "source | a&b=c | source = 'a&b=c'",
        "source | x%27 | source = 'x%27'",
        "source | (none) | source = ''",
        "function | (none) | function = ''",
        "run | n_11 | position(run_id, 'n_11') > 0",
        "slower | 150 | response_time >= 150",
        "faster | 150.5 | response_time <= 150.5"
      })
  void theTableAndTheNumberHaveTheRunsThatMeetTheFilter(
      String variable, String value, String condition) {
    assertFiltered("script-runs", "All runs", variable, List.of(value), "runs", condition);
    JsonNode runs = Grafana.dashboard("script-runs");
    Expansion filtered = expansion(runs).with(variable, value);
    assertThat(ask(filtered.of(sql(runs, "Matching runs"))).numbers("Runs"))
        .containsExactly((double) expected("runs", condition));
  }

  @ParameterizedTest
  @CsvSource({"Slowest functions, Function, function", "Slowest sources, Source, source"})
  void whatTheOverviewLeadsToHasAsManyRuns(String title, String column, String variable) {
    JsonNode overview = Grafana.dashboard("script-overview");
    JsonNode runs = Grafana.dashboard("script-runs");
    Answer listed = ask(expansion(overview).of(sql(overview, title)));
    assertThat(listed.texts(column)).contains("(none)");
    for (int i = 0; i < listed.rows().size(); i++) {
      Expansion chosen = expansion(runs).with(variable, listed.texts(column).get(i));
      assertThat(ask(chosen.of(sql(runs, "Matching runs"))).numbers("Runs"))
          .containsExactly(listed.numbers("Runs").get(i));
    }
  }

  @Test
  void severalValuesAreAnyOfThem() {
    assertFiltered(
        "script-runs",
        "All runs",
        "status",
        List.of("Failed", "In Progress"),
        "runs",
        "status != 'Success'");
  }

  @Test
  void conditionsCanBeAlternatives() {
    JsonNode runs = Grafana.dashboard("script-runs");
    Expansion either =
        expansion(runs)
            .with("match", "any")
            .with("status", "Failed")
            .with("function", List.of("charge"));
    assertThat(ask(either.of(sql(runs, "Matching runs"))).numbers("Runs"))
        .containsExactly((double) expected("runs", "status = 'Failed' OR function = 'charge'"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "level | Error | log_level = 'Error'",
        "message | it's \\ \"run_7 | position(log_message, 'it\\'s \\\\ \"run_7') > 0",
        "run | n_11 | position(run_id, 'n_11') > 0",
        "log | g_run_3 | position(log_id, 'g_run_3') > 0",
        "version | 1 | deployment_version = 1",
        "function | it's \\ | function = 'it\\'s \\\\'",
        "source | x%27 | source = 'x%27'"
      })
  void theLogsHaveTheEntriesThatMeetTheFilter(String variable, String value, String condition) {
    assertFiltered("script-logs", "Logs", variable, List.of(value), "logs", condition);
    assertFiltered("script-logs", "Log", variable, List.of(value), "logs", condition);
  }

  @Test
  void theRecordLeadsToItsNeighboursAndHasItsEntries() {
    JsonNode run = Grafana.dashboard("script-run");
    Expansion of = expansion(run).with("run", "run_6");
    assertThat(ask(of.of(sql(run, "Neighbours"))).texts("Previous run")).containsExactly("run_5");
    assertThat(ask(of.of(sql(run, "Neighbours"))).texts("Next run")).containsExactly("run_7");
    assertThat(ask(of.of(sql(run, "Input"))).texts("body")).containsExactly("{\"id\":7}");
    assertThat(ask(of.of(sql(run, "Error"))).texts("body")).containsExactly("E1");
    assertThat(ask(of.of(sql(run, "Log entries"))).texts("Log ID")).containsExactly("log_run_6");
  }

  @ParameterizedTest
  @CsvSource({
    "script-failure-rate, 10",
    "script-no-runs, 20",
    "script-dead-letters, 0",
  })
  void anAlertCriesWhenItShould(String uid, double threshold) {
    Answer answer = ask(alert(rule(uid), "A", now.plusMillis(1)));
    assertThat(answer.numbers("value")).isNotEmpty().allMatch(value -> value > threshold);
  }

  @Test
  void theAlertOfNoRunsNamesTheScriptThatStopped() {
    Answer answer = ask(alert(rule("script-no-runs"), "A", now));
    assertThat(answer.texts("script")).containsExactly("stopped");
  }

  @Test
  void theAlertOfANewVersionKnowsEveryAccount() {
    // With an account and a day of its own, so that no other test sees it.
    Instant then = now.truncatedTo(ChronoUnit.DAYS).minus(Duration.ofDays(9));
    clickHouse.query(
        "INSERT INTO script_analytics.run_rollups (account, script, minute, deployment_version,"
            + " arrival, facts, seen, succeeded, failed, response_time_sum, response_time_min,"
            + " response_time_max, means, weights) SELECT 'initech', 'worse', %1$s + 60 * number,"
                .formatted("toDateTime(" + then.getEpochSecond() + ")")
            + " 1 + number, toStartOfHour(%1$s), 1, 500, 500 - 250 * number, 250 * number, 500, 1, 1,"
                .formatted("toDateTime(" + then.getEpochSecond() + ")")
            + " [1], [toUInt64(500 - 250 * number)] FROM numbers(2)");
    clickHouse.query(
        "INSERT INTO script_analytics.deployments (account, script, deployment_version, first_run,"
            + " last_run) SELECT account, script, deployment_version, min(minute), max(minute)"
            + " FROM script_analytics.run_rollups WHERE account = 'initech' GROUP BY ALL");
    Answer answer = ask(alert(rule("script-regression"), "A", then.plusSeconds(3600)));
    assertThat(answer.texts("account")).containsExactly("initech");
    assertThat(answer.texts("script")).containsExactly("worse");
    assertThat(answer.numbers("value")).containsExactly(1.0);
  }

  @Test
  void theAlertsOfErrorsKnowEveryAccount() {
    Instant then = now.truncatedTo(ChronoUnit.DAYS).minus(Duration.ofDays(9));
    try {
      // Version 2 first ran at that time, and each of its 30 runs fails and logs why.
      clickHouse.query(
          ("INSERT INTO script_analytics.runs (account, script, executed_on, run_id, version,"
                  + " status, deployment_version, error_group, retention_days) SELECT 'hooli',"
                  + " 'broken', fromUnixTimestamp64Milli(%d) + 60 * number, toString(number), 3,"
                  + " if(number = 0, 'Success', 'Failed'), if(number = 0, 1, 2),"
                  + " if(number = 0, 0, 5), 365 FROM numbers(31)")
              .formatted(then.toEpochMilli()));
      clickHouse.query(
          "INSERT INTO script_analytics.logs (account, script, timestamp, log_id, run_id, version,"
              + " log_level, deployment_version, error_group, retention_days) SELECT account,"
              + " script, executed_on, run_id, run_id, 3, 'Error', 2, 5, 365"
              + " FROM script_analytics.runs WHERE account = 'hooli' AND status = 'Failed'");
      for (String uid : List.of("script-new-error", "script-more-errors")) {
        Answer answer = ask(alert(rule(uid), "A", then.plusSeconds(3600)));
        assertThat(answer.texts("account")).as(uid).containsExactly("hooli");
        assertThat(answer.texts("script")).as(uid).containsExactly("broken");
        assertThat(answer.numbers("value")).as(uid).containsExactly(30.0);
      }
    } finally {
      // Other tests look at the accounts that there are.
      for (String table : List.of("runs", "logs", "deployments")) {
        clickHouse.query(
            "ALTER TABLE script_analytics.%s DELETE WHERE account = 'hooli' SETTINGS mutations_sync = 2"
                .formatted(table));
      }
    }
  }

  @Test
  void theAlertOfSilenceGoesByRuns() {
    Answer answer = ask(alert(rule("script-stale-pipeline"), "A", Instant.now().plusSeconds(60)));
    assertThat(answer.texts("table")).containsExactly("runs");
    assertThat(answer.numbers("value")).allMatch(seconds -> seconds < 900);
  }

  @ParameterizedTest
  @ValueSource(strings = {"2020-01-01T00:00:00Z"})
  void noAlertCriesWithoutData(Instant then) {
    for (JsonNode rule : Grafana.rules()) {
      for (JsonNode step : rule.get("data")) {
        if (step.at("/model").has("rawSql")) {
          assertThat(ask(alert(rule, step.get("refId").asText(), then)).rows())
              .as(rule.get("title").asText())
              .isEmpty();
        }
      }
    }
  }

  @Test
  void anAlertGetsOneNumberForEachThingThatItNames() {
    for (JsonNode rule : Grafana.rules()) {
      for (JsonNode step : rule.get("data")) {
        if (step.at("/model").has("rawSql")) {
          Map<String, String> columns = ask(alert(rule, step.get("refId").asText(), now)).columns();
          assertThat(columns.remove("value")).as(rule.toString()).matches(NUMBER);
          assertThat(columns.values())
              .as(rule.toString())
              .isNotEmpty()
              .allSatisfy(type -> assertThat(type).matches(TEXT));
        }
      }
    }
  }

  private static void assertShape(JsonNode panel, Answer answer) {
    Map<String, String> columns = answer.columns();
    String title = panel.get("title").asText();
    switch (panel.get("type").asText()) {
      case "timeseries", "heatmap" -> {
        assertThat(columns.get("time")).as(title).matches(TIME);
        columns.remove("time");
        assertThat(columns.values()).as(title).anyMatch(type -> NUMBER.matcher(type).matches());
        assertThat(columns.values())
            .as(title)
            .allMatch(type -> NUMBER.matcher(type).matches() || TEXT.matcher(type).matches());
      }
      case "logs" -> {
        assertThat(columns.get("timestamp")).as(title).startsWith("DateTime64");
        assertThat(columns).as(title).containsEntry("body", "String");
        assertThat(columns).as(title).containsEntry("level", "String");
      }
      case "stat" -> {
        String fields = panel.at("/options/reduceOptions/fields").asText();
        List<String> shown =
            columns.keySet().stream()
                .filter(
                    column ->
                        Pattern.compile(fields.replaceAll("^/|/$", "")).matcher(column).find())
                .toList();
        assertThat(shown).as(title).isNotEmpty();
        assertThat(shown)
            .as(title)
            .allSatisfy(column -> assertThat(columns.get(column)).matches(NUMBER));
      }
      default -> assertThat(columns).as(title).isNotEmpty();
    }
    if (Set.of("timeseries", "heatmap").contains(panel.get("type").asText())) {
      return;
    }
    for (JsonNode override : panel.at("/fieldConfig/overrides")) {
      String options = override.at("/matcher/options").asText();
      if (override.at("/matcher/id").asText().equals("byName")) {
        assertThat(columns).as(title).containsKey(options);
      } else {
        Pattern pattern = Pattern.compile(options.replaceAll("^/|/$", ""));
        assertThat(columns.keySet()).as(title).anyMatch(name -> pattern.matcher(name).find());
      }
      for (JsonNode link : override.findValues("url")) {
        Matcher field = FIELD.matcher(link.asText());
        while (field.find()) {
          assertThat(columns).as(title).containsKey(field.group(1));
        }
      }
    }
    for (JsonNode sort : panel.at("/options/sortBy")) {
      assertThat(columns).as(title).containsKey(sort.get("displayName").asText());
    }
  }

  private static void assertFiltered(
      String uid,
      String title,
      String variable,
      List<String> values,
      String table,
      String condition) {
    JsonNode dashboard = Grafana.dashboard(uid);
    Expansion filtered = expansion(dashboard).with(variable, values);
    int expected = expected(table, condition);
    assertThat(expected).isPositive();
    assertThat(ask(filtered.of(sql(dashboard, title))).rows()).hasSize(expected);
  }

  private static int expected(String table, String condition) {
    return Integer.parseInt(
        clickHouse.query(
            "SELECT count() FROM script_analytics."
                + table
                + " WHERE script = "
                + literal(SCRIPT)
                + " AND ("
                + condition
                + ")"));
  }

  private static void askAll(JsonNode dashboard, Expansion expansion) {
    for (JsonNode query : dashboard.findValues("rawSql")) {
      ask(expansion.of(query.asText()));
    }
  }

  /** The dashboard as it opens, for the awkward script, a day until a moment after the last run. */
  private static Expansion expansion(JsonNode dashboard) {
    return Expansion.ofOpened(dashboard, now.minus(Duration.ofDays(1)), now.plusMillis(1), 60)
        .with("account", "acme")
        .with("script", SCRIPT)
        .with("run", "run_6".repeat(dashboard.get("uid").asText().equals("script-run") ? 1 : 0));
  }

  private static List<List<String>> valuesOf(JsonNode variable, Expansion expansion) {
    List<List<String>> values = new ArrayList<>();
    switch (variable.get("type").asText()) {
      case "query" -> {
        Answer answer = ask(expansion.of(variable.at("/query/rawSql").asText()));
        assertThat(answer.columns()).hasSize(1);
        answer.rows().forEach(row -> values.add(List.of(row.get(0).asText())));
        assertThat(values).as(variable.get("name").asText()).isNotEmpty();
      }
      case "custom" -> {
        for (String option : variable.get("query").asText().split(",", -1)) {
          values.add(List.of(option));
        }
      }
      case "textbox" -> {
        List.of("'", "\\", "\\'", "\"", "100%", "${account}", "*/ --")
            .forEach(text -> values.add(List.of(text)));
      }
      default -> {}
    }
    if (variable.path("multi").asBoolean()) {
      values.add(values.stream().flatMap(List::stream).toList());
      values.add(Expansion.ALL);
    }
    return values;
  }

  private static JsonNode variable(JsonNode dashboard, String name) {
    return Grafana.each(dashboard.at("/templating/list"))
        .filter(variable -> variable.get("name").asText().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static String sql(JsonNode dashboard, String title) {
    return Grafana.sqlOf(dashboard, Grafana.panel(dashboard, title));
  }

  private static JsonNode rule(String uid) {
    return Grafana.rules().stream()
        .filter(rule -> rule.get("uid").asText().equals(uid))
        .findFirst()
        .orElseThrow();
  }

  /** The query of a rule at a time; alert rules have no variables. */
  private static String alert(JsonNode rule, String step, Instant at) {
    JsonNode query =
        Grafana.each(rule.get("data"))
            .filter(data -> data.get("refId").asText().equals(step))
            .findFirst()
            .orElseThrow();
    Instant from = at.minusSeconds(query.at("/relativeTimeRange/from").asLong());
    return new Expansion(from, at, 60, Map.of()).of(query.at("/model/rawSql").asText());
  }

  private static String literal(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }

  /** ClickHouse's answer, with the types of the columns. */
  private record Answer(Map<String, String> columns, List<JsonNode> rows) {
    List<String> texts(String column) {
      int index = new ArrayList<>(columns.keySet()).indexOf(column);
      return rows.stream().map(row -> row.get(index).asText()).toList();
    }

    List<Double> numbers(String column) {
      return texts(column).stream().map(Double::valueOf).toList();
    }
  }

  private static Answer ask(String sql) {
    JsonNode answer =
        Grafana.parsed(
            clickHouse.queryAs(
                "script_reader", ClickHouseProgram.READER_PASSWORD, sql + "\nFORMAT JSONCompact"));
    Map<String, String> columns = new LinkedHashMap<>();
    for (JsonNode column : answer.get("meta")) {
      columns.put(column.get("name").asText(), column.get("type").asText());
    }
    return new Answer(columns, Grafana.each(answer.get("data")).toList());
  }
}
