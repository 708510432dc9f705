package dev.scriptanalytics.sql;

import static dev.scriptanalytics.sql.Tables.row;
import static dev.scriptanalytics.sql.Views.texts;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptanalytics.testkit.junit.ClickHouseExtension;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LogViewsIT {
  private static final long SEED = 20_261_121;

  // Rows that replace each other stay in parts of their own until they are read.
  @RegisterExtension
  static final ClickHouseExtension clickHouse =
      new ClickHouseExtension()
          .withSchema()
          .withStatement("SYSTEM STOP MERGES script_analytics.logs");

  private static final Tables tables = new Tables(clickHouse);
  private static final Views views = new Views(clickHouse);

  private static final Instant NOON = Tables.noonOfYesterday();

  @BeforeEach
  void forgetAll() {
    clickHouse.query("TRUNCATE TABLE script_analytics.logs");
  }

  @Test
  void entriesAreOfTheRangeFromItsFirstMomentToBeforeItsLast() {
    tables.insert(
        "logs",
        entry("before", NOON.minus(1, ChronoUnit.MICROS)),
        entry("first", NOON),
        entry("last", NOON.plusMillis(1000).minus(1, ChronoUnit.MICROS)),
        entry("after", NOON.plusMillis(1000)));
    assertThat(texts(logs("pay", NOON, NOON.plusMillis(1000)), "log_id"))
        .containsExactlyInAnyOrder("first", "last");
    assertThat(metrics("pay", NOON, NOON.plusMillis(1000)).get("total_logs").longValue())
        .isEqualTo(2);
    assertThat(logs("pay", NOON, NOON)).isEmpty();
    assertThat(logs("pay", NOON.plusMillis(1000), NOON)).isEmpty();
  }

  @Test
  void anEntryStandsAsItsFullestRowTells() {
    tables.insert("logs", entry("1", NOON, "version", 3, "function", "charge", "run_id", "r"));
    tables.insert("logs", entry("1", NOON, "version", 0, "run_id", "r"));
    assertThat(texts(hour("pay"), "function")).containsExactly("charge");
    assertThat(texts(views.ofRun("record_logs", "acme", "r"), "function"))
        .containsExactly("charge");
  }

  @Test
  void anEntryThatMovedToItsScriptIsFoundThereAndNowhereElse() {
    tables.insert("logs", entry("1", NOON, "script", "", "run_id", "r"));
    assertThat(hour("")).hasSize(1);
    assertThat(views.ofRun("record_logs", "acme", "r")).hasSize(1);

    // A tombstone has no message and no level, so an index on these must not skip it.
    tables.insert("logs", entry("1", NOON, "version", 1, "run_id", "r"), moved("1", NOON, "r"));
    assertThat(hour("")).isEmpty();
    assertThat(texts(hour("pay"), "log_id")).containsExactly("1");
    assertThat(texts(views.ofRun("record_logs", "acme", "r"), "script")).containsExactly("pay");
    assertThat(metrics("", NOON, NOON.plusSeconds(1)).get("total_logs").longValue()).isZero();
    assertThat(views.range("all_logs", "acme", "", NOON, NOON.plusSeconds(1), "WHERE run_id = 'r'"))
        .isEmpty();

    // A replay writes the old row too.
    tables.insert("logs", entry("1", NOON, "script", "", "run_id", "r"));
    assertThat(hour("")).isEmpty();
    assertThat(views.ofRun("record_logs", "acme", "r")).hasSize(1);
  }

  @Test
  void searchFindsEachEntryWhereItIsNowHoweverRowsReplaceEachOther() {
    Random random = new Random(SEED);
    List<Map<String, Object>> first = new ArrayList<>();
    List<Map<String, Object>> later = new ArrayList<>();
    List<String> ofScript = new ArrayList<>();
    List<String> ofNone = new ArrayList<>();
    for (int i = 0; i < 30_000; i++) {
      String message =
          "order " + i + (random.nextInt(300) == 0 ? " finally declined by the bank" : " accepted");
      Instant time = NOON.plusMillis(random.nextInt(3_600_000));
      String id = "log" + i;
      boolean scriptKnown = random.nextBoolean();
      boolean enriched = random.nextBoolean();
      boolean takenBack = scriptKnown && !enriched && random.nextInt(10) == 0;
      if (takenBack) {
        // The tombstone of a captured line that was also streamed has the run and the message.
        later.add(
            entry(
                id, time, "version", 255, "is_deleted", 1, "log_message", message, "run_id", "r"));
      }
      first.add(
          entry(
              id, time, "script", scriptKnown ? "pay" : "", "log_message", message, "run_id", "r"));
      if (enriched) {
        later.add(entry(id, time, "version", 1, "log_message", message, "run_id", "r"));
        if (!scriptKnown) {
          later.add(moved(id, time, "r"));
        }
      }
      if (message.contains("declined") && !takenBack) {
        (scriptKnown || enriched ? ofScript : ofNone).add(id);
      }
    }
    Collections.shuffle(first, random);
    tables.insert("logs", first);
    tables.insert("logs", later);
    tables.insert("logs", first.subList(0, 10_000));
    assertThat(ofNone).hasSizeGreaterThan(10);
    for (String condition :
        List.of(
            "log_message LIKE '%y declined b%'",
            "position(log_message, 'declined') > 0",
            "hasToken(log_message, 'declined')",
            "hasToken(log_message, 'declined') AND run_id = 'r' AND log_id != ''",
            "match(log_message, 'declined by')")) {
      assertThat(found("pay", condition))
          .as(condition)
          .containsExactlyInAnyOrderElementsOf(ofScript);
      assertThat(found("", condition)).as(condition).containsExactlyInAnyOrderElementsOf(ofNone);
      assertThat(foundInRun(condition))
          .as(condition)
          .containsExactlyInAnyOrderElementsOf(
              Stream.of(ofScript, ofNone).flatMap(List::stream).toList());
    }
  }

  private static List<String> foundInRun(String condition) {
    return texts(
            views.select(
                "SELECT * FROM script_analytics.record_logs(account = 'acme', run_id = 'r') WHERE "
                    + condition,
                Map.of()),
            "log_id")
        .toList();
  }

  /** A tombstone of an entry whose script has become known. */
  private static Map<String, Object> moved(String id, Instant time, String run) {
    return row(
        "script",
        "",
        "timestamp",
        time,
        "log_id",
        id,
        "run_id",
        run,
        "version",
        255,
        "is_deleted",
        1);
  }

  @Test
  void entriesOfSeveralRunsThatShareAnIdAreSeveral() {
    for (String run : List.of("r1", "r2", "r3", "r4")) {
      tables.insert(
          "logs",
          entry("7", NOON, "script", "", "run_id", run, "log_message", "of " + run),
          entry("8", NOON, "run_id", run, "log_message", "of " + run));
    }
    // One of them moves to its script; the others of the same id stay.
    tables.insert(
        "logs",
        entry("7", NOON, "version", 1, "run_id", "r2", "log_message", "of r2"),
        moved("7", NOON, "r2"));

    assertThat(texts(hour(""), "run_id")).containsExactlyInAnyOrder("r1", "r3", "r4");
    assertThat(texts(hour("pay"), "log_message"))
        .containsExactlyInAnyOrder("of r1", "of r2", "of r2", "of r3", "of r4");
    assertThat(metrics("pay", NOON, NOON.plusSeconds(1)).get("total_logs").longValue())
        .isEqualTo(5);
    assertThat(texts(views.ofRun("record_logs", "acme", "r2"), "script"))
        .containsExactly("pay", "pay");
    assertThat(texts(views.ofRun("record_logs", "acme", "r3"), "log_message"))
        .containsExactly("of r3", "of r3");
  }

  private static List<String> found(String script, String condition) {
    return texts(
            views.range(
                "all_logs", "acme", script, NOON, NOON.plusSeconds(3600), "WHERE " + condition),
            "log_id")
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"log_message LIKE '%eclined by%'", "hasToken(log_message, 'declined')"})
  void theViewUsesTheIndexOnTheMessage(String condition) {
    assertIndexLeavesLess(
        "message_parts",
        "all_logs(account = 'acme', script = 'pay', from = '"
            + Tables.time(NOON)
            + "', to = '"
            + Tables.time(NOON.plusSeconds(3600))
            + "') WHERE "
            + condition);
  }

  @Test
  void aRunsEntriesAreFoundByTheIndexOnTheRun() {
    assertIndexLeavesLess("run_ids", "record_logs(account = 'acme', run_id = 'absent')");
  }

  @ParameterizedTest
  @ValueSource(strings = {"all_logs", "export_logs"})
  void theNewestEntriesAreReadInTheOrderOfTheKey(String view) {
    tables.insert("logs", entry("1", NOON));
    assertThat(
            clickHouse.query(
                "EXPLAIN actions = 1 SELECT * FROM script_analytics."
                    + view
                    + "(account = 'acme', script = 'pay', from = '"
                    + Tables.time(NOON)
                    + "', to = '"
                    + Tables.time(NOON.plusSeconds(3600))
                    + "') ORDER BY timestamp DESC, sequence DESC, log_id DESC LIMIT 100"))
        .contains("Read type: InOrder");
  }

  @Test
  void anEntryIsFoundByTheIndexOnItsId() {
    assertIndexLeavesLess(
        "log_ids",
        "all_logs(account = 'acme', script = 'pay', from = '1970-01-01 00:00:00',"
            + " to = '2299-01-01 00:00:00') WHERE log_id = 'absent'");
  }

  private static void assertIndexLeavesLess(String index, String from) {
    List<Map<String, Object>> entries = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      entries.add(entry("log" + i, NOON.plusMillis(i), "log_message", "order " + i + " accepted"));
    }
    tables.insert("logs", entries);
    List<String> plan =
        clickHouse
            .query("EXPLAIN indexes = 1 SELECT * FROM script_analytics." + from)
            .lines()
            .map(line -> line.replaceAll("[│├└─]", "").strip())
            .toList();
    int at = plan.indexOf("Name: " + index);
    assertThat(at).as(String.join("\n", plan)).isPositive();
    assertThat(plan.subList(at, at + 4))
        .anySatisfy(line -> assertThat(line).startsWith("Granules: 0/"));
  }

  @Test
  void aRunsEntriesComeInTheOrderInWhichItWroteThem() {
    Instant end = NOON.plusSeconds(9);
    long largest = -1;
    tables.insert(
        "logs",
        written("e2", end, 1L << 32 | 2),
        written("o10", end, 10),
        written("last", end, largest),
        written("o9", end, 9),
        entry("streamed", NOON, "run_id", "r"),
        written("e1", end, 1L << 32 | 1),
        entry("of another run", NOON, "run_id", "r2"),
        entry("of another account", NOON, "run_id", "r", "account", "globex"));
    assertThat(texts(views.ofRun("record_logs", "acme", "r"), "log_id"))
        .containsExactly("streamed", "o9", "o10", "e1", "e2", "last");
    assertThat(views.ofRun("record_logs", "acme", "none")).isEmpty();
  }

  private static Map<String, Object> written(String id, Instant time, long sequence) {
    return entry(id, time, "run_id", "r", "sequence", Long.toUnsignedString(sequence));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "JSONExtractFloat(metadata, 'gpuUtilization') > 90     | hot",
        "gpu_percent > 90                                      | hot",
        "JSONExtractString(metadata, 'batch', 'name') = 'nightly' | cold",
        "JSONExtractInt(metadata, 'batch', 'size') BETWEEN 1 AND 64 | cold, hot",
        "JSONExtractBool(metadata, 'batch', 'retried')         | hot",
        "JSONExtractString(metadata, 'tags', 2) = 'b'          | cold",
        "match(JSONExtractString(metadata, 'region'), '^eu-[wn]') | cold, hot",
        "JSONHas(metadata, 'batch')                            | cold, hot",
        "match(JSONExtractString(metadata, 'it''s \"quoted\"'), '\\\\d+') | hot",
        "metadata = ''                                         | none",
      })
  void metadataCanBeFilteredByWhatIsInIt(String condition, String found) {
    tables.insert(
        "logs",
        entry(
            "hot",
            NOON,
            "gpu_percent",
            97.5,
            "metadata",
            "{\"gpuUtilization\":97.5,\"region\":\"eu-west-1\",\"it's \\\"quoted\\\"\":\"a1\","
                + "\"batch\":{\"name\":\"adhoc\",\"size\":8,\"retried\":true}}"),
        entry(
            "cold",
            NOON,
            "gpu_percent",
            12,
            "metadata",
            "{\"gpuUtilization\":12,\"region\":\"eu-north-1\",\"tags\":[\"a\",\"b\"],"
                + "\"batch\":{\"name\":\"nightly\",\"size\":64}}"),
        entry("none", NOON));
    assertThat(
            texts(
                views.range(
                    "all_logs", "acme", "pay", NOON, NOON.plusSeconds(1), "WHERE " + condition),
                "log_id"))
        .containsExactlyInAnyOrder(found.split(", "));
  }

  @Test
  void metricsCountByLevelSourceAndRun() {
    tables.insert(
        "logs",
        entry("1", NOON, "log_level", "Error", "source", "worker", "run_id", "r1"),
        entry("2", NOON, "log_level", "Error", "source", "worker", "run_id", "r2"),
        entry("3", NOON, "log_level", "Info", "source", "it's", "run_id", "r2"),
        entry("4", NOON, "log_level", "Stdout"),
        entry("other script", NOON, "script", "ship"),
        entry("other account", NOON, "account", "globex"));
    tables.insert(
        "logs",
        entry("3", NOON, "version", 1, "log_level", "Info", "source", "it's", "run_id", "r2"));
    assertThat(metrics("pay", NOON, NOON.plusSeconds(1)).toString())
        .isEqualTo(
            "{\"total_logs\":4,\"levels\":{\"Stdout\":1,\"Stderr\":0,\"Debug\":0,\"Info\":1,"
                + "\"Warning\":0,\"Error\":2,\"Fatal\":0},"
                + "\"sources\":{\"\":1,\"it's\":1,\"worker\":2},\"runs_with_logs\":2}");
  }

  @Test
  void metricsOfNothingAreOneRowOfZeros() {
    String nothing =
        "{\"total_logs\":0,\"levels\":{\"Stdout\":0,\"Stderr\":0,\"Debug\":0,\"Info\":0,"
            + "\"Warning\":0,\"Error\":0,\"Fatal\":0},\"sources\":{},\"runs_with_logs\":0}";
    assertThat(metrics("pay", NOON, NOON.plusSeconds(1)).toString()).isEqualTo(nothing);
    assertThat(metrics("pay", NOON, NOON.minusSeconds(1)).toString()).isEqualTo(nothing);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"it's", "a\\'b", "x' OR 1 = 1 --", "\"; DROP", "{script:String}", "\t\n", "ü"})
  void namesAreTakenAsTheyAre(String name) {
    tables.insert(
        "logs",
        entry("1", NOON, "account", name, "script", name, "run_id", name),
        entry("2", NOON, "run_id", "r"));
    Instant end = NOON.plusSeconds(1);
    assertThat(texts(views.range("all_logs", name, name, NOON, end, ""), "log_id"))
        .containsExactly("1");
    assertThat(texts(views.ofRun("record_logs", name, name), "log_id")).containsExactly("1");
    assertThat(
            views.range("log_metrics", name, name, NOON, end, "").get(0).get("total_logs").asInt())
        .isEqualTo(1);
  }

  private static Map<String, Object> entry(String id, Instant time, Object... more) {
    Map<String, Object> entry = row(more);
    entry.put("log_id", id);
    entry.put("timestamp", Tables.time(time));
    entry.putIfAbsent("log_level", "Info");
    return entry;
  }

  private static List<JsonNode> hour(String script) {
    return logs(script, NOON, NOON.plusSeconds(3600));
  }

  private static List<JsonNode> logs(String script, Instant from, Instant to) {
    return views.range("all_logs", "acme", script, from, to, "");
  }

  private static JsonNode metrics(String script, Instant from, Instant to) {
    List<JsonNode> rows = views.range("log_metrics", "acme", script, from, to, "");
    assertThat(rows).hasSize(1);
    return rows.get(0);
  }
}
