package dev.scriptanalytics.sql;

import static dev.scriptanalytics.sql.Views.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptanalytics.testkit.junit.ClickHouseExtension;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogPatternsIT {
  // Rows that replace each other stay in parts of their own until they are read.
  @RegisterExtension
  static final ClickHouseExtension clickHouse =
      new ClickHouseExtension()
          .withSchema()
          .withStatement("SYSTEM STOP MERGES script_analytics.logs")
          .withStatement("SYSTEM STOP MERGES script_analytics.log_shapes");

  private static final Tables tables = new Tables(clickHouse);
  private static final Views views = new Views(clickHouse);

  private static final Instant NOON = Tables.noonOfYesterday();
  private static final Instant LATER = NOON.plusSeconds(3600);

  private int entries;

  @BeforeEach
  void forgetAll() {
    for (String table : List.of("logs", "runs", "log_shapes", "run_ids", "deployments")) {
      clickHouse.query("TRUNCATE TABLE script_analytics." + table);
    }
  }

  @Test
  void aPatternHasTheEntriesOfAllItsShapes() {
    shape(11, 11, "user anna left");
    shape(12, 11, "user * left");
    shape(13, 13, "order * is paid");
    entry(11, "r1", "log_level", "Info");
    entry(12, "r1", "log_level", "Info");
    entry(12, "r2", "log_level", "Error", "deployment_version", 7, "deployment_id", "d7");
    entry(13, "r2", "log_level", "Debug");

    JsonNode user = patterns().get(0);
    assertThat(user.get("pattern").longValue()).isEqualTo(11);
    assertThat(user.get("template").textValue()).isEqualTo("user * left");
    assertThat(user.get("entries").longValue()).isEqualTo(3);
    assertThat(user.get("runs").longValue()).isEqualTo(2);
    assertThat(user.get("levels").toString()).isEqualTo("{\"Error\":1,\"Info\":2}");
    assertThat(user.get("share").doubleValue()).isEqualTo(75);
    assertThat(texts(patterns(), "template")).containsExactly("user * left", "order * is paid");
  }

  @Test
  void aPatternSaysWhenAndWithWhichDeploymentItFirstCameInTheRange() {
    shape(11, 11, "user * left");
    entryAt(NOON.plusSeconds(20), 11, "r2", "deployment_version", 8, "deployment_id", "d8");
    entryAt(NOON.plusSeconds(10), 11, "r1", "deployment_version", 7, "deployment_id", "d7");
    entryAt(NOON.minusSeconds(10), 11, "r0", "deployment_version", 6, "deployment_id", "d6");

    JsonNode pattern = patterns().get(0);
    assertThat(pattern.get("first_deployment_version").intValue()).isEqualTo(7);
    assertThat(pattern.get("first_deployment_id").textValue()).isEqualTo("d7");
    assertThat(pattern.get("first_time").textValue()).isEqualTo(time(NOON.plusSeconds(10)));
    assertThat(pattern.get("last_time").textValue()).isEqualTo(time(NOON.plusSeconds(20)));
  }

  @Test
  void whatHasNoPatternIsOther() {
    shape(11, 11, "user * left");
    clickHouse.query(
        "INSERT INTO script_analytics.log_shapes (account, script, shape, pattern, template) VALUES"
            + " ('acme', 'buy', 12, 12, 'of another script'), ('globex', 'pay', 12, 12, 'of another"
            + " account')");
    entry(0, "r1");
    entry(11, "r1");
    entry(12, "r1");

    assertThat(patterns())
        .extracting(row -> row.get("template").textValue() + " " + row.get("entries"))
        .containsExactly("other 2", "user * left 1");
  }

  @Test
  void theLatestRowOfAShapeSaysItsPattern() {
    shape(11, 11, "user anna left");
    shape(12, 12, "user bob left");
    entry(11, "r1");
    entry(12, "r1");
    assertThat(patterns()).hasSize(2);

    shape(12, 11, "user * left");
    assertThat(texts(patterns(), "template")).containsExactly("user * left");
  }

  @Test
  void theTemplateWithTheMostStarsIsTheLatestOfOneInsert() {
    clickHouse.query(
        "INSERT INTO script_analytics.log_shapes (account, script, shape, pattern, template) VALUES"
            + " ('acme', 'pay', 11, 11, 'disk a is *%'), ('acme', 'pay', 12, 11, 'disk * is *%'),"
            + " ('acme', 'pay', 13, 11, 'disk * is *')");
    entry(11, "r1");

    assertThat(texts(patterns(), "template")).containsExactly("disk * is *");
  }

  @Test
  void theEntriesOfAllPatternsAddUpToTheTotalWhateverRowsReplaceEachOther() {
    Random random = new Random(20_261_129);
    for (int round = 0; round < 5; round++) {
      List<Map<String, Object>> rows = new ArrayList<>();
      for (int i = 0; i < 400; i++) {
        long shape = random.nextInt(8);
        boolean isRemoved = random.nextInt(10) == 0;
        rows.add(
            Tables.row(
                "timestamp",
                NOON.plusSeconds(i),
                "log_id",
                "log" + i,
                "run_id",
                "r" + i % 50,
                "version",
                isRemoved ? 255 : round % 4,
                "is_deleted",
                isRemoved ? 1 : 0,
                "shape",
                shape));
      }
      tables.insert("logs", rows);
      shape(1 + random.nextInt(7), 1 + random.nextInt(3), "some template");
      for (int range = 0; range < 5; range++) {
        Instant from = NOON.plusSeconds(random.nextInt(300));
        Instant to = from.plusSeconds(random.nextInt(200));
        long total =
            views
                .range("log_metrics", "acme", "pay", from, to, "")
                .get(0)
                .get("total_logs")
                .longValue();
        assertThat(
                views.range("log_patterns", "acme", "pay", from, to, "").stream()
                    .mapToLong(row -> row.get("entries").longValue())
                    .sum())
            .isEqualTo(total);
      }
    }
  }

  @Test
  void entriesNameTheirPattern() {
    shape(11, 11, "user anna left");
    shape(12, 11, "user * left");
    entry(11, "r1");
    entry(12, "r1");
    entry(13, "r1");

    List<JsonNode> rows = views.range("all_logs", "acme", "pay", NOON, LATER, "ORDER BY log_id");
    assertThat(texts(rows, "pattern")).containsExactly("11", "11", "0");
    assertThat(views.range("all_logs", "acme", "pay", NOON, LATER, "WHERE pattern = 11"))
        .hasSize(2);
  }

  @Test
  void entriesOfARunNameThePatternOfTheirScript() {
    shape(11, 12, "user * left");
    clickHouse.query(
        "INSERT INTO script_analytics.log_shapes (account, script, shape, pattern, template) VALUES"
            + " ('acme', 'buy', 11, 99, 'of another script')");
    entry(11, "r1");
    entry(11, "r2", "script", "buy");
    tables.insert(
        "runs", Tables.row("executed_on", NOON, "run_id", "r1", "version", 1, "status", 1));

    assertThat(texts(views.ofRun("record_logs", "acme", "r1"), "pattern")).containsExactly("12");
    assertThat(texts(views.ofRun("record_logs", "acme", "r2"), "pattern")).containsExactly("99");
    assertThat(texts(views.ofRun("record_logs", "acme", "none"), "pattern")).isEmpty();
  }

  @Test
  void changesAreNewGoneOrPerRun() {
    IntStream.rangeClosed(1, 5).forEach(i -> shape(i, i, "template " + i));
    for (int run = 0; run < 60; run++) {
      boolean isNew = run % 2 == 1;
      Object[] deployment = {"deployment_version", isNew ? 2 : 1};
      entry(1, "r" + run, deployment);
      entry(isNew ? 2 : 3, "r" + run, deployment);
      for (int i = 0; i < (isNew ? 3 : 1); i++) {
        entry(4, "r" + run, deployment);
      }
      for (int i = 0; i < (isNew ? 1 : 3); i++) {
        entry(5, "r" + run, deployment);
      }
      entry(77, "r" + run, deployment);
    }

    List<JsonNode> changes = changes("1", "v2");
    assertThat(changes)
        .extracting(row -> row.get("template").textValue() + " " + row.get("change").textValue())
        .containsExactlyInAnyOrder(
            "template 2 new", "template 3 gone", "template 4 more", "template 5 fewer");
    assertThat(changes).allMatch(row -> row.get("significant").booleanValue());
    JsonNode more = of("template 4", changes);
    assertThat(more.get("baseline_entries").longValue()).isEqualTo(30);
    assertThat(more.get("candidate_entries").longValue()).isEqualTo(90);
    assertThat(more.get("baseline_runs").longValue()).isEqualTo(30);
    assertThat(more.get("baseline_per_run").doubleValue()).isEqualTo(1);
    assertThat(more.get("candidate_per_run").doubleValue()).isEqualTo(3);
    JsonNode gone = of("template 3", changes);
    assertThat(gone.get("candidate_per_run").doubleValue()).isZero();
  }

  @Test
  void aDeploymentMayBeAnId() {
    shape(1, 1, "template 1");
    shape(2, 2, "template 2");
    for (int run = 0; run < 10; run++) {
      entry(1, "a" + run, "deployment_id", "v1.4.0");
      entry(2, "b" + run, "deployment_id", "9fceb02");
      entry(2, "c" + run, "deployment_id", "9fceb02", "deployment_version", 3);
    }

    assertThat(changes("v1.4.0", "9fceb02"))
        .extracting(row -> row.get("change").textValue() + " " + row.get("candidate_entries"))
        .containsExactlyInAnyOrder("new 10", "gone 0");
  }

  @Test
  void aDeploymentMayBeTheIdOfANumber() {
    shape(1, 1, "template 1");
    shape(2, 2, "template 2");
    run("a", 1, "first");
    // The number of the second deployment is unknown when its run starts.
    run("b", 0, "second");
    run("b", 2, "second");
    entry(1, "a", "deployment_version", 1, "deployment_id", "first");
    entry(2, "b", "deployment_version", 2, "deployment_id", "second");

    assertThat(texts(changes("first", "second"), "change"))
        .containsExactlyInAnyOrder("new", "gone");
    assertThat(changes("first", "second")).isEqualTo(changes("V1", "2"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "v0", "other", "3", "99999999999", "it's"})
  void whatNamesNoDeploymentIsComparedWithNothing(String name) {
    shape(1, 1, "template 1");
    entry(1, "a", "deployment_version", 1);
    entry(1, "b");
    entry(1, "c", "deployment_id", "other");

    assertThat(changes(name, "1")).isEmpty();
    assertThat(changes("1", name)).isEmpty();
  }

  @Test
  void chanceIsThatOfAllRunsOfAPatternBeingOfOneDeploymentTimesTheNumberOfPatterns() {
    shape(1, 1, "template 1");
    shape(2, 2, "template 2");
    for (int run = 0; run < 4; run++) {
      entry(1, "a" + run, "deployment_version", 1);
      entry(1, "b" + run, "deployment_version", 2);
    }
    entry(2, "b0", "deployment_version", 2);
    entry(2, "b1", "deployment_version", 2);

    List<JsonNode> changes = changes("1", "2");
    assertThat(texts(changes, "change")).containsExactly("new");
    // Two of eight runs have it, and both are among the four of the candidate. Pattern 1 is not
    // tested, since there are too few runs.
    assertThat(changes.get(0).get("p_value").doubleValue()).isCloseTo(0.25, within(1e-9));
    assertThat(changes.get(0).get("significant").booleanValue()).isFalse();
  }

  @Test
  void thereIsNothingToCompareWithADeploymentThatLoggedNothing() {
    shape(1, 1, "template 1");
    entry(1, "a", "deployment_version", 1);

    assertThat(changes("1", "2")).isEmpty();
    assertThat(changes("1", "1")).isEmpty();
  }

  @Test
  void whatIsAlikeHasNoRow() {
    Random random = new Random(7);
    for (int i = 1; i <= 20; i++) {
      shape(i, i, "template " + i);
    }
    List<Map<String, Object>> rows = new ArrayList<>();
    for (int run = 0; run < 400; run++) {
      for (int i = 0; i < 30; i++) {
        rows.add(
            entryRow(NOON, 1 + random.nextInt(20), "r" + run, "deployment_version", 1 + run % 2));
      }
    }
    tables.insert("logs", rows);

    assertThat(changes("1", "2")).isEmpty();
  }

  private static JsonNode of(String template, List<JsonNode> changes) {
    return changes.stream()
        .filter(row -> row.get("template").textValue().equals(template))
        .findFirst()
        .orElseThrow();
  }

  private static List<JsonNode> changes(String baseline, String candidate) {
    return views.select(
        "SELECT * FROM script_analytics.pattern_changes(account = 'acme', script = 'pay',"
            + " from = {from:String}, to = {to:String}, baseline = {baseline:String},"
            + " candidate = {candidate:String})",
        Map.of(
            "from",
            NOON.toString(),
            "to",
            LATER.toString(),
            "baseline",
            baseline,
            "candidate",
            candidate));
  }

  private static List<JsonNode> patterns() {
    return views.range("log_patterns", "acme", "pay", NOON, LATER, "");
  }

  private static String time(Instant time) {
    return Tables.time(time) + ".000000";
  }

  private static void run(String id, int version, String deployment) {
    tables.insert(
        "runs",
        Tables.row(
            "run_id",
            id,
            "executed_on",
            NOON,
            "version",
            version == 0 ? 1 : 3,
            "deployment_version",
            version,
            "deployment_id",
            deployment));
  }

  private static void shape(long shape, long pattern, String template) {
    clickHouse.query(
        "INSERT INTO script_analytics.log_shapes (account, script, shape, pattern, template) VALUES"
            + " ('acme', 'pay', %d, %d, '%s')".formatted(shape, pattern, template));
  }

  private void entry(long shape, String run, Object... more) {
    entryAt(NOON, shape, run, more);
  }

  private void entryAt(Instant time, long shape, String run, Object... more) {
    tables.insert("logs", List.of(entryRow(time, shape, run, more)));
  }

  private Map<String, Object> entryRow(Instant time, long shape, String run, Object... more) {
    Map<String, Object> row =
        Tables.row("timestamp", time, "log_id", "log" + entries++, "run_id", run, "shape", shape);
    row.putAll(Tables.row(more));
    return row;
  }
}
