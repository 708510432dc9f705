package dev.scriptanalytics.decode;

import static dev.scriptanalytics.decode.DecodedLogs.ATTRIBUTES;
import static dev.scriptanalytics.decode.DecodedLogs.HASH_KEY;
import static dev.scriptanalytics.decode.DecodedLogs.emptyRow;
import static dev.scriptanalytics.decode.DecodedLogs.with;
import static dev.scriptanalytics.event.DeadLetterReason.BAD_VALUE;
import static dev.scriptanalytics.event.DeadLetterReason.EMPTY;
import static dev.scriptanalytics.event.DeadLetterReason.MISSING_FIELD;
import static dev.scriptanalytics.event.DeadLetterReason.NEGATIVE_TIME;
import static dev.scriptanalytics.event.DeadLetterReason.NOT_JSON;
import static dev.scriptanalytics.event.DeadLetterReason.NOT_UTF8;
import static dev.scriptanalytics.event.DeadLetterReason.TOO_FAR_AHEAD;
import static dev.scriptanalytics.event.DeadLetterReason.TOO_LARGE;
import static dev.scriptanalytics.event.DeadLetterReason.TOO_OLD;
import static dev.scriptanalytics.event.DeadLetterReason.WRONG_TYPE;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import dev.scriptanalytics.decode.DecodedLogs.Unusable;
import dev.scriptanalytics.event.DeadLetterReason;
import dev.scriptanalytics.event.ScriptEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.AbstractComparableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each sentence about log entries in JSON and about records of them that cannot be used. */
class LogDecoderTest {
  private static final Instant ARRIVAL = Instant.parse("2025-05-14T06:10:00Z");
  private static final Instant TIME = Instant.parse("2025-05-14T06:07:27.238927Z");
  private static final String REQUIRED =
      "\"timestamp\":\"2025-05-14T06:07:27.238927Z\",\"message\":\"m\"";

  private LogDecoder decoder = decoder(DecodedLogs.limits(Duration.ofDays(30)));

  // Native entries

  @Test
  void readsEveryFieldOfANativeEntry() throws Exception {
    String json =
        """
        {"account":"acme","run_id":"run_1","script":"Qbalance","deployment_id":"deploy_1",
         "deployment_version":3,"function":"check","log_id":"log_1",
         "timestamp":"2025-05-14T08:07:27.2389275+02:00","level":"WARN","message":"a\\n\\u00e4",
         "source":"billing","source_type":"api","request_id":"req_1","duration_ms":12.5,
         "memory_bytes":1048576,"gpu_percent":91.5,"metadata":{"a": [1, {}]},
         "stack_trace":["at a","at b"],"trace_id":"abc","span_id":"def","error_code":"E1",
         "attributes":{"x":1},"logs":[1],"start_time":null,"y":null}
        """;

    DecodedLogs decoded = decode(json);

    assertThat(decoded.unusable()).isEmpty();
    assertThat(decoded.rows())
        .containsExactly(
            with(
                emptyRow(),
                "log_level",
                "Warning",
                "deployment_version",
                3,
                "timestamp",
                TIME,
                "account",
                "acme",
                "script",
                "Qbalance",
                "log_id",
                "log_1",
                "run_id",
                "run_1",
                "deployment_id",
                "deploy_1",
                "function",
                "check",
                "original_level",
                "WARN",
                "log_message",
                "a\nä",
                "source",
                "billing",
                "source_type",
                "api",
                "request_id",
                "req_1",
                "duration_ms",
                12.5,
                "memory_bytes",
                1048576L,
                "gpu_percent",
                91.5,
                "error_code",
                "E1",
                "stack_trace",
                "at a\nat b",
                "metadata",
                "{\"a\": [1, {}]}",
                "trace_id",
                "abc",
                "span_id",
                "def",
                "extra",
                "{\"logs\":[1],\"attributes\":{\"x\":1},\"y\":null}"));
    ScriptEvent event = decoded.events().get(0);
    assertThat(event.kind).isEqualTo(ScriptEvent.Kind.LOG);
    assertThat(event.arrival).isEqualTo(ARRIVAL.toEpochMilli());
  }

  @Test
  void leavesEmptyWhatAnEntryDoesNotTell() throws Exception {
    Map<String, Object> expected = with(emptyRow(), "timestamp", TIME, "log_message", "m");

    assertThat(with(row(REQUIRED), "log_id", "")).isEqualTo(expected);
    String nulls =
        "\"account\":null,\"run_id\":null,\"level\":null,\"metadata\":null,\"memoryUsage\":null,"
            + "\"duration\":null,\"stackTrace\":null,\"deployment_version\":null,\"source\":null";
    assertThat(with(row(REQUIRED, nulls), "log_id", "")).isEqualTo(expected);
    String empty = "\"account\":\"\",\"run_id\":\"\",\"level\":\"\",\"deployment_version\":\"\"";
    assertThat(with(row(REQUIRED, empty), "log_id", "")).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"2025-05-14T06:07:27.238927Z\"",
        "\"2025-05-14 08:07:27.238927+0200\"",
        "1747202847.238927",
        "1747202847238.927",
        "1747202847238927",
        "1747202847238927999",
        "\"1747202847238927\"",
      })
  void readsTheTimeInEveryFormThatEventsHave(String time) throws Exception {
    assertThat(row("\"timestamp\":" + time, "\"message\":\"m\"")).containsEntry("timestamp", TIME);
  }

  @ParameterizedTest
  @CsvSource({
    "\"info\", Info, info",
    "\"CRITICAL\", Fatal, CRITICAL",
    "\"Notice\", Info, Notice",
    "\"stderr\", Stderr, stderr",
    "\"D\", Debug, D",
    "\"important\", Info, important",
    "40, Warning, 40",
    "\"50\", Error, 50",
    "60.0, Fatal, 60.0",
    "7, Info, 7",
    "-30, Info, -30",
    "\" 40 \", Warning, ' 40 '",
    "\"ERROR \", Error, 'ERROR '",
    "\"ERROR3\", Error, ERROR3",
    "40000, Error, 40000",
  })
  void readsTheLevelAndKeepsTheProducersWord(String level, String expected, String word)
      throws Exception {
    assertThat(row(REQUIRED, "\"level\":" + level))
        .containsEntry("log_level", expected)
        .containsEntry("original_level", word)
        .containsEntry("extra", "");
  }

  @Test
  void keepsALevelThatIsNoTextAside() throws Exception {
    assertThat(row(REQUIRED, "\"level\":{\"a\":1}"))
        .containsEntry("log_level", "Info")
        .containsEntry("original_level", "")
        .containsEntry("extra", "{\"level\":{\"a\":1}}");
  }

  @Test
  void takesNumbersForTextsAndTextsForNumbers() throws Exception {
    assertThat(
            row(
                REQUIRED,
                "\"source\":7,\"request_id\":1e3,\"deployment_version\":\"12\","
                    + "\"duration_ms\":\"1.5\",\"memory_bytes\":\"4096\",\"gpu_percent\":\"87 %\""))
        .containsEntry("source", "7")
        .containsEntry("request_id", "1e3")
        .containsEntry("deployment_version", 12)
        .containsEntry("duration_ms", 1.5)
        .containsEntry("memory_bytes", 4096L)
        .containsEntry("gpu_percent", 87.0)
        .containsEntry("extra", "");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"run_id\":true",
        "\"jobId\":[7]",
        "\"script\":{\"name\":\"s\"}",
        "\"endpointId\":false",
        "\"log_id\":[7]",
        "\"deployment_version\":true",
        "\"attempt\":2",
        "\"function\":{\"name\":\"f\"}",
        "\"deployment_id\":true",
        "\"source\":[\"a\"]",
        "\"source_type\":false",
        "\"request_id\":{}",
        "\"duration_ms\":-1",
        "\"duration_ms\":1e400",
        "\"duration_ms\":\"soon\"",
        "\"duration\":\"3s\"",
        "\"memory_bytes\":-1",
        "\"memory_bytes\":1e30",
        "\"memoryUsage\":\"much\"",
        "\"memoryUsage\":\"-1GB\"",
        "\"gpu_percent\":{\"avg\":1}",
        "\"gpuUtilization\":\"high\"",
        "\"metadata\":[1]",
        "\"metadata\":\"text\"",
        "\"stack_trace\":{\"a\":1}",
        "\"stackTrace\":true",
        "\"trace_id\":[]",
        "\"span_id\":{}",
        "\"error_code\":{\"a\":1}",
        "\"unheard of\":\"\\t\"",
      })
  void keepsWhatItDoesNotUnderstandInExtra(String field) throws Exception {
    Map<String, Object> plain = row(REQUIRED);

    Map<String, Object> row = row(REQUIRED, field);

    assertThat(row.get("extra")).isEqualTo("{" + field + "}");
    assertThat(with(row, "log_id", "", "extra", ""))
        .isEqualTo(with(plain, "log_id", "", "extra", ""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"account", "run_id", "jobId", "script", "endpointId", "log_id"})
  void takesANumberForAKey(String key) throws Exception {
    assertThat(row(REQUIRED, "\"" + key + "\":7"))
        .isEqualTo(row(REQUIRED, "\"" + key + "\":\"7\""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "{}", "[\"acme\"]"})
  void refusesAnEntryThatMayBeOfAnyAccount(String account) {
    assertThatProblemOf(entry(REQUIRED, "\"account\":" + account)).isEqualTo(WRONG_TYPE);
  }

  @Test
  void readsNamesInCamelCaseAndTheAliasOfTheTimestamp() throws Exception {
    String snake =
        "\"run_id\":\"r\",\"deployment_id\":\"d\",\"deployment_version\":3,\"log_id\":\"l\","
            + "\"source_type\":\"s\",\"request_id\":\"q\",\"duration_ms\":1,\"memory_bytes\":2,"
            + "\"gpu_percent\":3,\"stack_trace\":[\"a\"],\"trace_id\":\"t\",\"span_id\":\"p\","
            + "\"error_code\":\"E\"";
    String camel =
        "\"runId\":\"r\",\"deploymentId\":\"d\",\"deploymentVersion\":3,\"logId\":\"l\","
            + "\"sourceType\":\"s\",\"requestId\":\"q\",\"durationMs\":1,\"memoryBytes\":2,"
            + "\"gpuPercent\":3,\"stackTrace\":[\"a\"],\"traceId\":\"t\",\"spanId\":\"p\","
            + "\"errorCode\":\"E\"";

    assertThat(row(REQUIRED.replace("timestamp", "time"), camel)).isEqualTo(row(REQUIRED, snake));
  }

  @Test
  void readsTheNamesOfTheLogsApiInSnakeCase() throws Exception {
    String camel =
        "\"jobId\":\"j\",\"endpointId\":\"e\",\"requestId\":\"q\",\"memoryUsage\":\"8.2GB\","
            + "\"gpuUtilization\":87,\"stackTrace\":[\"a\"]";
    String snake =
        "\"job_id\":\"j\",\"endpoint_id\":\"e\",\"request_id\":\"q\",\"memory_usage\":\"8.2GB\","
            + "\"gpu_utilization\":87,\"stack_trace\":[\"a\"]";

    assertThat(row(REQUIRED, snake))
        .isEqualTo(row(REQUIRED, camel))
        .containsEntry("run_id", "j")
        .containsEntry("script", "e")
        .containsEntry("extra", "");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"epochSecond\":1747202847,\"nanoOfSecond\":238927999}",
        "{\"seconds\":\"1747202847\",\"nanos\":238927000}",
      })
  void readsATimeThatIsAnObject(String time) throws Exception {
    for (String name : List.of("timestamp", "instant")) {
      assertThat(row("\"" + name + "\":" + time, "\"msg\":\"m\""))
          .containsEntry("timestamp", TIME)
          .containsEntry("extra", "");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"epochSecond\":-1}",
        "{\"epochSecond\":1747202847,\"nanoOfSecond\":1000000000}",
        "{\"epochSecond\":1747202847,\"nanoOfSecond\":[]}",
      })
  void refusesATimeThatIsAnotherObject(String time) {
    assertThat(problem(("{\"timestamp\":" + time + ",\"message\":\"m\"}").getBytes(UTF_8)))
        .hasMessage(
            "timestamp is neither a string nor a number, nor an object with epochSecond and"
                + " nanoOfSecond")
        .satisfies(e -> assertThat(e.reason()).isEqualTo(WRONG_TYPE));
  }

  @Test
  void prefersTheMessageToTheMsg() throws Exception {
    assertThat(row(REQUIRED, "\"msg\":\"other\""))
        .containsEntry("log_message", "m")
        .containsEntry("extra", "{\"msg\":\"other\"}");
    assertThat(row("\"ts\":1747202847,\"message\":null,\"msg\":\"m\""))
        .containsEntry("log_message", "m")
        .containsEntry("extra", "");
  }

  @Test
  void saysThatATimeHasNoZone() {
    assertThat(problem("{\"timestamp\":\"2025-05-14T06:07:27\",\"message\":\"m\"}".getBytes(UTF_8)))
        .hasMessage(
            "timestamp has no zone, and event.default-zone is not set: \"2025-05-14T06:07:27\"");
  }

  @Test
  void takesADeploymentVersionThatIsNoNumberForTheId() throws Exception {
    assertThat(row(REQUIRED, "\"deployment_version\":\"1.4.0\""))
        .containsEntry("deployment_version", 0)
        .containsEntry("deployment_id", "1.4.0")
        .containsEntry("extra", "");
    assertThat(row(REQUIRED, "\"deployment_version\":3000000000"))
        .containsEntry("deployment_version", 3_000_000_000L);
    assertThat(row(REQUIRED, "\"deployment_version\":\"v2\",\"deployment_id\":\"d\""))
        .containsEntry("deployment_id", "d")
        .containsEntry("extra", "{\"deployment_version\":\"v2\"}");
  }

  @Test
  void belongsToTheAttemptOfItsRun() throws Exception {
    ScriptEvent second = event(entry(REQUIRED, "\"run_id\":\"r\"", "\"attempt\":\"2\""));
    ScriptEvent named = event(entry(REQUIRED, "\"run_id\":\"r#2\""));

    assertThat(second.row).isEqualTo(named.row);
    assertThat(second.hashHigh).isEqualTo(named.hashHigh);
    assertThat(row(REQUIRED, "\"run_id\":\"r\",\"attempt\":1")).containsEntry("run_id", "r");
  }

  @Test
  void takesNumbersThatJsonDoesNotKnowForNull() throws Exception {
    assertThat(row(REQUIRED, "\"duration_ms\":NaN,\"metadata\":{\"loss\":-Infinity}"))
        .containsEntry("duration_ms", null)
        .containsEntry("metadata", "{\"loss\":null}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"account", "run_id", "script", "log_id"})
  void refusesAKeyThatIsTooLong(String key) throws Exception {
    String longest = "k".repeat(1024);

    assertThat(row(REQUIRED, "\"" + key + "\":\"" + longest + "\"")).containsEntry(key, longest);
    assertThatProblemOf(entry(REQUIRED, "\"" + key + "\":\"" + longest + "k\""))
        .isEqualTo(BAD_VALUE);
  }

  // Entries of the logs API

  @ParameterizedTest
  @CsvSource({
    "8.2GB, 8200000000",
    "38.5GB, 38500000000",
    "125MB, 125000000",
    "1.5TB, 1500000000000",
    "2.5PB, 2500000000000000",
    "10B, 10",
    "0B, 0",
  })
  void readsASizeAsItIsWrittenBack(String size, long bytes) throws Exception {
    assertThat(row(REQUIRED, "\"memoryUsage\":\"" + size + "\""))
        .containsEntry("memory_bytes", bytes)
        .containsEntry("extra", "");
  }

  @ParameterizedTest
  @CsvSource({
    "125 MB, 125000000",
    "1kb, 1000",
    "512MiB, 536870912",
    "2Gi, 2147483648",
    "3KiB, 3072",
    "2G, 2000000000",
    "1024, 1024",
    "0.8 GB, 800000000",
    "8.20GB, 8200000000",
    "1.23456GiB, 1325598706",
  })
  void keepsASizeThatWouldBeWrittenBackInAnotherWay(String size, long bytes) throws Exception {
    String field = "\"memoryUsage\":\"" + size + "\"";

    assertThat(row(REQUIRED, field))
        .containsEntry("memory_bytes", bytes)
        .containsEntry("extra", "{" + field + "}");
    assertThat(row(REQUIRED, "\"memory_bytes\":\"" + size + "\""))
        .containsEntry("memory_bytes", bytes)
        .containsEntry("extra", "");
  }

  @ParameterizedTest
  @CsvSource({"3.2, 3200", "1.1, 1100", "0.001, 1", "30.0, 30000", "4.3, 4300", "0, 0"})
  void readsTheDurationOfTheApiInSeconds(String seconds, double millis) throws Exception {
    assertThat(row(REQUIRED, "\"duration\":" + seconds)).containsEntry("duration_ms", millis);
  }

  @ParameterizedTest
  @CsvSource({"'\"4.3\"', 4300", "1e-10, 0", "0.1234567891, 123.456789"})
  void keepsADurationThatWouldBeWrittenBackInAnotherWay(String seconds, double millis)
      throws Exception {
    assertThat(row(REQUIRED, "\"duration\":" + seconds))
        .containsEntry("duration_ms", millis)
        .containsEntry("extra", "{\"duration\":" + seconds + "}");
    assertThat(row(REQUIRED, "\"duration\":4.30")).containsEntry("extra", "");
  }

  @Test
  void keepsAUtilizationThatIsAText() throws Exception {
    assertThat(row(REQUIRED, "\"gpuUtilization\":\"87%\""))
        .containsEntry("gpu_percent", 87.0)
        .containsEntry("extra", "{\"gpuUtilization\":\"87%\"}");
    assertThat(row(REQUIRED, "\"gpuUtilization\":87")).containsEntry("extra", "");
  }

  @Test
  void prefersTheNativeNameWhereAnEntryHasBoth() throws Exception {
    assertThat(
            row(
                REQUIRED,
                "\"run_id\":\"r\",\"jobId\":\"j\",\"script\":\"s\",\"endpointId\":\"e\","
                    + "\"duration_ms\":1,\"duration\":2,\"error_code\":\"E\",\"errorCode\":\"F\""))
        .containsEntry("run_id", "r")
        .containsEntry("script", "s")
        .containsEntry("duration_ms", 1.0)
        .containsEntry("error_code", "E")
        .containsEntry(
            "extra", "{\"duration\":2,\"jobId\":\"j\",\"endpointId\":\"e\",\"errorCode\":\"F\"}");
  }

  @Test
  void findsTheErrorCodeInTheMetadata() throws Exception {
    assertThat(row(REQUIRED, "\"metadata\":{\"errorCode\":\"OOM\"}"))
        .containsEntry("error_code", "OOM")
        .containsEntry("metadata", "{\"errorCode\":\"OOM\"}");
    assertThat(row(REQUIRED, "\"metadata\":{\"error_code\":507}"))
        .containsEntry("error_code", "507");
    assertThat(row(REQUIRED, "\"metadata\":{\"errorCode\":[1]},\"errorCode\":\"E\""))
        .containsEntry("error_code", "E");
    assertThat(row(REQUIRED, "\"metadata\":{\"errorCode\":[1]}")).containsEntry("error_code", "");
  }

  @Test
  void doesNotHoldBackTheGoodItemsOfAnAnswerForTheBadOnes() throws Exception {
    String good = "{\"timestamp\":1747202847,\"message\":\"%s\"}";
    String answer =
        "{\"endpointId\":\"ep\",\"account\":\"acme\",\"logs\":[ "
            + good.formatted("a")
            + " ,{\"message\":\"no time\"},7,null,\"a \\u00e4\","
            + "\"2025-05-14T06:07:27Z [fatal] s: text\",\"then [INFO] s: text\", ["
            + good.formatted("nested")
            + "],{\"timestamp\":1747202847,\"message\":\"b\",\"script\":\"own\","
            + "\"account\":\"other\"},{\"timestamp\":5,\"message\":\"old\"}]}";

    DecodedLogs decoded = decode(answer);

    assertThat(decoded.rows())
        .extracting(row -> row.get("account"), row -> row.get("script"), r -> r.get("log_message"))
        .containsExactly(
            tuple("acme", "ep", "a"), tuple("acme", "ep", "text"), tuple("other", "own", "b"));
    assertThat(decoded.unusable())
        .extracting(Unusable::item, Unusable::reason, Unusable::bytes)
        .containsExactly(
            tuple(1, MISSING_FIELD, "{\"message\":\"no time\"}"),
            tuple(2, WRONG_TYPE, "7"),
            tuple(3, WRONG_TYPE, "null"),
            tuple(4, BAD_VALUE, "\"a \\u00e4\""),
            tuple(6, BAD_VALUE, "\"then [INFO] s: text\""),
            tuple(7, WRONG_TYPE, "[" + good.formatted("nested") + "]"),
            tuple(9, TOO_OLD, "{\"timestamp\":5,\"message\":\"old\"}"));
  }

  @Test
  void makesNothingOfAnAnswerWithoutEntries() throws Exception {
    DecodedLogs decoded = decode("{\"endpointId\":\"ep\",\"logs\":[ ],\"totalLogs\":0}");

    assertThat(decoded.events()).isEmpty();
    assertThat(decoded.unusable()).isEmpty();
  }

  @Test
  void refusesEntriesOfAnAnswerThatMayBeOfAnyAccount() throws Exception {
    DecodedLogs decoded =
        decode(
            "{\"account\":[1],\"logs\":[{"
                + REQUIRED
                + "},{\"account\":\"own\","
                + REQUIRED
                + "}]}");

    assertThat(decoded.rows()).extracting(row -> row.get("account")).containsExactly("own");
    assertThat(decoded.unusable())
        .extracting(Unusable::item, Unusable::reason, Unusable::detail, Unusable::account)
        .containsExactly(tuple(0, WRONG_TYPE, "account is neither a string nor a number", ""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"timestamp\":\"2025-05-14T06:09:00Z\"",
        "\"time\":1747202940",
        "\"timestamp\":\"no time\"",
        "\"timestamp\":\"2025-05-14T06:09:00Z\",\"message\":\"\",\"level\":null",
      })
  void readsTheEntriesOfAnAnswerThatTellsItsOwnTime(String time) throws Exception {
    String entries = "\"logs\":[7,{" + REQUIRED + "}]";

    DecodedLogs decoded = decode("{\"account\":\"acme\"," + time + "," + entries + "}");

    assertThat(decoded.rows())
        .isEqualTo(decode("{\"account\":\"acme\"," + entries + "}").rows())
        .hasSize(1);
    assertThat(decoded.unusable()).extracting(Unusable::item).containsExactly(0);
    assertThat(decode("{" + time + ",\"logs\":[\"2025-05-14T06:07:27Z [INFO] text\"]}").rows())
        .extracting(row -> row.get("log_message"))
        .containsExactly("text");
    assertThat(decode("{" + time + ",\"script\":\"s\",\"logs\":[]}").events()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"message\":\"m\",\"logs\":[{\"timestamp\":1747202847,\"message\":\"a\"}]",
        "\"level\":\"info\",\"logs\":[{\"timestamp\":1747202847,\"message\":\"a\"}]",
        "\"source\":\"s\",\"logs\":[7,\"no line\"]",
        "\"source\":\"s\",\"logs\":{\"timestamp\":1747202847,\"message\":\"a\"}",
      })
  void takesAnythingElseWithATimestampForAnEntry(String fields) throws Exception {
    Map<String, Object> row = row("\"timestamp\":1747202847", fields);

    assertThat(row.get("extra"))
        .isEqualTo("{" + fields.substring(fields.indexOf("\"logs\"")) + "}");
  }

  @Test
  void givesTheEntriesOfAnAnswerWhatTheyLeaveToIt() throws Exception {
    String answer =
        "{\"account\":\"acme\",\"runId\":\"r\",\"attempt\":2,\"script\":\"s\",\"deploymentId\":\"d\","
            + "\"deploymentVersion\":3,\"function\":\"f\",\"source\":\"o\",\"sourceType\":\"api\","
            + "\"requestId\":\"q\",\"traceId\":\"t\",\"spanId\":\"p\",\"level\":\"error\","
            + "\"metadata\":{\"a\":1},\"totalLogs\":1,\"summary\":{},\"logs\":[%s]}";
    String own =
        "\"account\":\"other\",\"jobId\":\"j\",\"script\":\"own\",\"deployment_id\":\"e\","
            + "\"function\":\"g\",\"source\":\"l\",\"source_type\":\"c\",\"request_id\":\"u\","
            + "\"trace_id\":\"v\"";
    String inherited =
        "\"account\":\"acme\",\"run_id\":\"r#2\",\"script\":\"s\",\"deployment_id\":\"d\","
            + "\"deployment_version\":3,\"function\":\"f\",\"source\":\"o\",\"source_type\":\"api\","
            + "\"request_id\":\"q\",\"trace_id\":\"t\",\"span_id\":\"p\"";

    assertThat(only(decode(answer.formatted(entry(REQUIRED))))).isEqualTo(row(REQUIRED, inherited));
    assertThat(only(decode(answer.formatted(entry(REQUIRED, own))))).isEqualTo(row(REQUIRED, own));
    assertThat(only(decode(answer.formatted("\"2025-05-14T06:07:27Z [INFO] x: text\""))))
        .containsEntry("run_id", "r#2")
        .containsEntry("script", "s")
        .containsEntry("source", "x")
        .containsEntry("deployment_version", 3)
        .containsEntry("log_level", "Info");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'runId':'r','attempt':2 | 'runId':'r' | r#2",
        "'runId':'r','attempt':2 | 'runId':'r','attempt':1 | r",
        "'runId':'r','attempt':2 | 'runId':'r','attempt':3 | r#3",
        "'runId':'r','attempt':2 | 'runId':'q' | q",
        "'runId':'r' | 'attempt':2 | r#2",
        "'attempt':2 | 'runId':'q' | q#2",
        "'attempt':2 | 'source':'s' | ``",
      })
  void givesTheEntriesOfItsRunTheAttemptOfAnAnswer(String answer, String item, String run)
      throws Exception {
    String json = "{" + answer + ",'logs':[" + entry(REQUIRED, item) + "]}";

    assertThat(only(decode(json.replace('\'', '"'))))
        .containsEntry("run_id", run)
        .containsEntry("extra", "");
  }

  @Test
  void givesALineTheAttemptOfItsRun() throws Exception {
    String answer =
        "{\"jobId\":\"job_7\",\"attempt\":2,\"logs\":[\"2025-05-14T06:07:27Z [INFO] a (job_7)\","
            + "\"2025-05-14T06:07:27Z [INFO] b (job_8)\",\"2025-05-14T06:07:27Z [INFO] c\"]}";

    assertThat(decode(answer).rows())
        .extracting(row -> row.get("run_id"))
        .containsExactly("job_7#2", "job_8", "job_7#2");
  }

  @Test
  void keepsWhatItDoesNotUnderstandOfAnAnswerWithItsEntries() throws Exception {
    DecodedLogs decoded =
        decode(
            "{\"script\":[\"bad\"],\"runId\":{},\"attempt\":\"x\",\"function\":\"f\",\"logs\":["
                + entry(REQUIRED, "\"x\":1")
                + ",\"2025-05-14T06:07:27Z [INFO] text\"]}");

    String kept = "\"answer\":{\"runId\":{},\"attempt\":\"x\",\"script\":[\"bad\"]}}";
    assertThat(decoded.unusable()).isEmpty();
    assertThat(decoded.rows())
        .extracting(row -> row.get("function"), row -> row.get("extra"))
        .containsExactly(tuple("f", "{\"x\":1," + kept), tuple("f", "{" + kept));
  }

  @Test
  void forgetsAnAnswerBehindItsEntries() throws Exception {
    String answer =
        "{\"runId\":\"r\",\"attempt\":2,\"function\":\"f\",\"script\":[],\"logs\":[{"
            + REQUIRED
            + "}]}";
    Map<String, Object> alone = row(REQUIRED);

    decode(answer);

    assertThat(row(REQUIRED)).isEqualTo(alone);
    assertThat(only(decode("{\"logs\":[{" + REQUIRED + "}]}"))).isEqualTo(alone);
  }

  @ParameterizedTest
  @CsvSource({
    "loaded: a (cached), loaded: a (cached), ''",
    "loaded (cached) (job_7), loaded (cached), job_7",
    "(job_7), (job_7), ''",
    "a (job_1) (job_2), a (job_1), job_2",
    "a (job_7) b, a (job_7) b, ''",
  })
  void takesForTheJobOnlyWhatStandsLastInTheLine(String text, String message, String run)
      throws Exception {
    String line = "2025-05-14T06:07:27Z [odd word] s: " + text;

    assertThat(only(decode("{\"logs\":[\"" + line + "\"]}")))
        .containsEntry("log_message", message)
        .containsEntry("run_id", run)
        .containsEntry("source", "s")
        .containsEntry("log_level", "Info")
        .containsEntry("original_level", "odd word");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " [", " [] : ", "[]: ", ": ] [", "x [] s: m"})
  void refusesALineOfAnotherForm(String line) throws Exception {
    assertThat(decode("{\"logs\":[\"" + line + "\"]}").unusable())
        .extracting(Unusable::reason)
        .containsExactly(BAD_VALUE);
  }

  // Spans of korelogger

  @Test
  void readsSpansByTheConfiguredAttributes() throws Exception {
    decoder =
        new LogDecoder(
            DecodedLogs.limits(Duration.ofDays(30)),
            EventRules.DEFAULT,
            HASH_KEY,
            new KoreloggerAttributes(
                "body",
                "severity",
                "id",
                "run",
                "dep",
                "ver",
                "src",
                "kind",
                "tenant",
                "job",
                "fn"),
            DecodedLogs.UNMASKED);

    Map<String, Object> row =
        only(
            decode(
                """
                {"start_time":"2025-05-14T06:07:27.238927Z","attributes":{"body":"m",
                 "severity":"error","id":"l","run":"r","dep":"d","ver":"4","src":"s","kind":"k",
                 "tenant":"t","job":"j","fn":"f","log.message":"other"}}
                """));

    assertThat(row)
        .isEqualTo(
            with(
                emptyRow(),
                "log_level",
                "Error",
                "original_level",
                "error",
                "timestamp",
                TIME,
                "log_message",
                "m",
                "log_id",
                "l",
                "run_id",
                "r",
                "deployment_id",
                "d",
                "deployment_version",
                4,
                "source",
                "s",
                "source_type",
                "k",
                "account",
                "t",
                "script",
                "j",
                "function",
                "f",
                "metadata",
                "{\"log.message\":\"other\"}"));
  }

  @Test
  void keepsWhatItDoesNotUnderstandOfASpan() throws Exception {
    String events = "[{\"name\":\"exception\",\"attributes\":{\"exception.type\":\"E\"}}]";
    Map<String, Object> row =
        only(
            decode(
                "{\"start_time\":1747202847.238927,\"context\":{\"trace_id\":[1],\"span_id\":\"0x\"},"
                    + "\"status\":{\"status_code\":\"ERROR\"},\"events\":"
                    + events
                    + ",\"attributes\":{\"log.message\":\"m\",\"source\":[\"a\"],"
                    + "\"deployment_version\":\"v2\",\"log.level\":null}}"));

    assertThat(row)
        .containsEntry("span_id", "0x")
        .containsEntry("trace_id", "")
        .containsEntry("log_level", "Info")
        .containsEntry("deployment_id", "v2")
        .containsEntry("metadata", "{\"source\":[\"a\"]}")
        .containsEntry(
            "extra",
            "{\"context\":{\"trace_id\":[1]},\"status\":{\"status_code\":\"ERROR\"},\"events\":"
                + events
                + "}");
    assertThat(
            only(
                decode(
                    "{\"start_time\":1747202847,\"context\":\"c\",\"attributes\":"
                        + "{\"log.message\":\"m\"}}")))
        .containsEntry("extra", "{\"context\":\"c\"}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'log':{'message':'m','level':'ERROR','meta':{'logid':'1','pid':41}}",
        "'log':{'message':'m','level':'ERROR'},'log.meta':{'logid':'1','pid':41}",
        "'log.message':'m','log':{'level':'ERROR','meta.logid':'1','meta':{'pid':41}}",
        "'log.message':'m','log.level':'ERROR','log.meta':{'logid':'1','pid':41}",
        "'log.message':null,'log.level':'ERROR','\\u006cog':{'m\\u0065ssage':'m'},"
            + "'log.meta':{'logid':'1','pid':41}",
      })
  void findsAttributesWithinObjects(String attributes) throws Exception {
    String span = "{'start_time':1747202847,'attributes':{'log.x':1,%s}}";
    String flat = "'log.message':'m','log.level':'ERROR','log.meta.logid':'1','log.meta.pid':41";

    assertThat(only(decode(span.formatted(attributes).replace('\'', '"'))))
        .containsEntry("metadata", "{\"log.x\":1,\"log.meta.pid\":41}")
        .isEqualTo(only(decode(span.formatted(flat).replace('\'', '"'))));
  }

  @Test
  void leavesAnObjectOfWhichAMemberIsAlsoBesideIt() throws Exception {
    assertThat(
            only(
                decode(
                    "{\"start_time\":1747202847,\"attributes\":{\"log\":{\"message\":\"n\","
                        + "\"x\":{}},\"log.message\":\"m\",\"logs\":{\"message\":1}}}")))
        .containsEntry("log_message", "m")
        .containsEntry(
            "metadata", "{\"logs\":{\"message\":1},\"log\":{\"message\":\"n\",\"x\":{}}}");
  }

  @Test
  void findsTheAccountOfASpanThatCannotBeUsedWithinAnObject() {
    decoder =
        new LogDecoder(
            DecodedLogs.limits(Duration.ofDays(30)),
            EventRules.DEFAULT,
            HASH_KEY,
            new KoreloggerAttributes(
                "m", "l", "id", "run", "dep", "ver", "src", "kind", "org.tenant", "job", "fn"),
            DecodedLogs.UNMASKED);

    String span = "{\"start_time\":5,\"attributes\":{\"m\":\"\",\"org\":{\"tenant\":\"acme\"}}}";
    assertThat(problem(span.getBytes(UTF_8)).sender().account()).isEqualTo("acme");
  }

  @Test
  void takesFromBesideTheAttributesWhoseEntryItIs() throws Exception {
    String span =
        "{\"account\":\"acme\",\"run_id\":7,\"script\":\"pay\",\"start_time\":1747202847,"
            + "\"attributes\":{\"log.message\":\"m\"%s}}";

    assertThat(decode(span.formatted("")).rows().get(0))
        .containsEntry("account", "acme")
        .containsEntry("run_id", "7")
        .containsEntry("script", "pay")
        .containsEntry("extra", "");
    assertThat(decode(span.formatted(",\"account\":\"globex\"")).rows().get(0))
        .containsEntry("account", "globex")
        .containsEntry("extra", "{\"account\":\"acme\"}");
    String unusable = "{\"account\":\"acme\",\"start_time\":1747202847,\"attributes\":{}}";
    assertThat(problem(unusable.getBytes(UTF_8)).sender().account()).isEqualTo("acme");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'start_time':1747202847} | MISSING_FIELD | attributes is missing, where a span of"
            + " korelogger has its log entry",
        "{'start_time':1747202847,'attributes':null} | MISSING_FIELD | attributes is missing, where"
            + " a span of korelogger has its log entry",
        "{'start_time':1747202847,'attributes':[]} | WRONG_TYPE | attributes is no object, where a"
            + " span of korelogger has its log entry",
        "{'start_time':1747202847,'attributes':{}} | MISSING_FIELD | attributes has no log.message,"
            + " which korelogger.attribute.message takes the message from",
        "{'attributes':{'log.message':'m'}} | MISSING_FIELD | start_time is missing (read are"
            + " start_time, startTime; event.alias.start_time adds names)",
        "{'start_time':'x','attributes':{'log.message':'m'}} | BAD_VALUE | start_time is no time:"
            + " \"x\"",
        "{'start_time':5,'attributes':{'log.message':'m'}} | TOO_OLD | start_time is"
            + " 1970-01-01T00:00:05Z, more than event.max-age (30 d) before the record arrived, at"
            + " 2025-05-14T06:10:00Z",
        "{'start_time':1747202847,'attributes':{'log.message':'m','account':[7]}} | WRONG_TYPE |"
            + " account is neither a string nor a number",
      })
  void saysWhatIsWrongWithASpan(String json, DeadLetterReason reason, String detail) {
    UnusableRecordException problem = problem(json.replace('\'', '"').getBytes(UTF_8));
    assertThat(problem.reason()).isEqualTo(reason);
    assertThat(problem).hasMessage(detail);
  }

  // Shapes

  @Test
  void takesAnythingWithATimestampForAnEntry() throws Exception {
    assertThat(
            row(
                REQUIRED,
                "\"start_time\":5,\"logs\":[\"a\"],\"attributes\":{\"log.message\":\"other\"}"))
        .containsEntry("log_message", "m")
        .containsEntry(
            "extra",
            "{\"logs\":[\"a\"],\"attributes\":{\"log.message\":\"other\"},\"start_time\":5}");
  }

  @Test
  void takesAnAnswerBeforeASpanAndASpanBeforeNothing() throws Exception {
    assertThat(
            decode("{\"timestamp\":null,\"attributes\":{},\"logs\":[{" + REQUIRED + "}]}").rows())
        .hasSize(1);
    assertThat(
            only(
                decode(
                    "{\"logs\":7,\"start_time\":1747202847,\"attributes\":"
                        + "{\"log.message\":\"m\"}}")))
        .containsEntry("log_message", "m")
        .containsEntry("extra", "{\"logs\":7}");
    assertThat(problem("{\"message\":\"m\"}".getBytes(UTF_8)))
        .hasMessageStartingWith("timestamp is missing (read are ");
    assertThat(problem("{\"timestamp\":\"\"}".getBytes(UTF_8)))
        .hasMessageStartingWith("timestamp is missing (read are ");
  }

  // What cannot be used

  @Test
  void refusesWhatIsNoEntry() {
    assertThatProblemOf("[]").isEqualTo(NOT_JSON);
    assertThatProblemOf("{").isEqualTo(NOT_JSON);
    assertThatProblemOf(" ".repeat((8 << 20) + 1)).isEqualTo(TOO_LARGE);
    assertThat(problem(new byte[0]).reason()).isEqualTo(EMPTY);
    assertThat(problem(entry(REQUIRED, "\"a\":\"ä\"").getBytes(ISO_8859_1)).reason())
        .isEqualTo(NOT_UTF8);
    assertThatProblemOf(entry("\"timestamp\":1747202847")).isEqualTo(MISSING_FIELD);
    assertThatProblemOf(entry("\"timestamp\":1747202847", "\"message\":null", "\"x\":1"))
        .isEqualTo(MISSING_FIELD);
    assertThatProblemOf(entry("\"timestamp\":{}", "\"message\":\"m\"")).isEqualTo(WRONG_TYPE);
    assertThatProblemOf(entry("\"timestamp\":\"now\"", "\"message\":\"m\"")).isEqualTo(BAD_VALUE);
    assertThatProblemOf(entry("\"timestamp\":-1", "\"message\":\"m\"")).isEqualTo(NEGATIVE_TIME);
    assertThatProblemOf(entry("\"timestamp\":1747202847", "\"timestamp\":5", "\"message\":\"m\""))
        .isEqualTo(TOO_OLD);
    assertThatProblemOf(entry("\"timestamp\":1847202847", "\"message\":\"m\""))
        .isEqualTo(TOO_FAR_AHEAD);
  }

  @Test
  void cutsAMessageOfFiveMegabytesAndSaysSo() throws Exception {
    String message = "ä".repeat((5 << 20) / 2);

    assertThat(row("\"timestamp\":1747202847", "\"message\":\"" + message + "\""))
        .containsEntry("log_message", "ä".repeat(16 << 10))
        .containsEntry("truncated", List.of("log_message"));
    assertThat(
            only(
                decode(
                    "{\"start_time\":1747202847,\"attributes\":{\"log.message\":\""
                        + message
                        + "\",\"log.meta.msg\":\""
                        + "m".repeat(64 << 10)
                        + "\",\"log.meta.pid\":\"41\"}}")))
        .containsEntry("log_message", "ä".repeat(16 << 10))
        .containsEntry("metadata", "{\"log.meta.pid\":\"41\"}")
        .containsEntry("truncated", List.of("log_message", "metadata"));
  }

  @Test
  void keepsOfMetadataAndExtraTheFieldsThatFit() throws Exception {
    String large = "\"" + "x".repeat(64 << 10) + "\"";

    assertThat(
            row(
                REQUIRED,
                "\"a\":1,\"context\":" + large + ",\"b\":2",
                "\"metadata\":{\"gpu\":91, \"dump\":" + large + " ,\"ok\":true}"))
        .containsEntry("metadata", "{\"gpu\":91,\"ok\":true}")
        .containsEntry("extra", "{\"a\":1,\"b\":2}")
        .containsEntry("truncated", List.of("metadata", "extra"));
  }

  @Test
  void readsANullByte() throws Exception {
    assertThat(row("\"timestamp\":1747202847", "\"message\":\"a\\u0000b\""))
        .containsEntry("log_message", "a\u0000b");
  }

  @Test
  void refusesWhatIsNestedTenThousandDeep() {
    String deep = "[".repeat(10_000) + "]".repeat(10_000);

    assertThatProblemOf(entry(REQUIRED, "\"metadata\":{\"a\":" + deep + "}")).isEqualTo(NOT_JSON);
    assertThatProblemOf("{\"logs\":" + deep + "}").isEqualTo(NOT_JSON);
  }

  // Identity

  @Test
  void givesOneIdToOneEntryHoweverOftenItComesAndAnotherToAnyOther() throws Exception {
    Object id = row(REQUIRED, "\"run_id\":\"r\"").get("log_id");

    assertThat(row(REQUIRED, "\"run_id\":\"r\"")).containsEntry("log_id", id);
    for (String change :
        List.of(
            "\"run_id\":\"r2\"",
            "\"run_id\":\"r\",\"level\":\"x\"",
            "\"run_id\":\"r\",\"metadata\":{}",
            "\"run_id\":\"r\",\"x\":1")) {
      assertThat(row(REQUIRED, change).get("log_id")).as(change).isNotEqualTo(id);
    }
  }

  @Test
  void givesAnEntryTheSameIdAloneAndInAnAnswer() throws Exception {
    String item = entry(REQUIRED, "\"jobId\":\"r\"", "\"level\":\"info\"");
    String line = "2025-05-14T06:07:27Z [INFO] s: text (job_7)";
    Object id = row(REQUIRED, "\"jobId\":\"r\",\"level\":\"info\"").get("log_id");

    assertThat(only(decode("{\"endpointId\":\"ep\",\"logs\":[" + item + "]}")))
        .containsEntry("log_id", id)
        .containsEntry("script", "ep");
    assertThat(only(decode("{\"endpointId\":\"ep\",\"logs\":[\"" + line + "\"]}")))
        .containsEntry("log_id", only(decode(line)).get("log_id"));
  }

  @Test
  void leavesOutOfTheIdWhatEnrichmentMaySupply() throws Exception {
    Object id = row(REQUIRED, "\"run_id\":\"r\"").get("log_id");

    assertThat(
            row(
                REQUIRED,
                "\"run_id\":\"r\",\"script\":\"s\",\"function\":\"f\","
                    + "\"deployment_version\":3,\"deployment_id\":\"d\""))
        .containsEntry("log_id", id);
  }

  @Test
  void givesEqualEntriesOfOneRecordAnIdEachAndTheSameIdsWhenTheRecordComesAgain() throws Exception {
    String item = entry(REQUIRED);
    String answer =
        "{\"logs\":[" + String.join(",", item, item, entry(REQUIRED, "\"x\":1"), item) + "]}";

    List<Object> ids = ids(decode(answer));

    assertThat(ids).hasSize(4).doesNotHaveDuplicates();
    assertThat(ids(decode(answer))).isEqualTo(ids);
    assertThat(row(REQUIRED)).as("alone").containsEntry("log_id", ids.get(0));
  }

  @Test
  void countsEqualEntriesOfDifferentScriptsApart() throws Exception {
    String answer =
        "{\"logs\":["
            + entry(REQUIRED, "\"script\":\"a\"")
            + ","
            + entry(REQUIRED, "\"script\":\"b\"")
            + "]}";

    assertThat(ids(decode(answer))).containsOnly(row(REQUIRED).get("log_id"));
  }

  private static List<Object> ids(DecodedLogs decoded) {
    return decoded.rows().stream().map(row -> row.get("log_id")).toList();
  }

  @Test
  void goesByAccountAndRunWhateverTheShape() throws Exception {
    List<ScriptEvent> events =
        List.of(
            event(entry(REQUIRED, "\"account\":\"acme\"", "\"run_id\":\"r\"")),
            event(entry("\"jobId\":\"r\"", REQUIRED, "\"account\":\"acme\"", "\"level\":\"x\"")),
            event("{\"account\":\"acme\",\"logs\":[{" + REQUIRED + ",\"jobId\":\"r\"}]}"),
            event(
                "{\"start_time\":1747202847,\"attributes\":{\"log.message\":\"m\","
                    + "\"run_id\":\"r\",\"account\":\"acme\"}}"));

    assertThat(events).extracting(event -> event.hashHigh).containsOnly(events.get(0).hashHigh);
    assertThat(events).extracting(event -> event.hashLow).containsOnly(events.get(0).hashLow);
    assertThat(event(entry(REQUIRED, "\"run_id\":\"r\"")).hashHigh)
        .isNotEqualTo(events.get(0).hashHigh);
  }

  private ScriptEvent event(String json) throws UnusableRecordException {
    List<ScriptEvent> events = decode(json).events();
    assertThat(events).hasSize(1);
    return events.get(0);
  }

  private Map<String, Object> row(String... fields) throws UnusableRecordException {
    return only(decode(entry(fields)));
  }

  private static Map<String, Object> only(DecodedLogs decoded) {
    assertThat(decoded.unusable()).isEmpty();
    assertThat(decoded.events()).hasSize(1);
    return decoded.rows().get(0);
  }

  private DecodedLogs decode(String json) throws UnusableRecordException {
    return DecodedLogs.of(decoder, json.getBytes(UTF_8), ARRIVAL);
  }

  private AbstractComparableAssert<?, DeadLetterReason> assertThatProblemOf(String json) {
    return assertThat(problem(json.getBytes(UTF_8)).reason());
  }

  private UnusableRecordException problem(byte[] record) {
    UnusableRecordException problem =
        catchThrowableOfType(
            UnusableRecordException.class, () -> DecodedLogs.of(decoder, record, ARRIVAL));
    assertThat(problem).as("was accepted").isNotNull();
    return problem;
  }

  private static String entry(String... fields) {
    return "{" + String.join(",", fields) + "}";
  }

  private static LogDecoder decoder(EventLimits limits) {
    return new LogDecoder(limits, EventRules.DEFAULT, HASH_KEY, ATTRIBUTES, DecodedLogs.UNMASKED);
  }
}
