package dev.scriptanalytics.decode;

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
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.scriptanalytics.event.DeadLetterReason;
import dev.scriptanalytics.event.Origin;
import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.kafka.KafkaRecord;
import dev.scriptanalytics.redact.Redaction;
import dev.scriptanalytics.redact.Redactor;
import dev.scriptanalytics.row.RowReader;
import dev.scriptanalytics.row.RunRow;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.flink.metrics.SimpleCounter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each sentence about run events and about records that cannot be used. */
class RunDecoderTest {
  private static final String HASH_KEY = "000102030405060708090a0b0c0d0e0f";
  private static final Instant ARRIVAL = Instant.parse("2025-05-14T06:10:00Z");
  private static final Instant START = Instant.parse("2025-05-14T06:07:27.100Z");
  private static final EventLimits LIMITS = limits(1 << 20, 64, 512, 512, 128, 128);
  private static final EventLimits RETENTIONS =
      new EventLimits(
          Duration.ofDays(30).toMillis(),
          Duration.ofDays(1).toMillis(),
          1 << 20,
          64,
          512,
          512,
          128,
          128,
          64,
          30,
          Map.of("acme", 90, "default", 7));

  private RunDecoder decoder = new RunDecoder(LIMITS, HASH_KEY);

  // The whole of it

  @Test
  void readsEveryFieldOfAFullEvent() throws Exception {
    String json =
        """
        {"account":"acme","run_id":"run_12345","script":"Qbalance","deployment_id":"deploy_67890",
         "deployment_version":3,"function":"check_balance","status":"success",
         "started_at":"2025-05-14T06:07:27.100Z","ended_at":"2025-05-14T06:07:27.238Z",
         "source_type":"api","source":"billing-endpoint","input":{"a": [1, 2]},"output":{ },
         "error":{"code":"E1","message":"warned","stack_trace":["at a","at b"]},
         "stdout":"out","stderr":"err","trace_id":"abc",
         "phases":{"queue":0.25,"inference":88},
         "resources":{"memory_bytes":1048576,"cpu_ms":12.5,"gpu_percent":0,"cold_start":true}}
        """;

    ScriptEvent event = decoder.decode(record(json), ARRIVAL.toEpochMilli());

    Map<String, Object> expected = new LinkedHashMap<>();
    expected.put("version", RunRow.END_ONLY);
    expected.put("status", "Success");
    expected.put("deployment_version", 3);
    expected.put("executed_on", START);
    expected.put("retention_days", 30);
    expected.put("error_group", 0L);
    expected.put("account", "acme");
    expected.put("run_id", "run_12345");
    expected.put("script", "Qbalance");
    expected.put("original_status", "success");
    expected.put("response_time", 138.0);
    expected.put("ended_on", Instant.parse("2025-05-14T06:07:27.238Z"));
    expected.put("deployment_id", "deploy_67890");
    expected.put("function", "check_balance");
    expected.put("source_type", "api");
    expected.put("source", "billing-endpoint");
    expected.put("trace_id", "abc");
    expected.put("error_code", "E1");
    expected.put("error_message", "warned");
    expected.put("error_stack", "at a\nat b");
    expected.put("input", "{\"a\": [1, 2]}");
    expected.put("output", "{ }");
    expected.put("memory_bytes", 1048576L);
    expected.put("cpu_ms", 12.5);
    expected.put("gpu_percent", 0.0);
    expected.put("cold_start", true);
    expected.put("phases", Map.of("queue", 0.25, "inference", 88.0));
    expected.put("truncated", List.of());
    expected.put("redacted", List.of());
    expected.put("extra", "");
    assertThat(RowReader.runRow(event.row)).isEqualTo(expected);
    assertThat(event.stdout).asString(UTF_8).isEqualTo("out");
    assertThat(event.stderr).asString(UTF_8).isEqualTo("err");
    assertThat(event.arrival).isEqualTo(ARRIVAL.toEpochMilli());
    assertThat(event.origin).isEqualTo(new Origin("script-runs", 3, 42, 0));
  }

  @Test
  void leavesEmptyWhatAnEventDoesNotTell() throws Exception {
    Map<String, Object> expected = new LinkedHashMap<>();
    expected.put("version", RunRow.START_ONLY);
    expected.put("status", "In Progress");
    expected.put("deployment_version", 0);
    expected.put("executed_on", START);
    expected.put("retention_days", 30);
    expected.put("error_group", 0L);
    expected.put("account", "default");
    expected.put("run_id", "r1");
    expected.put("script", "s1");
    expected.put("original_status", "in_progress");
    expected.put("response_time", null);
    expected.put("ended_on", null);
    for (String text :
        List.of(
            "deployment_id",
            "function",
            "source_type",
            "source",
            "trace_id",
            "error_code",
            "error_message",
            "error_stack",
            "input",
            "output")) {
      expected.put(text, "");
    }
    expected.put("memory_bytes", null);
    expected.put("cpu_ms", null);
    expected.put("gpu_percent", null);
    expected.put("cold_start", null);
    expected.put("phases", Map.of());
    expected.put("truncated", List.of());
    expected.put("redacted", List.of());
    expected.put("extra", "");

    ScriptEvent event = decode(event("status", "'in_progress'"));

    assertThat(RowReader.runRow(event.row)).isEqualTo(expected);
    assertThat(event.stdout).isNull();
    assertThat(event.stderr).isNull();
  }

  @Test
  void takesNullForAbsent() throws Exception {
    String[] optional = {
      "account",
      "deployment_id",
      "deployment_version",
      "function",
      "ended_at",
      "response_time_ms",
      "source_type",
      "source",
      "input",
      "output",
      "error",
      "stdout",
      "stderr",
      "trace_id",
      "attempt",
      "phases",
      "resources"
    };
    String[] nulls =
        Arrays.stream(optional).flatMap(n -> List.of(n, "null").stream()).toArray(String[]::new);

    assertThat(decode(event(nulls)).row).isEqualTo(decode(event()).row);
    assertThat(decode(event("error", "{'code':null,'message':null,'stack_trace':null}")).row)
        .isEqualTo(decode(event()).row);
    assertThat(
            decode(
                    event(
                        "resources",
                        "{'memory_bytes':null,'cpu_ms':null,'gpu_percent':null,"
                            + "'cold_start':null}"))
                .row)
        .isEqualTo(decode(event()).row);
  }

  @Test
  void doesNotMindTheOrderOfFieldsNorWhiteSpaceNorAByteOrderMark() throws Exception {
    byte[] plain = decode(event()).row;

    assertThat(
            decode(
                    "\ufeff\r\n{ \"status\"\t:\"success\" , \"started_at\" :"
                        + "\"2025-05-14T06:07:27.100Z\",\"script\":\"s1\", \"run_id\":\"r1\" }\n ")
                .row)
        .isEqualTo(plain);
  }

  @Test
  void takesTheLastOfEqualFields() throws Exception {
    assertThat(row("{'function':'old'," + event("function", "'new'").substring(1)))
        .containsEntry("function", "new")
        .containsEntry("extra", "");
  }

  @Test
  void decodesEscapesInNamesAndValues() throws Exception {
    assertThat(row(event("f\\u0075nction", "'\\u00e4\\n\\ud83d\\ude00\\\\'")))
        .containsEntry("function", "ä\n😀\\");
  }

  // Who it was

  @ParameterizedTest
  @ValueSource(strings = {"null", "''"})
  void belongsToTheAccountDefaultWhereNoneIsTold(String account) throws Exception {
    assertThat(row(event("account", account))).containsEntry("account", "default");
    assertThat(identity(decode(event("account", account))))
        .isEqualTo(identity(decode(event())))
        .isEqualTo(identity(decode(event("account", "'default'"))));
  }

  @Test
  void identifiesARunByAccountAndRunIdAlone() throws Exception {
    List<Long> run = identity(decode(event("account", "'a'")));

    assertThat(
            identity(
                decode(
                    event(
                        "account",
                        "'\\u0061'",
                        "script",
                        "'other'",
                        "status",
                        "'failed'",
                        "x",
                        "1"))))
        .isEqualTo(run);
    assertThat(identity(decode(event("account", "'b'")))).isNotEqualTo(run);
    assertThat(identity(decode(event("account", "'a'", "run_id", "'r2'")))).isNotEqualTo(run);
    assertThat(identity(decode(event("account", "'ar'", "run_id", "'1'"))))
        .as("the boundary between the two counts")
        .isNotEqualTo(identity(decode(event("account", "'a'", "run_id", "'r1'"))));
  }

  @Test
  void hashesWithTheConfiguredKey() throws Exception {
    List<Long> run = identity(decode(event()));
    decoder = new RunDecoder(LIMITS, "100102030405060708090a0b0c0d0e0f");

    assertThat(identity(decode(event()))).isNotEqualTo(run);
  }

  @ParameterizedTest
  @CsvSource({"acme,90", "default,7", "other,30"})
  void stampsTheRetentionOfTheAccount(String account, int days) throws Exception {
    decoder = new RunDecoder(RETENTIONS, HASH_KEY);

    assertThat(row(event("account", "'" + account + "'"))).containsEntry("retention_days", days);
    if (account.equals("default")) {
      assertThat(row(event())).containsEntry("retention_days", days);
      assertThat(row(event("account", "''"))).containsEntry("retention_days", days);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "3",
        "3.0",
        "30e-1",
        "'3'",
        "'\\u0033'",
        "'003'",
        "0.3e1",
        "3.0000000000000000000000000"
      })
  void readsADeploymentVersion(String version) throws Exception {
    assertThat(row(event("deployment_version", version)))
        .containsEntry("deployment_version", 3)
        .containsEntry("extra", "");
  }

  @Test
  void readsTheLargestDeploymentVersion() throws Exception {
    for (String version : List.of("3000000000", "'3000000000'", "4294967295", "'4294967295'")) {
      assertThat(row(event("deployment_version", version)))
          .containsEntry("deployment_version", Long.parseLong(version.replace("'", "")))
          .containsEntry("deployment_id", "");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-1",
        "4294967296",
        "202611281230",
        "3.5",
        "'v3'",
        "'1.4.0'",
        "'9fceb02'",
        "'99999999999999999999'",
        "' 3'"
      })
  void takesADeploymentVersionThatIsNoNumberForTheId(String version) throws Exception {
    String id = version.replace("'", "");

    assertThat(row(event("deployment_version", version)))
        .containsEntry("deployment_version", 0)
        .containsEntry("deployment_id", id)
        .containsEntry("extra", "");
    assertThat(row(event("deployment_version", version, "deployment_id", "''")))
        .containsEntry("deployment_id", id);
    assertThat(row(event("deployment_version", version, "deployment_id", "'d1'")))
        .containsEntry("deployment_version", 0)
        .containsEntry("deployment_id", "d1")
        .containsEntry("extra", quotes("{'deployment_version':" + version + "}"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "[3]", "{'major':3}"})
  void keepsADeploymentVersionOfAnotherTypeInExtra(String version) throws Exception {
    assertThat(row(event("deployment_version", version)))
        .containsEntry("deployment_version", 0)
        .containsEntry("deployment_id", "")
        .containsEntry("extra", quotes("{'deployment_version':" + version + "}"));
  }

  @Test
  void takesAnEmptyDeploymentVersionForUnknown() throws Exception {
    assertThat(row(event("deployment_version", "''")))
        .containsEntry("deployment_version", 0)
        .containsEntry("extra", "");
  }

  // Attempts

  @ParameterizedTest
  @ValueSource(strings = {"null", "''", "0", "1", "'1'", "1.0"})
  void givesTheFirstAttemptTheRunsOwnId(String attempt) throws Exception {
    assertThat(decode(event("attempt", attempt)).row).isEqualTo(decode(event()).row);
  }

  @ParameterizedTest
  @ValueSource(strings = {"2", "'2'", "2.0"})
  void makesARunOfItsOwnOfEveryFurtherAttempt(String attempt) throws Exception {
    ScriptEvent second = decode(event("attempt", attempt));

    assertThat(RowReader.runRow(second.row))
        .containsEntry("run_id", "r1#2")
        .containsEntry("extra", "");
    assertThat(identity(second))
        .isEqualTo(identity(decode(event("run_id", "'r1#2'"))))
        .isNotEqualTo(identity(decode(event("attempt", "3"))))
        .isNotEqualTo(identity(decode(event())));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "1.5", "'second'", "true", "[2]"})
  void keepsAnAttemptThatIsNoWholeNumberInExtra(String attempt) throws Exception {
    assertThat(row(event("attempt", attempt)))
        .containsEntry("run_id", "r1")
        .containsEntry("extra", quotes("{'attempt':" + attempt + "}"));
  }

  @Test
  void measuresTheIdWithoutTheAttempt() throws Exception {
    String longest = "x".repeat(64);

    assertThat(row(event("run_id", "'" + longest + "'", "attempt", "2")))
        .containsEntry("run_id", longest + "#2");
    rejects(
        event("run_id", "'" + longest + "x'", "attempt", "2"),
        BAD_VALUE,
        "run_id is longer than event.max-name-bytes, 64");
    rejects(event("run_id", null, "attempt", "2"), MISSING_FIELD, "run_id is missing");
  }

  // Status

  @ParameterizedTest
  @CsvSource({
    "in_progress,In Progress",
    "in progress,In Progress",
    "in-progress,In Progress",
    "inProgress,In Progress",
    "started,In Progress",
    "running,In Progress",
    "queued,In Progress",
    "pending,In Progress",
    "scheduled,In Progress",
    "success,Success",
    "succeeded,Success",
    "successful,Success",
    "complete,Success",
    "completed,Success",
    "done,Success",
    "finished,Success",
    "passed,Success",
    "ok,Success",
    "failed,Failed",
    "failure,Failed",
    "error,Failed",
    "errored,Failed",
    "timeout,Failed",
    "timed_out,Failed",
    "timedOut,Failed",
    "cancelled,Failed",
    "canceled,Failed",
    "aborted,Failed",
    "killed,Failed",
    "crashed,Failed",
    "terminated,Failed",
    "interrupted,Failed"
  })
  void knowsEveryStatusWordInAnyCase(String word, String status) throws Exception {
    String capitalized = word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
    String escaped =
        String.format("\\u%04x", (int) word.charAt(0)) + word.substring(1).toUpperCase(Locale.ROOT);
    for (String spelling :
        List.of(
            word,
            word.toUpperCase(Locale.ROOT),
            capitalized,
            alternating(word),
            escaped,
            " " + word)) {
      assertThat(row(event("status", "'" + spelling + "'")))
          .as(spelling)
          .containsEntry("status", status)
          .containsEntry(
              "version", status.equals("In Progress") ? RunRow.START_ONLY : RunRow.END_ONLY);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"skipped", "0", "okay", "\\u0000", "null", " ", "-_"})
  void rejectsAStatusThatIsNoKnownWord(String word) {
    rejects(event("status", "'" + word + "'"), BAD_VALUE, "run.status.failed: \"");
  }

  @Test
  void keepsTheProducersOwnStatusWord() throws Exception {
    assertThat(row(event("status", "'Timed-Out'"))).containsEntry("original_status", "Timed-Out");
    assertThat(row(event("status", "'\\u004fK'"))).containsEntry("original_status", "OK");
    assertThat(row(event("status", "'ok" + " ".repeat(100) + "'")))
        .containsEntry("original_status", "ok" + " ".repeat(62))
        .containsEntry("truncated", List.of("original_status"));
  }

  @Test
  void readsTheStatusWordsOfTheOptions() throws Exception {
    decoder =
        withRules(
            "--run.status.in-progress=waiting,queued",
            "--run.status.success=0, all fine",
            "--run.status.failed=1");

    assertThat(row(event("status", "'Waiting'"))).containsEntry("status", "In Progress");
    assertThat(row(event("status", "'ALL_FINE'"))).containsEntry("status", "Success");
    assertThat(row(event("status", "0")))
        .containsEntry("status", "Success")
        .containsEntry("original_status", "0");
    assertThat(row(event("status", "'1'"))).containsEntry("status", "Failed");
    rejects(event("status", "'success'"), BAD_VALUE, "run.status.failed: \"success\"");
  }

  @Test
  void tellsARunThatIsQueuedFromOneThatExecutes() throws Exception {
    for (String word : List.of("'queued'", "'Pending'", "'SCHEDULED'")) {
      assertThat(decode(event("status", word)).kind).isEqualTo(ScriptEvent.Kind.QUEUED_RUN);
    }
    for (String word : List.of("'running'", "'in_progress'", "'done'")) {
      assertThat(decode(event("status", word)).kind).isEqualTo(ScriptEvent.Kind.RUN);
    }
  }

  // Times

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'2025-05-14T06:07:27.100Z'",
        "'2025-05-14T06:07:27.1Z'",
        "'2025-05-14T06:07:27.100999999Z'",
        "'2025-05-14T08:07:27.100+02:00'",
        "'2025-05-14T08:07:27.100+0200'",
        "'2025-05-14T08:07:27.100+02'",
        "'2025-05-14T01:37:27.100-04:30'",
        "'2025-05-14t06:07:27.100z'",
        "'2025-05-14 06:07:27.100Z'",
        "'2025-05-14T06:07:27.100\\u005a'",
        "1747202847.1",
        "1747202847.1009",
        "1747202847100",
        "1747202847100.9",
        "1747202847100123",
        "1747202847100123.75",
        "1747202847100123456",
        "1.7472028471e9",
        "'1747202847.1'",
        "'1747202847100'"
      })
  void readsEveryFormOfATime(String time) throws Exception {
    assertThat(row(event("started_at", time))).containsEntry("executed_on", START);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'2025-05-14'",
        "'yesterday'",
        "' '",
        "'2025-02-30T00:00:00Z'",
        "'2025-05-14T25:00:00Z'",
        "'2025-05-14T06:07:27.100Z x'",
        "1e300",
        "'NaN'"
      })
  void rejectsAStartThatIsNoTime(String time) {
    rejects(event("started_at", time), BAD_VALUE, "started_at is no time: ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"'2025-05-14T06:07:27.100'", "'20250514T060727'", "'2025-05-14 06:07'"})
  void saysThatATimeHasNoZone(String time) {
    rejects(
        event("started_at", time),
        BAD_VALUE,
        "started_at has no zone, and event.default-zone is not set: ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"'yesterday'", "'2025-05-14T06:07:27.100'", "true", "{}", "[1747202847]"})
  void readsAnEventWithoutATimeThatCannotBeRead(String time) throws Exception {
    assertThat(row(event("ended_at", time)))
        .containsEntry("status", "Success")
        .containsEntry("ended_on", null)
        .containsEntry("extra", quotes("{'ended_at':" + time + "}"));
    assertThat(row(event("ended_at", time, "response_time_ms", "900")))
        .containsEntry("response_time", 900.0)
        .containsEntry("ended_on", START.plusMillis(900));
    assertThat(row(event("started_at", time, "ended_at", quoted(START), "response_time_ms", "0")))
        .containsEntry("executed_on", START)
        .containsEntry("extra", quotes("{'started_at':" + time + "}"));
    assertThat(decode(event("started_at", time, "ended_at", quoted(START))).kind)
        .as("waits for its start")
        .isEqualTo(ScriptEvent.Kind.UNTIMED_END);
  }

  @Test
  void showsTheTextThatIsNoTime() {
    rejects(event("started_at", "'14.5.2025'"), BAD_VALUE, "started_at is no time: \"14.5.2025\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "false", "{}", "[1747202847]"})
  void rejectsAStartOfAnotherType(String time) {
    rejects(event("started_at", time), WRONG_TYPE, "started_at is neither a string nor a number");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "'-1'", "-0.0001", "'1969-12-31T23:59:59.999Z'", "-1747202847100"})
  void rejectsANegativeTime(String time) {
    rejects(event("started_at", time), NEGATIVE_TIME, "started_at is before 1970: ");
    rejects(event("ended_at", time), NEGATIVE_TIME, "ended_at is before 1970: ");
  }

  @Test
  void acceptsTimesUpToTheirLimitsAndCountsThoseFromArrival() throws Exception {
    Instant oldest = ARRIVAL.minus(Duration.ofDays(30));
    Instant latest = ARRIVAL.plus(Duration.ofDays(1));

    assertThat(row(event("started_at", quoted(oldest)))).containsEntry("executed_on", oldest);
    assertThat(row(event("started_at", quoted(latest)))).containsEntry("executed_on", latest);
    rejects(
        event("started_at", quoted(oldest.minusMillis(1))),
        TOO_OLD,
        "started_at is 2025-04-14T06:09:59.999Z, more than event.max-age (30 d) before the record"
            + " arrived, at 2025-05-14T06:10:00Z");
    rejects(
        event("started_at", quoted(latest.plusMillis(1))),
        TOO_FAR_AHEAD,
        "started_at is 2025-05-15T06:10:00.001Z, more than event.max-ahead (1 d) after the record"
            + " arrived, at 2025-05-14T06:10:00Z");
  }

  @Test
  void refusesWhatIsOlderThanItsAccountKeepsRows() throws Exception {
    decoder = new RunDecoder(RETENTIONS, HASH_KEY);
    Instant aWeekAgo = ARRIVAL.minus(Duration.ofDays(7));
    String older = quoted(aWeekAgo.minusMillis(1));

    assertThat(row(event("started_at", quoted(aWeekAgo)))).containsEntry("executed_on", aWeekAgo);
    rejects(
        event("started_at", older),
        TOO_OLD,
        "started_at is 2025-05-07T06:09:59.999Z, more than its account's retention (7 d) before the"
            + " record arrived, at 2025-05-14T06:10:00Z");
    assertThat(row(event("account", "'other'", "started_at", older)))
        .as("an account that keeps rows for 30 days")
        .containsEntry("retention_days", 30);
    rejects(
        event("account", "'acme'", "started_at", quoted(ARRIVAL.minus(Duration.ofDays(31)))),
        TOO_OLD,
        "more than event.max-age (30 d) before");
  }

  @Test
  void holdsTheEndToTheSameLimits() {
    rejects(event("ended_at", quoted(ARRIVAL.minus(Duration.ofDays(31)))), TOO_OLD, "ended_at is");
    rejects(
        event("ended_at", quoted(ARRIVAL.plus(Duration.ofDays(2)))), TOO_FAR_AHEAD, "ended_at is");
  }

  @Test
  void holdsDerivedTimesToTheSameLimits() {
    rejects(
        event("started_at", null, "ended_at", quoted(START), "response_time_ms", "1e10"),
        TOO_OLD,
        "ended_at - response_time_ms is 2025-01-18T");
    rejects(
        event("started_at", null, "ended_at", quoted(START), "response_time_ms", "1e12"),
        TOO_OLD,
        "ended_at - response_time_ms is 1993-");
    rejects(
        event("response_time_ms", "1e9"),
        TOO_FAR_AHEAD,
        "started_at + response_time_ms is 2025-05-25T");
  }

  @Test
  void rejectsARecordWhoseTimestampNoColumnCanHold() {
    UnusableRecordException e =
        catchThrowableOfType(
            UnusableRecordException.class, () -> decoder.decode(record(event()), Long.MAX_VALUE));

    assertThat(e.reason()).isEqualTo(BAD_VALUE);
    assertThat(e).hasMessageContaining("Kafka timestamp");
  }

  @Test
  void cutsTimesToTheMillisecondTowardsThePast() throws Exception {
    assertThat(row(event("started_at", "1747202847100999"))).containsEntry("executed_on", START);
  }

  // Response time

  @Test
  void takesTheTimeBetweenStartAndEndAsResponseTime() throws Exception {
    assertThat(row(event("ended_at", "'2025-05-14T06:07:27.2385Z'")))
        .containsEntry("response_time", 138.5)
        .containsEntry("ended_on", Instant.parse("2025-05-14T06:07:27.238Z"));
  }

  @Test
  void letsAResponseTimeThatIsToldWin() throws Exception {
    assertThat(row(event("ended_at", "'2025-05-14T06:07:28.100Z'", "response_time_ms", "137.25")))
        .containsEntry("response_time", 137.25)
        .containsEntry("executed_on", START)
        .containsEntry("ended_on", Instant.parse("2025-05-14T06:07:28.100Z"));
  }

  @Test
  void derivesTheStartFromEndAndResponseTime() throws Exception {
    assertThat(
            row(
                event(
                    "started_at",
                    null,
                    "ended_at",
                    "'2025-05-14T06:07:27.2Z'",
                    "response_time_ms",
                    "100")))
        .containsEntry("executed_on", START)
        .containsEntry("response_time", 100.0);
  }

  @Test
  void derivesTheEndFromStartAndResponseTime() throws Exception {
    assertThat(row(event("response_time_ms", "900.4")))
        .containsEntry("ended_on", START.plusMillis(900));
    assertThat(row(event("response_time_ms", "900", "status", "'failed'")))
        .containsEntry("ended_on", START.plusMillis(900));
  }

  @Test
  void readsAnEndThatDoesNotTellWhenItsRunStarted() throws Exception {
    ScriptEvent end = decode(event("started_at", null, "ended_at", quoted(START)));

    assertThat(end.kind).isEqualTo(ScriptEvent.Kind.UNTIMED_END);
    assertThat(RowReader.runRow(end.row))
        .containsEntry("version", RunRow.END_ONLY)
        .containsEntry("status", "Success")
        .containsEntry("executed_on", START)
        .containsEntry("ended_on", START)
        .containsEntry("response_time", null);
  }

  @Test
  void acceptsASuccessWithoutResponseTime() throws Exception {
    assertThat(row(event()))
        .containsEntry("status", "Success")
        .containsEntry("response_time", null)
        .containsEntry("ended_on", null);
  }

  @Test
  void givesOnlyASuccessfulRunAResponseTime() throws Exception {
    assertThat(row(event("status", "'failed'", "response_time_ms", "5")))
        .containsEntry("response_time", null)
        .containsEntry("extra", "{\"response_time_ms\":5}");
    assertThat(row(event("status", "'failed'", "ended_at", "'2025-05-14T06:07:28Z'")))
        .containsEntry("response_time", null)
        .containsEntry("ended_on", Instant.parse("2025-05-14T06:07:28Z"));
    assertThat(
            row(
                event(
                    "status",
                    "'running'",
                    "response_time_ms",
                    "5",
                    "ended_at",
                    "'2025-05-14T06:07:28Z'")))
        .containsEntry("response_time", null)
        .containsEntry("ended_on", null)
        .containsEntry("extra", "{\"ended_at\":\"2025-05-14T06:07:28Z\",\"response_time_ms\":5}");
  }

  @Test
  void acceptsARunThatTookNoTime() throws Exception {
    assertThat(row(event("ended_at", quoted(START)))).containsEntry("response_time", 0.0);
    assertThat(row(event("response_time_ms", "0"))).containsEntry("response_time", 0.0);
    assertThat(row(event("response_time_ms", "-0.0")))
        .as("the 0 that equals the other one")
        .containsEntry("response_time", 0.0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-1", "-0.001", "-1e-300", "1e400", "-1e400", "1e13",
        "'fast'", "'NaN'", "'138 ms'", "true", "[1]", "{}"
      })
  void readsAnEventWithoutAResponseTimeThatIsNone(String millis) throws Exception {
    for (String status : List.of("'success'", "'failed'", "'started'")) {
      assertThat(row(event("response_time_ms", millis, "status", status)))
          .containsEntry("response_time", null)
          .containsEntry("extra", quotes("{'response_time_ms':" + millis + "}"));
    }
    assertThat(row(event("response_time_ms", millis, "ended_at", "'2025-05-14T06:07:27.238Z'")))
        .containsEntry("response_time", 138.0);
  }

  @Test
  void saysWhatIsWrongWithAResponseTimeThatWouldTellTheStart() {
    rejects(
        event("started_at", null, "response_time_ms", "-1", "status", "'running'"),
        BAD_VALUE,
        "response_time_ms must lie between 0 and 1000000000000: -1");
    rejects(
        event("started_at", null, "response_time_ms", "'fast'"),
        WRONG_TYPE,
        "response_time_ms is not a number");
  }

  @ParameterizedTest
  @CsvSource({"'138.2',138.2", "' 138 ',138", "'1.5e2',150", "'0',0"})
  void readsAResponseTimeInQuotes(String millis, double responseTime) throws Exception {
    assertThat(row(event("response_time_ms", "'" + millis + "'")))
        .containsEntry("response_time", responseTime);
  }

  @Test
  void takesAnEmptyResponseTimeForMissing() throws Exception {
    assertThat(row(event("response_time_ms", "''"))).containsEntry("response_time", null);
  }

  @Test
  void takesAnEndALittleBeforeTheStartForTheStart() throws Exception {
    for (String end : List.of("'2025-05-14T06:07:27.099Z'", "'2025-05-14T06:06:27.100Z'")) {
      assertThat(row(event("ended_at", end)))
          .containsEntry("response_time", 0.0)
          .containsEntry("executed_on", START)
          .containsEntry("ended_on", START);
      assertThat(row(event("ended_at", end, "response_time_ms", "5")))
          .as("a response time that is told wins")
          .containsEntry("response_time", 5.0)
          .containsEntry("ended_on", START);
    }
  }

  @Test
  void rejectsAnEndFurtherBeforeTheStart() {
    String detail =
        "ended_at, 2025-05-14T06:06:27.099Z, is more than event.max-clock-skew before started_at,"
            + " 2025-05-14T06:07:27.100Z";
    String end = "'2025-05-14T06:06:27.099Z'";

    rejects(event("ended_at", end), BAD_VALUE, detail);
    rejects(event("ended_at", end, "response_time_ms", "5"), BAD_VALUE, detail);
    decoder = withRules("--event.max-clock-skew=0 s");
    rejects(
        event("ended_at", "'2025-05-14T06:07:27.0999Z'"),
        BAD_VALUE,
        "is more than event.max-clock-skew before");
  }

  // What must be there

  @ParameterizedTest
  @ValueSource(strings = {"run_id", "script", "status"})
  void rejectsAnEventWithoutARequiredField(String field) {
    rejects(event(field, null), MISSING_FIELD, field + " is missing");
    rejects(event(field, "null"), MISSING_FIELD, field + " is missing");
    rejects(event(field, "''"), MISSING_FIELD, field + " is missing");
    rejects("{}", MISSING_FIELD, " is missing");
  }

  @ParameterizedTest
  @ValueSource(strings = {"run_id", "script", "status", "account"})
  void rejectsARequiredFieldOfAnotherType(String field) {
    for (String value : List.of("true", "false", "{}", "['a']")) {
      rejects(event(field, value), WRONG_TYPE, field + " is neither a string nor a number");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"account", "run_id", "script"})
  void takesANumberForItsText(String field) throws Exception {
    for (String number : List.of("1658821493", "1.50", "1e3")) {
      ScriptEvent event = decode(event(field, number));

      assertThat(RowReader.runRow(event.row)).containsEntry(field, number);
      assertThat(identity(event)).isEqualTo(identity(decode(event(field, "'" + number + "'"))));
    }
    rejects(event(field, "1".repeat(65)), BAD_VALUE, field + " is longer than");
  }

  @Test
  void rejectsAnEventWithoutAStart() {
    String detail = "started_at is missing, and so is ended_at with response_time_ms";
    for (String start : new String[] {null, "null", "''"}) {
      rejects(event("started_at", start), MISSING_FIELD, detail);
      rejects(event("started_at", start, "response_time_ms", "5"), MISSING_FIELD, detail);
      rejects(
          event("started_at", start, "ended_at", quoted(START), "status", "'running'"),
          MISSING_FIELD,
          detail);
      rejects(
          event("started_at", start, "ended_at", "''", "response_time_ms", "5"),
          MISSING_FIELD,
          detail);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"account", "run_id", "script"})
  void rejectsAKeyThatIsTooLongRatherThanCutIt(String field) throws Exception {
    String longest = "ä".repeat(32);

    assertThat(row(event(field, "'" + longest + "'"))).containsEntry(field, longest);
    assertThat(row(event(field, "'" + "\\u00e4".repeat(32) + "'"))).containsEntry(field, longest);
    rejects(
        event(field, "'" + longest + "x'"),
        BAD_VALUE,
        field + " is longer than event.max-name-bytes, 64");
  }

  // What cannot be read at all

  @Test
  void rejectsARecordWithoutValue() {
    rejects(new byte[0], EMPTY, "The record has no value");
  }

  @Test
  void rejectsARecordOverTheSizeLimit() throws Exception {
    String event = event();
    decoder = new RunDecoder(limits(event.length(), 64, 512, 512, 128, 128), HASH_KEY);

    assertThat(row(event)).containsEntry("run_id", "r1");
    rejects(
        event + " ",
        TOO_LARGE,
        "The record has "
            + (event.length() + 1)
            + " bytes; event.max-bytes allows "
            + event.length());
  }

  @Test
  void rejectsWhatIsNotUtf8() {
    rejects(event("function", "'ä'").getBytes(ISO_8859_1), NOT_UTF8, "The record is not UTF-8");
    rejects(new byte[] {(byte) 0xff, (byte) 0xfe, '{', 0, '}', 0}, NOT_UTF8, "not UTF-8");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        " ",
        "null",
        "1",
        "'run'",
        "[]",
        "[{}]",
        "{",
        "{}}",
        "{'run_id':'r1'",
        "{'run_id':'r1',}",
        "{run_id:'r1'}",
        "{'run_id':r1}",
        "{'run_id' 'r1'}",
        "{'a':01}",
        "{'a':NaNa}",
        "{NaN:1}",
        "{'a':+Infinity}",
        "NaN",
        "{'a':[1,]}",
        "{'a':{'b':}}",
        "{'a':'\\x'}",
        "{'a':'\n'}",
        "run_id=r1",
        "{} {}"
      })
  void rejectsWhatIsNotOneJsonObject(String json) {
    rejects(json, NOT_JSON, " at byte ");
  }

  @Test
  void rejectsJsonOfAnotherEncoding() {
    rejects(event().getBytes(UTF_16LE), NOT_JSON, "expected a field's name in quotes, found byte");
  }

  @Test
  void saysWhereJsonIsBroken() {
    rejects("{'a':tru}", NOT_JSON, "expected true, false or null, found '}' at byte 8");
  }

  @Test
  void takesNumbersThatJsonDoesNotKnowForNull() throws Exception {
    assertThat(
            row(
                event(
                    "function", "NaN",
                    "response_time_ms", "-Infinity",
                    "input", "{'loss': NaN,'a':[Infinity,-Infinity , 'NaN, NaN']}",
                    "output", "NaN",
                    "resources", "{'cpu_ms':Infinity,'gpu_percent':1}",
                    "team", "[NaN]")))
        .containsEntry("function", "")
        .containsEntry("response_time", null)
        .containsEntry("input", quotes("{'loss': null,'a':[null,null , 'NaN, NaN']}"))
        .containsEntry("output", "")
        .containsEntry("cpu_ms", null)
        .containsEntry("gpu_percent", 1.0)
        .containsEntry("extra", quotes("{'team':[null]}"));
  }

  // Names of fields

  @Test
  void readsNamesInCamelCase() throws Exception {
    String snake =
        """
        {'run_id':'r1','script':'s','status':'ok','deployment_id':'d','deployment_version':3,
         'started_at':'2025-05-14T06:07:27.100Z','ended_at':'2025-05-14T06:07:27.238Z',
         'response_time_ms':5,'source_type':'api','trace_id':'t','attempt':2,
         'error':{'code':'E','message':'m','stack_trace':['a']},
         'resources':{'memory_bytes':1,'cpu_ms':2,'gpu_percent':3,'cold_start':true}}
        """;
    String camel =
        """
        {'runId':'r1','script':'s','status':'ok','deploymentId':'d','deploymentVersion':3,
         'startedAt':'2025-05-14T06:07:27.100Z','endedAt':'2025-05-14T06:07:27.238Z',
         'responseTimeMs':5,'sourceType':'api','traceId':'t','attempt':2,
         'error':{'errorCode':'E','errorMessage':'m','stackTrace':['a']},
         'resources':{'memoryBytes':1,'cpuMs':2,'gpuPercent':3,'coldStart':true}}
        """;

    assertThat(decode(camel).row).isEqualTo(decode(snake).row);
    assertThat(decode(snake.replace("run_id", "job_id").replace("script", "endpointId")).row)
        .isEqualTo(decode(snake).row);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'run_id':'one','runId':'two','job_id':3",
        "'job_id':3,'runId':'two','run_id':'one'",
        "'runId':'two','run_id':'one','job_id':3"
      })
  void prefersTheNameThatIsListedFirstAndKeepsTheOthers(String ids) throws Exception {
    Map<String, Object> row = row("{" + ids + "," + event("run_id", null).substring(1));

    assertThat(row).containsEntry("run_id", "one");
    assertThat((String) row.get("extra"))
        .contains(quotes("'runId':'two'"), quotes("'job_id':3"))
        .hasSize(quotes("{'runId':'two','job_id':3}").length());
  }

  @Test
  void prefersANameThatHasAValue() throws Exception {
    assertThat(row(event("run_id", "null", "jobId", "'j'")))
        .containsEntry("run_id", "j")
        .containsEntry("extra", "");
    assertThat(row(event("run_id", "'r'", "jobId", "null")))
        .containsEntry("run_id", "r")
        .containsEntry("extra", "");
  }

  @Test
  void readsTheAliasesOfTheOptions() throws Exception {
    decoder = withRules("--event.alias.run_id=execution, id", "--event.alias.code=kind");

    assertThat(row(event("run_id", null, "id", "7", "error", "{'kind':'E'}")))
        .containsEntry("run_id", "7")
        .containsEntry("error_code", "E");
    assertThat(row(event("execution", "'x'", "job_id", "'j'", "run_id", null)))
        .containsEntry("run_id", "j")
        .containsEntry("extra", quotes("{'execution':'x'}"));
  }

  @ParameterizedTest
  @CsvSource({
    "Europe/Berlin, 2025-05-14T04:07:27.100Z",
    "+05:30, 2025-05-14T00:37:27.100Z",
    "UTC, 2025-05-14T06:07:27.100Z"
  })
  void readsTimesWithoutAZoneInTheZoneOfTheOption(String zone, Instant start) throws Exception {
    decoder = withRules("--event.default-zone=" + zone);

    assertThat(row(event("started_at", "'2025-05-14T06:07:27.100'")))
        .containsEntry("executed_on", start);
    assertThat(row(event("started_at", "'2025-05-14 06:07:27,100'")))
        .containsEntry("executed_on", start);
    assertThat(row(event())).containsEntry("executed_on", START);
  }

  // Phases

  @Test
  void readsPhases() throws Exception {
    assertThat(
            row(event("phases", "{'queue':0.2,'cold start' : '1200','\\u00e4':8.8e1,'none':-0.0}")))
        .containsEntry("phases", Map.of("queue", 0.2, "cold start", 1200.0, "ä", 88.0, "none", 0.0))
        .containsEntry("extra", "");
  }

  @Test
  void keepsPhasesThatAreNoTimesInExtra() throws Exception {
    assertThat(
            row(
                event(
                    "phases",
                    "{'a':-1,'b':1e400,'c':'long','d':true,'e':{'f':1},'g':[1],'h':null,'i':1}")))
        .containsEntry("phases", Map.of("i", 1.0))
        .containsEntry(
            "extra",
            quotes("{'phases':{'a':-1,'b':1e400,'c':'long','d':true,'e':{'f':1},'g':[1]}}"));
    assertThat(row(event("phases", "'short'")))
        .containsEntry("phases", Map.of())
        .containsEntry("extra", quotes("{'phases':'short'}"));
  }

  @Test
  void addsUpThePhasesBeyondTheThirtySecond() throws Exception {
    String phases =
        IntStream.range(0, 40).mapToObj(i -> "'p" + i + "':" + i).collect(joining(",", "{", "}"));

    Map<?, ?> read = (Map<?, ?>) row(event("phases", phases)).get("phases");

    assertThat(read).hasSize(33);
    assertThat(read.get("p31")).isEqualTo(31.0);
    assertThat(read.get("other")).isEqualTo(32.0 + 33 + 34 + 35 + 36 + 37 + 38 + 39);
  }

  @Test
  void cutsLongNamesOfPhasesAndSaysSo() throws Exception {
    assertThat(row(event("phases", "{'" + "x".repeat(65) + "':1}")))
        .containsEntry("phases", Map.of("x".repeat(64), 1.0))
        .containsEntry("truncated", List.of("phases"));
  }

  // Names and documents

  @ParameterizedTest
  @ValueSource(strings = {"deployment_id", "function", "source_type", "source", "trace_id"})
  void takesANumberForAName(String field) throws Exception {
    assertThat(row(event(field, "67890"))).containsEntry(field, "67890").containsEntry("extra", "");
  }

  @ParameterizedTest
  @ValueSource(strings = {"deployment_id", "function", "source_type", "source", "trace_id"})
  void keepsANameOfAnotherTypeInExtra(String field) throws Exception {
    for (String value : List.of("true", "false", "['a', 1]", "{'a':'b'}")) {
      assertThat(row(event(field, value)))
          .containsEntry(field, "")
          .containsEntry("extra", quotes("{'" + field + "':" + value + "}"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"deployment_id", "function", "source_type", "source", "trace_id"})
  void cutsALongNameAndSaysSo(String field) throws Exception {
    assertThat(row(event(field, "'" + "x".repeat(64) + "'")))
        .containsEntry(field, "x".repeat(64))
        .containsEntry("truncated", List.of());
    assertThat(row(event(field, "'" + "x".repeat(63) + "\\u00e4'")))
        .as("no half characters")
        .containsEntry(field, "x".repeat(63))
        .containsEntry("truncated", List.of(field));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{ 'b' : 1.0,\n 'a' : [ ] }",
        "[1, 2e0, {'a': null}]",
        "'a \\\" ä 😀 text \\u0000'",
        "''",
        "0.10",
        "true",
        "false"
      })
  void keepsInputAndOutputAsTheJsonTextTheyCameAs(String document) throws Exception {
    assertThat(row(event("input", document, "output", document)))
        .containsEntry("input", quotes(document))
        .containsEntry("output", quotes(document))
        .containsEntry("truncated", List.of());
  }

  @Test
  void writesCharactersWhereAProducerEscapedThemSoThatSearchesFindThem() throws Exception {
    assertThat(
            row(
                event(
                    "input", "{'city':'Z\\u00fcrich','\\u20ac':'\\u003cb\\u003e'}",
                    "output", "'\\uD83D\\uDE00 \\u0007\\n\\u0022 https:\\/\\/a'",
                    "te\\u0061m", "['\\u00e4',1.0]")))
        .containsEntry("input", quotes("{'city':'Zürich','€':'<b>'}"))
        .containsEntry("output", quotes("'😀 \\u0007\\n\\u0022 https://a'"))
        .containsEntry("extra", quotes("{'team':['ä',1.0]}"));
  }

  @Test
  void replacesHalvesOfSurrogatePairsWhichClickHouseTakesForNoJson() throws Exception {
    assertThat(
            row(
                event(
                    "input", "{'a':['\\ud83d'],'n':7}",
                    "output", "'\\uD83D\\uDE00 \\udc00'",
                    "team", "'\\uDBFF'")))
        .containsEntry("input", quotes("{'a':['\ufffd'],'n':7}"))
        .containsEntry("output", quotes("'😀 \ufffd'"))
        .containsEntry("extra", quotes("{'team':'\ufffd'}"));
  }

  @Test
  void cutsLongDocumentsAndSaysSo() throws Exception {
    decoder = new RunDecoder(limits(1 << 20, 64, 10, 12, 128, 128), HASH_KEY);

    assertThat(row(event("input", "{'a':'1'}", "output", "{'a':'123'}")))
        .containsEntry("input", "{\"a\":\"1\"}")
        .containsEntry("output", "{\"a\":\"123\"}")
        .containsEntry("truncated", List.of());
    assertThat(row(event("input", "{'a':'12ä'}", "output", "{'a':'12345678'}")))
        .containsEntry("input", "{\"a\":\"12ä")
        .containsEntry("output", "{\"a\":\"123456")
        .containsEntry("truncated", List.of("input", "output"));
    assertThat(row(event("input", "'12345678ä'")))
        .as("no half characters")
        .containsEntry("input", "\"12345678")
        .containsEntry("truncated", List.of("input"));
  }

  @Test
  void keepsNoInputWhereNoneIsWanted() throws Exception {
    decoder = new RunDecoder(limits(1 << 20, 64, 0, 0, 128, 128), HASH_KEY);

    assertThat(row(event("input", "{}", "output", "1", "team", "'x'")))
        .containsEntry("input", "")
        .containsEntry("output", "")
        .containsEntry("extra", "")
        .containsEntry("truncated", List.of("input", "output", "extra"));
  }

  // Errors

  @Test
  void takesAStringForAnErrorsMessage() throws Exception {
    assertThat(row(event("error", "'it broke'")))
        .containsEntry("error_code", "")
        .containsEntry("error_message", "it broke")
        .containsEntry("error_stack", "")
        .containsEntry("extra", "");
  }

  @Test
  void takesANumberForAnErrorsCodeOrMessage() throws Exception {
    assertThat(row(event("error", "{'code':404,'message':1.50}")))
        .containsEntry("error_code", "404")
        .containsEntry("error_message", "1.50");
    assertThat(row(event("error", "500"))).containsEntry("error_message", "500");
  }

  @Test
  void readsAStackTraceOfLinesOrAsText() throws Exception {
    assertThat(row(event("error", "{'stack_trace':['a', '\\tat \\u00e4\\\\',\n'','b']}")))
        .containsEntry("error_stack", "a\n\tat ä\\\n\nb");
    assertThat(row(event("error", "{'stack_trace':'a\\n\\tat b'}")))
        .containsEntry("error_stack", "a\n\tat b");
    assertThat(row(event("error", "{'stack_trace':[ ]}")))
        .containsEntry("error_stack", "")
        .containsEntry("extra", "");
    assertThat(row(event("error", "{'stack_trace':[{'line': 3, 'in':'[,\\\"'} ,[ 1,2],null,7]}")))
        .containsEntry("error_stack", "{\"line\": 3, \"in\":\"[,\\\"\"}\n[ 1,2]\nnull\n7");
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "false", "['a','b']"})
  void keepsAnErrorOfAnotherTypeInExtra(String error) throws Exception {
    assertThat(row(event("error", error)))
        .containsEntry("error_message", "")
        .containsEntry("extra", quotes("{'error':" + error + "}"));
  }

  @Test
  void keepsPartsOfAnErrorThatItDoesNotUnderstandInExtra() throws Exception {
    assertThat(
            row(
                event(
                    "error",
                    "{'type':'E', 'code':['x'],'message':{'en':'no'},'stack_trace':true,"
                        + " 'retry' : false}",
                    "type",
                    "'T'")))
        .containsEntry("error_code", "")
        .containsEntry("error_message", "")
        .containsEntry("error_stack", "")
        .containsEntry(
            "extra",
            quotes(
                "{'error':{'code':['x'],'message':{'en':'no'},'stack_trace':true,'type':'E',"
                    + "'retry' : false},'type':'T'}"));
  }

  @Test
  void cutsLongErrorsAndSaysSo() throws Exception {
    decoder = new RunDecoder(limits(1 << 20, 4, 512, 512, 5, 6), HASH_KEY);

    assertThat(
            row(
                event(
                    "status",
                    "'ok'",
                    "error",
                    "{'code':'1234','message':'12345','stack_trace':['12','345']}")))
        .containsEntry("error_stack", "12\n345")
        .containsEntry("truncated", List.of());
    assertThat(
            row(
                event(
                    "status",
                    "'ok'",
                    "error",
                    "{'code':'12345','message':'1234ä','stack_trace':['12','3456']}")))
        .containsEntry("error_code", "1234")
        .containsEntry("error_message", "1234")
        .containsEntry("error_stack", "12\n345")
        .containsEntry("truncated", List.of("error_code", "error_message", "error_stack"));
    assertThat(row(event("status", "'ok'", "error", "{'stack_trace':'1234567'}")))
        .containsEntry("error_stack", "123456")
        .containsEntry("truncated", List.of("error_stack"));
    assertThat(row(event("status", "'ok'", "error", "'123456'")))
        .containsEntry("error_message", "12345")
        .containsEntry("truncated", List.of("error_message"));
  }

  // Resources

  @Test
  void readsResources() throws Exception {
    assertThat(
            row(
                event(
                    "resources",
                    "{'memory_bytes':8.6e9,'cpu_ms':0.25,'gpu_percent':99,'cold_start':false}")))
        .containsEntry("memory_bytes", 8_600_000_000L)
        .containsEntry("cpu_ms", 0.25)
        .containsEntry("gpu_percent", 99.0)
        .containsEntry("cold_start", false)
        .containsEntry("extra", "");
  }

  @Test
  void readsFiguresInQuotes() throws Exception {
    assertThat(
            row(event("resources", "{'memory_bytes':'1048576','cpu_ms':'12.5','gpu_percent':'0'}")))
        .containsEntry("memory_bytes", 1_048_576L)
        .containsEntry("cpu_ms", 12.5)
        .containsEntry("gpu_percent", 0.0)
        .containsEntry("extra", "");
  }

  @Test
  void keepsFiguresThatCannotBeInExtra() throws Exception {
    assertThat(
            row(
                event(
                    "resources",
                    "{'cold_start':1,'gpu_percent':1e400,'cpu_ms':-1,'memory_bytes':'8.2GB',"
                        + "'disk':{'read':1}}")))
        .containsEntry("memory_bytes", null)
        .containsEntry("cpu_ms", null)
        .containsEntry("gpu_percent", null)
        .containsEntry("cold_start", null)
        .containsEntry(
            "extra",
            quotes(
                "{'resources':{'memory_bytes':'8.2GB','cpu_ms':-1,'gpu_percent':1e400,"
                    + "'cold_start':1,'disk':{'read':1}}}"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"'much'", "3", "true", "[{}]"})
  void keepsResourcesOfAnotherTypeInExtra(String resources) throws Exception {
    assertThat(row(event("resources", resources)))
        .containsEntry("memory_bytes", null)
        .containsEntry("extra", quotes("{'resources':" + resources + "}"));
  }

  // Captured text

  @Test
  void takesCapturedTextAsOneStringOrAsLines() throws Exception {
    ScriptEvent event = decode(event("stdout", "'a\\r\\nb\\u00e4'", "stderr", "['c','d\\ne',3]"));

    assertThat(event.stdout).asString(UTF_8).isEqualTo("a\r\nbä");
    assertThat(event.stderr).asString(UTF_8).isEqualTo("c\nd\ne\n3");
    assertThat(decode(event("stdout", "42")).stdout).asString(UTF_8).isEqualTo("42");
  }

  @Test
  void takesTheCapturedTextOfAFailureToo() throws Exception {
    assertThat(decode(event("status", "'failed'", "stderr", "'x'")).stderr)
        .asString(UTF_8)
        .isEqualTo("x");
  }

  @Test
  void doesNotCutCapturedText() throws Exception {
    String text = "x".repeat(100_000);

    assertThat(decode(event("stdout", "'" + text + "'")).stdout).asString(UTF_8).isEqualTo(text);
  }

  @Test
  void hasNoCapturedTextWhereItIsEmpty() throws Exception {
    ScriptEvent event = decode(event("stdout", "''", "stderr", "null"));

    assertThat(event.stdout).isNull();
    assertThat(event.stderr).isNull();
    assertThat(RowReader.runRow(event.row)).containsEntry("extra", "");
  }

  @Test
  void keepsCapturedTextThatIsNoneOrComesWithAStartInExtra() throws Exception {
    assertThat(row(event("stdout", "{'lines':2}", "stderr", "false")))
        .containsEntry("extra", quotes("{'stdout':{'lines':2},'stderr':false}"));

    ScriptEvent start =
        decode(event("status", "'started'", "stdout", "'so far'", "stderr", "['a','b']"));
    assertThat(start.stdout).isNull();
    assertThat(start.stderr).isNull();
    assertThat(RowReader.runRow(start.row))
        .containsEntry("extra", quotes("{'stdout':'so far','stderr':['a','b']}"));
    assertThat(row(event("status", "'started'", "stdout", "''"))).containsEntry("extra", "");
  }

  // Extra

  @Test
  void keepsUnknownFieldsAsTheyCame() throws Exception {
    assertThat(
            row(event("team", "null", "tags", "[ 1.0 ,{'a' : '\\t'} ]", "Status", "'x'", "", "{}")))
        .containsEntry(
            "extra", quotes("{'team':null,'tags':[ 1.0 ,{'a' : '\\t'} ],'Status':'x','':{}}"));
  }

  @Test
  void leavesOutOfExtraWhatDoesNotFitAndSaysSo() throws Exception {
    decoder = new RunDecoder(limits(1 << 20, 64, 20, 512, 128, 128), HASH_KEY);

    assertThat(row(event("a", "12", "b", "'1234567'")))
        .containsEntry("extra", quotes("{'a':12}"))
        .containsEntry("truncated", List.of("extra"));
    assertThat(row(event("a", "12", "b", "'12345'")))
        .as("20 bytes")
        .containsEntry("extra", quotes("{'a':12,'b':'12345'}"))
        .containsEntry("truncated", List.of());
    assertThat(row(event("error", "{'a':123456}")))
        .as("22 bytes, and nothing of the object around it")
        .containsEntry("extra", "")
        .containsEntry("truncated", List.of("extra"));
    assertThat(row(event("error", "{'a':1234}")))
        .as("20 bytes")
        .containsEntry("extra", quotes("{'error':{'a':1234}}"))
        .containsEntry("truncated", List.of());
    assertThat(row(event("error", "{'a':12345}"))).containsEntry("extra", "");
    assertThat(row(event("big", "'" + "x".repeat(30) + "'", "c", "1")))
        .as("the fields behind it")
        .containsEntry("extra", quotes("{'c':1}"))
        .containsEntry("truncated", List.of("extra"));
  }

  // Masking

  @Test
  void masksWhatARunSaysAndNamesTheColumns() throws Exception {
    decoder = maskingPins(LIMITS);

    assertThat(
            row(
                event(
                    "input",
                    "{'pin':'pin-\\u0031234', 'n':[1]}",
                    "output",
                    "'my pin-1234'",
                    "error",
                    "{'code':'pin-1','message':'no pin-22 here','stack_trace':['a','pin-3'],'x':'pin-4'}",
                    "tag",
                    "'pin-5'")))
        .containsEntry("input", quotes("{'pin':'[redacted:pin]', 'n':[1]}"))
        .containsEntry("output", quotes("'my [redacted:pin]'"))
        .containsEntry("error_code", "[redacted:pin]")
        .containsEntry("error_message", "no [redacted:pin] here")
        .containsEntry("error_stack", "a\n[redacted:pin]")
        .containsEntry("extra", quotes("{'error':{'x':'[redacted:pin]'},'tag':'[redacted:pin]'}"))
        .containsEntry("truncated", List.of())
        .containsEntry(
            "redacted",
            List.of("error_code", "error_message", "error_stack", "input", "output", "extra"));
  }

  @Test
  void masksAnErrorThatIsAText() throws Exception {
    decoder = maskingPins(LIMITS);

    assertThat(row(event("error", "'no pin-1'")))
        .containsEntry("error_message", "no [redacted:pin]")
        .containsEntry("redacted", List.of("error_message"));
  }

  @Test
  void writesTheSameRowWhereNothingIsMasked() throws Exception {
    String[] fields = {
      "input",
      "{'a':'\\u00e4' }",
      "output",
      "[1.50]",
      "error",
      "{'message':'\\n','stack_trace':'x'}",
      "more",
      "1"
    };
    String[] long1 = {"input", "'" + "x".repeat(1000) + "'", "error", "'" + "ä".repeat(100) + "'"};

    assertThat(maskingPins(LIMITS).decode(record(event(fields)), ARRIVAL.toEpochMilli()).row)
        .isEqualTo(decode(event(fields)).row);
    assertThat(maskingPins(LIMITS).decode(record(event(long1)), ARRIVAL.toEpochMilli()).row)
        .isEqualTo(decode(event(long1)).row);
  }

  @Test
  void neverMasksWhatARunIsFoundBy() throws Exception {
    decoder = maskingPins(LIMITS);
    String event =
        event(
            "account", "'pin-1'", "run_id", "'pin-2'", "script", "'pin-3'", "function", "'pin-4'");

    assertThat(row(event))
        .containsEntry("account", "pin-1")
        .containsEntry("run_id", "pin-2")
        .containsEntry("script", "pin-3")
        .containsEntry("function", "pin-4")
        .containsEntry("redacted", List.of());
  }

  @Test
  void masksBeforeItCuts() throws Exception {
    decoder = maskingPins(limits(1 << 20, 64, 20, 20, 20, 20));

    assertThat(
            row(
                event(
                    "input", "'" + "x".repeat(12) + "pin-1234567'", "error", "'0123456789pin-1'")))
        .as("what is cut is the mask")
        .containsEntry("input", quotes("'xxxxxxxxxxxx[redact"))
        .containsEntry("error_message", "0123456789[redacted:")
        .containsEntry("truncated", List.of("error_message", "input"))
        .containsEntry("redacted", List.of("error_message", "input"));
    assertThat(row(event("error", "'pin-" + "1".repeat(100) + "'")))
        .as("what fits now is not cut")
        .containsEntry("error_message", "[redacted:pin]")
        .containsEntry("truncated", List.of());
    assertThat(row(event("error", "'pin-" + "1".repeat(100_000) + "'")))
        .as("nobody looked further")
        .containsEntry("error_message", "[redacted:pin]")
        .containsEntry("truncated", List.of("error_message"));
    assertThat(row(event("a", "'pin-1'")))
        .as("extra has no room for the mask")
        .containsEntry("extra", "")
        .containsEntry("truncated", List.of("extra"))
        .containsEntry("redacted", List.of());
  }

  @Test
  void leavesCapturedTextForItsEntriesToMask() throws Exception {
    decoder = maskingPins(LIMITS);

    assertThat(decode(event("stdout", "'pin-1'")).stdout).asString(UTF_8).isEqualTo("pin-1");
  }

  @Test
  void neverLetsAnEventOutliveTheNextOne() throws Exception {
    byte[] plain = decode(event()).row;
    decode(event("x", "1", "function", "'" + "f".repeat(100) + "'", "error", "{'y':1}"));

    assertThat(decode(event()).row).isEqualTo(plain);
  }

  @Test
  void cutsAnOverlongDetail() {
    UnusableRecordException e = rejection(event("status", "'" + "x".repeat(1000) + "'"));

    assertThat(e.getMessage()).hasSizeLessThan(200).endsWith("xxx…\"");
    assertThat(new UnusableRecordException(BAD_VALUE, "x".repeat(1000)).getMessage())
        .hasSize(501)
        .endsWith("x…");
  }

  @Test
  void costsNoStackTraceToReject() {
    assertThat(rejection("{}").getStackTrace()).isEmpty();
  }

  private void rejects(String json, DeadLetterReason reason, String detail) {
    rejects(quotes(json).getBytes(UTF_8), reason, detail);
  }

  private void rejects(byte[] value, DeadLetterReason reason, String detail) {
    UnusableRecordException e = rejection(value);
    assertThat(e).as("rejected").isNotNull();
    assertThat(e).hasMessageContaining(detail);
    assertThat(e.reason()).isEqualTo(reason);
  }

  private UnusableRecordException rejection(String json) {
    return rejection(quotes(json).getBytes(UTF_8));
  }

  private UnusableRecordException rejection(byte[] value) {
    KafkaRecord record = new KafkaRecord("script-runs", 3, 42, ARRIVAL.toEpochMilli(), value);
    return catchThrowableOfType(
        UnusableRecordException.class, () -> decoder.decode(record, ARRIVAL.toEpochMilli()));
  }

  private Map<String, Object> row(String json) throws UnusableRecordException {
    return RowReader.runRow(decode(json).row);
  }

  private ScriptEvent decode(String json) throws UnusableRecordException {
    return decoder.decode(record(json), ARRIVAL.toEpochMilli());
  }

  private static KafkaRecord record(String json) {
    return new KafkaRecord(
        "script-runs", 3, 42, ARRIVAL.toEpochMilli(), quotes(json).getBytes(UTF_8));
  }

  private static List<Long> identity(ScriptEvent event) {
    return List.of(event.hashHigh, event.hashLow);
  }

  /** A good event, with these fields changed or, where the value is null, without them. */
  private static String event(String... changes) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("run_id", "'r1'");
    fields.put("script", "'s1'");
    fields.put("status", "'success'");
    fields.put("started_at", "'2025-05-14T06:07:27.100Z'");
    for (int i = 0; i < changes.length; i += 2) {
      fields.put(changes[i], changes[i + 1]);
    }
    return fields.entrySet().stream()
        .filter(field -> field.getValue() != null)
        .map(field -> "'" + field.getKey() + "':" + field.getValue())
        .collect(joining(",", "{", "}"));
  }

  private static RunDecoder maskingPins(EventLimits limits) {
    Redaction redaction = new Redaction(Map.of("pin", Pattern.compile("pin-\\d+")));
    return new RunDecoder(
        limits, EventRules.DEFAULT, HASH_KEY, new Redactor(redaction, new SimpleCounter()));
  }

  private static RunDecoder withRules(String... options) {
    return new RunDecoder(LIMITS, EventRulesTest.rules(options), HASH_KEY, Redactor.ofNothing());
  }

  /** Single quotes read better in Java. */
  private static String quotes(String json) {
    return json.replace('\'', '"');
  }

  private static String quoted(Instant time) {
    return "'" + time + "'";
  }

  private static String alternating(String word) {
    StringBuilder spelled = new StringBuilder();
    for (int i = 0; i < word.length(); i++) {
      char letter = word.charAt(i);
      spelled.append(i % 2 == 0 ? letter : Character.toUpperCase(letter));
    }
    return spelled.toString();
  }

  private static EventLimits limits(
      int bytes, int name, int input, int output, int message, int stackTrace) {
    return new EventLimits(
        Duration.ofDays(30).toMillis(),
        Duration.ofDays(1).toMillis(),
        bytes,
        name,
        input,
        output,
        message,
        stackTrace,
        64,
        30,
        Map.of());
  }
}
