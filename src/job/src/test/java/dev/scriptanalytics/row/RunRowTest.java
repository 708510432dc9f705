package dev.scriptanalytics.row;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptanalytics.decode.EventLimits;
import dev.scriptanalytics.decode.RunDecoder;
import dev.scriptanalytics.event.RunStatus;
import dev.scriptanalytics.kafka.KafkaRecord;
import dev.scriptanalytics.row.RunRow.Column;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunRowTest {
  private static final Instant ARRIVAL = Instant.parse("2025-05-14T06:10:00Z");
  private static final Instant START = Instant.parse("2025-05-14T06:07:27.100Z");
  private static final Instant END = Instant.parse("2025-05-14T06:07:27.238Z");

  private static final String FULL =
      """
      {"account":"acme","run_id":"r1","script":"Qbalance","deployment_id":"d1",
       "deployment_version":3,"function":"f","status":"success",
       "started_at":"2025-05-14T06:07:27.100Z","ended_at":"2025-05-14T06:07:27.238Z",
       "response_time_ms":137.5,"source_type":"api","source":"src","input":{"a": 1},
       "output":[2 ],"error":{"code":"E","message":"m","stack_trace":["s1","s2"]},
       "trace_id":"t","resources":{"memory_bytes":10,"cpu_ms":1.5,"gpu_percent":2.5,
       "cold_start":false},"phases":{"queue":0.5,"inference":88},"team":"x"}
      """;
  private static final String STARTED =
      """
      {"run_id":"r1","script":"s1","status":"started","started_at":"2025-05-14T06:07:27.100Z"}
      """;
  private static final String ENDED =
      """
      {"run_id":"r1","script":"s1","status":"failed","started_at":"2025-05-14T06:07:27.100Z",
       "ended_at":"2025-05-14T06:07:27.238Z"}
      """;

  private final RowBinaryBuffer buffer = new RowBinaryBuffer();
  private EventLimits limits = limits(512);

  @Test
  void namesItsColumnsInTheOrderOfTheBytes() {
    List<String> columns = RunRow.COLUMNS;
    List<String> varying =
        Arrays.stream(Column.values()).map(c -> c.name().toLowerCase(Locale.ROOT)).toList();

    assertThat(columns.subList(0, 6))
        .containsExactly(
            "version",
            "status",
            "deployment_version",
            "executed_on",
            "retention_days",
            "error_group");
    assertThat(columns.subList(6, columns.size())).isEqualTo(varying);
  }

  // The view

  @Test
  void viewsTheColumnsOfARow() throws Exception {
    byte[] bytes = decode(FULL);
    RunRow row = new RunRow().wrap(bytes);

    assertThat(row.bytes()).isSameAs(bytes);
    assertThat(row.version()).isEqualTo(RunRow.END_ONLY).isEqualTo(RunRow.version(bytes));
    assertThat(row.status()).isEqualTo(RunStatus.SUCCESS);
    assertThat(row.deploymentVersion()).isEqualTo(3);
    assertThat(row.executedOn()).isEqualTo(START.toEpochMilli());
    assertThat(row.endedOn()).isEqualTo(END.toEpochMilli());
    assertThat(row.responseTime()).isEqualTo(137.5);
    assertThat(row.retentionDays()).isEqualTo(40_000);
    Map<String, Object> values = RowReader.runRow(bytes);
    for (Column column : Column.values()) {
      Object value = values.get(column.name().toLowerCase(Locale.ROOT));
      if (value instanceof String text) {
        assertThat(row.text(column)).isEqualTo(text).isNotEmpty();
        assertThat(Arrays.copyOfRange(bytes, row.textStart(column), row.textEnd(column)))
            .isEqualTo(text.getBytes(UTF_8));
      }
    }
  }

  @Test
  void viewsARowThatTellsLittle() throws Exception {
    RunRow row = new RunRow().wrap(decode(STARTED));

    assertThat(row.version()).isEqualTo(RunRow.START_ONLY);
    assertThat(row.status()).isEqualTo(RunStatus.IN_PROGRESS);
    assertThat(row.deploymentVersion()).isZero();
    assertThat(row.responseTime()).isNaN();
    assertThat(row.endedOn()).as("in place of the end").isEqualTo(START.toEpochMilli());
    assertThat(row.text(Column.ACCOUNT)).isEqualTo("default");
    assertThat(row.text(Column.EXTRA)).isEmpty();
  }

  @Test
  void canBeLaidOverOneRowAfterAnother() throws Exception {
    RunRow row = new RunRow().wrap(decode(FULL)).wrap(decode(STARTED));

    assertThat(row.text(Column.SCRIPT)).isEqualTo("s1");
    assertThat(row.text(Column.FUNCTION)).isEmpty();
    assertThat(row.wrap(decode(FULL)).text(Column.FUNCTION)).isEqualTo("f");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152})
  void viewsTextsOfAnyLength(int length) throws Exception {
    limits = limits(1 << 22);
    String message = "m".repeat(length);

    RunRow row =
        new RunRow()
            .wrap(decode(with(ENDED, "\"error\":\"" + message + "\",\"trace_id\":\"after\"")));

    assertThat(row.text(Column.ERROR_MESSAGE)).isEqualTo(message);
    assertThat(row.text(Column.TRACE_ID)).isEqualTo("after");
    assertThat(row.text(Column.ERROR_STACK)).isEmpty();
  }

  // Start and end together

  @Test
  void takesFromTheEndWhatItTellsAndTheRestFromTheStart() throws Exception {
    byte[] start =
        decode(
            with(
                STARTED,
                """
                "function":"main","source":"start","input":{"a":1},"deployment_version":7,
                "trace_id":"t1","resources":{"memory_bytes":1,"cold_start":true}
                """));
    byte[] end =
        decode(
            with(
                ENDED,
                """
                "source":"end","output":{"b":2},"error":{"code":"E"},
                "resources":{"memory_bytes":2,"cpu_ms":3}
                """));

    Map<String, Object> expected = new HashMap<>(RowReader.runRow(end));
    expected.put("version", RunRow.COMPLETE);
    expected.put("deployment_version", 7);
    expected.put("function", "main");
    expected.put("input", "{\"a\":1}");
    expected.put("trace_id", "t1");
    expected.put("cold_start", true);
    assertThat(merged(start, end, start)).isEqualTo(expected);
    assertThat(merged(start, end, end)).as("in the other order").isEqualTo(expected);
  }

  @Test
  void takesTheDeploymentVersionOfTheEndWhereBothTellOne() throws Exception {
    byte[] start = decode(with(STARTED, "\"deployment_version\":7"));
    byte[] end = decode(with(ENDED, "\"deployment_version\":8"));

    assertThat(merged(start, end, start)).containsEntry("deployment_version", 8);
  }

  @Test
  void keepsTheKeyOfWhicheverArrivedFirst() throws Exception {
    byte[] start = decode(STARTED.replace("s1", "old").replace("27.100Z", "26.900Z"));
    byte[] end = decode(ENDED.replace("s1", "new"));

    assertThat(merged(start, end, start))
        .containsEntry("script", "old")
        .containsEntry("executed_on", Instant.parse("2025-05-14T06:07:26.900Z"))
        .containsEntry("status", "Failed")
        .containsEntry("ended_on", END);
    assertThat(merged(start, end, end))
        .containsEntry("script", "new")
        .containsEntry("executed_on", START)
        .containsEntry("status", "Failed");
  }

  @Test
  void mergesExtraFieldByField() throws Exception {
    byte[] start = decode(with(STARTED, "\"team\":\"a\",\"re\\u0067ion\":1,\"q\\\"\":[ 1]"));
    byte[] end = decode(with(ENDED, "\"region\": 2.0,\"exit\":{\"team\":3}"));
    byte[] plainStart = decode(STARTED);
    byte[] plainEnd = decode(ENDED);

    assertThat(merged(start, end, start))
        .containsEntry(
            "extra", "{\"team\":\"a\",\"region\": 2.0,\"q\\\"\":[ 1],\"exit\":{\"team\":3}}");
    assertThat(merged(plainStart, end, start))
        .containsEntry("extra", "{\"region\": 2.0,\"exit\":{\"team\":3}}");
    assertThat(merged(start, plainEnd, start))
        .containsEntry("extra", "{\"team\":\"a\",\"region\":1,\"q\\\"\":[ 1]}");
    assertThat(merged(plainStart, plainEnd, start)).containsEntry("extra", "");
  }

  @Test
  void copiesExtraWhereBothTellTheSame() throws Exception {
    byte[] start = decode(with(STARTED, "\"team\":\"a\",\"team\":\"b\""));
    byte[] end = decode(with(ENDED, "\"team\":\"a\",\"team\":\"b\""));

    assertThat(merged(start, end, start)).containsEntry("extra", "{\"team\":\"a\",\"team\":\"b\"}");
  }

  @Test
  void tellsOfCutsInWhatTheMergedRowHolds() throws Exception {
    limits = limits(12);
    String longText = "\"" + "x".repeat(20) + "\"";
    byte[] start =
        decode(
            with(
                STARTED,
                String.format(
                    "\"input\":%s,\"function\":%s,\"a\":%s", longText, longText, longText)));
    byte[] end = decode(with(ENDED, String.format("\"input\":1,\"output\":%s,\"b\":1", longText)));

    assertThat(merged(start, end, start))
        .containsEntry("input", "1")
        .containsEntry("function", "x".repeat(12))
        .containsEntry("extra", "{\"b\":1}")
        .extractingByKey("truncated", InstanceOfAssertFactories.LIST)
        .containsExactlyInAnyOrder("function", "output", "extra");
  }

  // A run that told no end

  @Test
  void failsARunByRule() throws Exception {
    byte[] start =
        decode(
            with(
                STARTED,
                "\"function\":\"main\",\"deployment_version\":7,\"error\":\"so far none\",\"x\":1"));
    Instant deadline = START.plusSeconds(60);

    Map<String, Object> expected = new HashMap<>(RowReader.runRow(start));
    expected.put("version", RunRow.COMPLETE);
    expected.put("status", "Failed");
    expected.put("ended_on", deadline);
    expected.put("error_code", "timeout");
    expected.put("error_message", "No end within PT1M");
    assertThat(expected).as("the producer's word").containsEntry("original_status", "started");
    assertThat(
            RowReader.runRow(
                RunRow.timedOut(
                    new RunRow().wrap(start),
                    deadline.toEpochMilli(),
                    "No end within PT1M",
                    buffer)))
        .isEqualTo(expected);
  }

  // As an event again

  @Test
  void givesAnEventThatMakesTheSameRow() throws Exception {
    for (String event : List.of(FULL, STARTED, ENDED)) {
      byte[] row = decode(event.replace(",\"team\":\"x\"", ""));

      assertThat(
              decode(new String(RunEventJson.of(new RunRow().wrap(row), true, null, null), UTF_8)))
          .isEqualTo(row);
    }
  }

  @Test
  void writesADeploymentVersionWithoutSign() throws Exception {
    byte[] row = decode(with(ENDED, "\"deployment_version\":3000000000"));

    assertThat(new String(RunEventJson.of(new RunRow().wrap(row), true, null, null), UTF_8))
        .contains("\"deployment_version\":3000000000");
  }

  @Test
  void takesThePhasesOfTheEndAndElseThoseOfTheStart() throws Exception {
    byte[] start = decode(with(STARTED, "\"phases\":{\"queue\":1}"));
    byte[] end = decode(with(ENDED, "\"phases\":{\"inference\":2}"));

    assertThat(merged(start, end, start)).containsEntry("phases", Map.of("inference", 2.0));
    assertThat(merged(start, decode(ENDED), start)).containsEntry("phases", Map.of("queue", 1.0));
  }

  @Test
  void showsWhatWasCutAndWhatHadNoColumn() throws Exception {
    limits = limits(24);
    byte[] row =
        decode(
            with(
                ENDED,
                "\"input\":{\"a\":\"ä\"},\"output\":{\"long\":\""
                    + "x".repeat(30)
                    + "\"},\"n\":1.0"));

    JsonNode json =
        new ObjectMapper().readTree(RunEventJson.of(new RunRow().wrap(row), true, null, null));

    assertThat(json.at("/input/a").textValue()).isEqualTo("ä");
    assertThat(json.get("output").textValue()).isEqualTo("{\"long\":\"" + "x".repeat(15));
    assertThat(json.at("/extra/n").doubleValue()).isEqualTo(1.0);
    assertThat(json.get("truncated")).hasSize(1);
    assertThat(json.at("/truncated/0").textValue()).isEqualTo("output");
    assertThat(json.has("error")).isFalse();
    assertThat(json.has("resources")).isFalse();
  }

  private Map<String, Object> merged(byte[] start, byte[] end, byte[] first) {
    RunRow startRow = new RunRow().wrap(start);
    RunRow endRow = new RunRow().wrap(end);
    return RowReader.runRow(
        RunRow.merge(startRow, endRow, first == end ? endRow : startRow, buffer));
  }

  private static String with(String event, String fields) {
    String open = event.stripTrailing();
    return open.substring(0, open.length() - 1) + "," + fields + "}";
  }

  private byte[] decode(String json) throws Exception {
    RunDecoder decoder = new RunDecoder(limits, "000102030405060708090a0b0c0d0e0f");
    KafkaRecord record =
        new KafkaRecord("script-runs", 0, 0, ARRIVAL.toEpochMilli(), json.getBytes(UTF_8));
    return decoder.decode(record, ARRIVAL.toEpochMilli()).row;
  }

  private static EventLimits limits(int textBytes) {
    return new EventLimits(
        Duration.ofDays(30).toMillis(),
        Duration.ofDays(1).toMillis(),
        1 << 23,
        textBytes,
        textBytes,
        textBytes,
        textBytes,
        textBytes,
        textBytes,
        40_000,
        Map.of());
  }
}
