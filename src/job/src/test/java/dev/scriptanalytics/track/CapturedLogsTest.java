package dev.scriptanalytics.track;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.configuration.KoreloggerCapture;
import dev.scriptanalytics.decode.EventLimits;
import dev.scriptanalytics.decode.RunDecoder;
import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.kafka.KafkaRecord;
import dev.scriptanalytics.redact.Redactor;
import dev.scriptanalytics.row.RowBinaryBuffer;
import dev.scriptanalytics.row.RowReader;
import dev.scriptanalytics.row.RunRow;
import dev.scriptanalytics.shape.Shapes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CapturedLogsTest {
  private static final Instant ARRIVAL = Instant.parse("2025-05-14T06:10:00Z");
  private static final String END =
      """
      {"account":"acme","run_id":"r1","script":"Qbalance","deployment_id":"d1",
       "deployment_version":3,"function":"f","status":"success","source_type":"api","source":"src",
       "started_at":"2025-05-14T06:07:27.100Z","ended_at":"2025-05-14T06:07:27.238Z",
       "trace_id":"t","stdout":"INFO :: begun\\nplain ä\\n","stderr":"oops"}
      """;

  private CapturedLogs logs =
      new CapturedLogs(rules(KoreloggerCapture.KEEP, 1024), Redactor.ofNothing());

  @Test
  void writesARowOfEveryColumnForAnEntry() throws Exception {
    Map<String, Object> expected = new LinkedHashMap<>();
    expected.put("version", 2);
    expected.put("is_deleted", 0);
    expected.put("timestamp", Instant.parse("2025-05-14T06:07:27.238Z"));
    expected.put("log_level", "Info");
    expected.put("line", 1);
    expected.put("stream", "stdout");
    expected.put("deployment_version", 3);
    expected.put("sequence", 1L);
    expected.put("shape", shapeOf("begun"));
    expected.put("error_group", 0L);
    expected.put("retention_days", 30);
    expected.put("account", "acme");
    expected.put("script", "Qbalance");
    expected.put("log_id", "9738649eec6aa20910d666a94b6c9081");
    expected.put("run_id", "r1");
    expected.put("original_level", "INFO");
    expected.put("log_message", "begun");
    expected.put("deployment_id", "d1");
    expected.put("function", "f");
    expected.put("source", "src");
    expected.put("source_type", "api");
    expected.put("request_id", "");
    expected.put("duration_ms", null);
    expected.put("memory_bytes", null);
    expected.put("gpu_percent", null);
    expected.put("error_code", "");
    expected.put("stack_trace", "");
    expected.put("metadata", "");
    expected.put("trace_id", "t");
    expected.put("span_id", "");
    expected.put("truncated", List.of());
    expected.put("redacted", List.of());
    expected.put("extra", "");

    List<Map<String, Object>> rows = rows(END);

    assertThat(rows.get(0)).isEqualTo(expected);
    assertThat(rows).hasSize(3);
  }

  @Test
  void givesPlainLinesTheLevelOfTheirStream() throws Exception {
    List<Map<String, Object>> rows = rows(END);

    assertThat(rows.get(1))
        .containsEntry("log_level", "Stdout")
        .containsEntry("original_level", "")
        .containsEntry("stream", "stdout")
        .containsEntry("line", 2)
        .containsEntry("log_message", "plain ä");
    assertThat(rows.get(2))
        .containsEntry("log_level", "Stderr")
        .containsEntry("original_level", "")
        .containsEntry("stream", "stderr")
        .containsEntry("line", 1)
        .containsEntry("log_message", "oops");
  }

  @Test
  void writesAStackTraceAsOneEntryWithTheTypeOfItsError() throws Exception {
    String trace = "Traceback (most recent call last):\\n  File \\\"a\\\"\\nKeyError: 'url'";
    List<Map<String, Object>> rows = rows(END.replace("oops", trace + "\\nend"));

    assertThat(rows).hasSize(4);
    assertThat(rows.get(2))
        .containsEntry("log_level", "Stderr")
        .containsEntry(
            "log_message", "Traceback (most recent call last):\n  File \"a\"\nKeyError: 'url'")
        .containsEntry("error_code", "KeyError")
        .containsEntry("stack_trace", "");
    assertThat(rows.get(3)).containsEntry("log_message", "end").containsEntry("error_code", "");
  }

  @Test
  void writesNothingForARunThatCapturedNothing() throws Exception {
    assertThat(rows(END.replace("stdout", "out").replace("stderr", "err"))).isEmpty();
    assertThat(rows(END.replace("\"oops\"", "[]").replace("stdout", "out"))).isEmpty();
  }

  @Test
  void datesEntriesByTheEndOfTheRun() throws Exception {
    assertThat(rows(END.replace("\"ended_at\":\"2025-05-14T06:07:27.238Z\"", "\"x\":1")).get(0))
        .as("or by its start if it has no end")
        .containsEntry("timestamp", Instant.parse("2025-05-14T06:07:27.100Z"));
  }

  @Test
  void givesEachLineOfEachStreamOfEachRunAnIdOfItsOwn() throws Exception {
    String twice = END.replace("oops", "INFO :: begun\\nplain ä\\n");
    List<Object> ids =
        Stream.of(
                rows(twice),
                rows(twice.replace("\"r1\"", "\"r2\"")),
                rows(twice.replace("\"acme\"", "\"acm\"").replace("\"r1\"", "\"er1\"")),
                rows(twice.replace("\"acme\"", "\"other\"")))
            .flatMap(List::stream)
            .map(row -> row.get("log_id"))
            .toList();

    assertThat(ids).hasSize(16).doesNotHaveDuplicates();
    assertThat(ids).allSatisfy(id -> assertThat((String) id).matches("[0-9a-f]{32}"));
  }

  @Test
  void givesTheSameIdsWhateverElseIsKnownOfTheRunAndWhateverItsKey() throws Exception {
    List<Object> ids = rows(END).stream().map(row -> row.get("log_id")).toList();

    // Pinned, because lines that a later release writes with other ids would appear twice.
    assertThat(ids)
        .containsExactly(
            "9738649eec6aa20910d666a94b6c9081",
            "b1ab7af7d7da619ebb6a091d6e54daee",
            "6cbc058971b5e385da9d1a881377b020");
    assertThat(rows(END.replace("Qbalance", "other").replace("238Z", "999Z").replace("begun", "x")))
        .extracting(row -> row.get("log_id"))
        .isEqualTo(ids);
    logs = new CapturedLogs(rules(KoreloggerCapture.KEEP, 1024), Redactor.ofNothing());
    assertThat(rows(END)).extracting(row -> row.get("log_id")).isEqualTo(ids);
  }

  @Test
  void writesAFullerVersionOnceStartAndEndAreKnown() throws Exception {
    ScriptEvent end = decode(END.replace("\"deployment_version\":3,", ""));
    ScriptEvent start =
        decode(
            END.replace("success", "started")
                .replace("\"deployment_version\":3", "\"deployment_version\":9"));
    RunRow endRow = new RunRow().wrap(end.row);
    byte[] merged =
        RunRow.merge(new RunRow().wrap(start.row), endRow, endRow, new RowBinaryBuffer());

    List<Map<String, Object>> before = rows(end, endRow);
    List<Map<String, Object>> after = rows(end, new RunRow().wrap(merged));

    assertThat(before).extracting(row -> row.get("version")).containsOnly(2);
    assertThat(after).extracting(row -> row.get("version")).containsOnly(3);
    assertThat(before).extracting(row -> row.get("deployment_version")).containsOnly(0);
    assertThat(after).extracting(row -> row.get("deployment_version")).containsOnly(9);
    for (String key : List.of("account", "script", "timestamp", "log_id")) {
      assertThat(after)
          .extracting(row -> row.get(key))
          .as("the key of the row")
          .isEqualTo(before.stream().map(row -> row.get(key)).toList());
    }
  }

  @Test
  void cutsALongMessageAndSaysSo() throws Exception {
    logs = new CapturedLogs(rules(KoreloggerCapture.KEEP, 8), Redactor.ofNothing());

    List<Map<String, Object>> rows =
        rows(
            END.replace("begun", "12345678").replace("plain ä", "1234567ä").replace("oops", "123"));

    assertThat(rows.get(0))
        .containsEntry("log_message", "12345678")
        .containsEntry("truncated", List.of());
    assertThat(rows.get(1))
        .as("no partial characters")
        .containsEntry("log_message", "1234567")
        .containsEntry("truncated", List.of("log_message"));
    assertThat(rows.get(2)).containsEntry("truncated", List.of());
  }

  @Test
  void leavesOutTheLibrarysLinesIfConfigured() throws Exception {
    logs = new CapturedLogs(rules(KoreloggerCapture.DROP, 1024), Redactor.ofNothing());

    assertThat(rows(END.replace("begun", "begun\\n  and more")))
        .extracting(row -> row.get("log_message"))
        .containsExactly("plain ä", "oops");
    assertThat(rows(END)).extracting(row -> row.get("line")).containsExactly(2, 1);
  }

  @Test
  void writesAMillionLines() throws Exception {
    ScriptEvent end = decode(END);
    byte[] lines = "x\n".repeat(1_000_000).getBytes(UTF_8);
    ScriptEvent many =
        ScriptEvent.ofRun(
            ScriptEvent.Kind.RUN,
            end.hashHigh,
            end.hashLow,
            end.arrival,
            end.origin,
            end.row,
            lines,
            null);
    RunRow run = new RunRow().wrap(end.row);
    int[] count = new int[1];
    List<byte[]> last = new ArrayList<>(List.of(new byte[0]));

    logs.write(
        many,
        run,
        false,
        row -> {
          count[0]++;
          last.set(0, row);
        });

    assertThat(count[0]).isEqualTo(1_000_000);
    assertThat(RowReader.logRow(last.get(0))).containsEntry("line", 1_000_000);
  }

  private List<Map<String, Object>> rows(String json) throws Exception {
    ScriptEvent end = decode(json);
    return rows(end, new RunRow().wrap(end.row));
  }

  private List<Map<String, Object>> rows(ScriptEvent end, RunRow run) {
    List<Map<String, Object>> rows = new ArrayList<>();
    logs.write(end, run, false, row -> rows.add(RowReader.logRow(row)));
    return rows;
  }

  private static ScriptEvent decode(String json) throws Exception {
    EventLimits limits =
        new EventLimits(
            Duration.ofDays(30).toMillis(),
            Duration.ofDays(1).toMillis(),
            1 << 20,
            1 << 10,
            1 << 10,
            1 << 10,
            1 << 10,
            1 << 10,
            1 << 10,
            30,
            Map.of());
    return new RunDecoder(limits, "000102030405060708090a0b0c0d0e0f")
        .decode(
            new KafkaRecord("script-runs", 0, 0, ARRIVAL.toEpochMilli(), json.getBytes(UTF_8)),
            ARRIVAL.toEpochMilli());
  }

  private static long shapeOf(String message) {
    Shapes shapes = new Shapes();
    shapes.of(message.getBytes(UTF_8), 0, message.length());
    return shapes.hash();
  }

  private static TrackingRules rules(KoreloggerCapture libraryLines, int maxMessageBytes) {
    return Rules.rules().capturedKorelogger(libraryLines).maxMessageBytes(maxMessageBytes).build();
  }
}
