package dev.scriptanalytics.decode.otlp;

import static dev.scriptanalytics.decode.DecodedLogs.HASH_KEY;
import static dev.scriptanalytics.decode.DecodedLogs.emptyRow;
import static dev.scriptanalytics.decode.DecodedLogs.limits;
import static dev.scriptanalytics.decode.DecodedLogs.with;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.ByteString;
import dev.scriptanalytics.decode.DecodedLogs;
import dev.scriptanalytics.decode.EventLimits;
import dev.scriptanalytics.decode.EventRules;
import dev.scriptanalytics.decode.RecordDecoder;
import dev.scriptanalytics.decode.RunDecoder;
import dev.scriptanalytics.decode.UnusableRecordException;
import dev.scriptanalytics.event.DeadLetterReason;
import dev.scriptanalytics.kafka.KafkaRecord;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.common.v1.KeyValueList;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.LogsData;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.opentelemetry.proto.logs.v1.SeverityNumber;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OtlpDecodersTest {
  private static final Instant ARRIVAL = Instant.parse("2026-11-02T10:15:00Z");
  private static final long NANOS = ARRIVAL.toEpochMilli() * 1_000_000 - 1_234_567_890L;
  private static final EventLimits LIMITS = limits(Duration.ofDays(30));

  // The examples of the protocol

  @Test
  void readsTheProtocolsExampleOfLogs() throws Exception {
    EventLimits old = limits(Duration.ofDays(3650));

    DecodedLogs decoded =
        DecodedLogs.of(
            new OtlpLogDecoder(old, HASH_KEY, DecodedLogs.UNMASKED),
            resource("logs.json"),
            ARRIVAL);

    Map<String, Object> row = decoded.rows().get(0);
    assertThat(decoded.events()).hasSize(1);
    assertThat(decoded.unusable()).isEmpty();
    assertThat((String) row.get("log_id")).matches("[0-9a-f]{32}");
    assertThat(row)
        .isEqualTo(
            with(
                emptyRow(),
                "retention_days",
                3650,
                "timestamp",
                Instant.parse("2018-12-13T14:51:00.300Z"),
                "script",
                "my.service",
                "log_id",
                row.get("log_id"),
                "original_level",
                "Information",
                "log_message",
                "Example log record",
                "source",
                "my.library",
                "metadata",
                "{\"string.attribute\":\"some string\",\"boolean.attribute\":true,"
                    + "\"int.attribute\":10,\"double.attribute\":637.704,"
                    + "\"array.attribute\":[\"many\",\"values\"],"
                    + "\"map.attribute\":{\"some.map.key\":\"some value\"}}",
                "trace_id",
                "5b8efff798038103d269b633813fc60c",
                "span_id",
                "eee19b7ec3c1b174",
                "extra",
                "{\"resource\":{\"service.name\":\"my.service\"},"
                    + "\"scope\":{\"name\":\"my.library\",\"version\":\"1.0.0\","
                    + "\"attributes\":{\"my.scope.attribute\":\"some scope attribute\"}}}"));
  }

  @Test
  void skipsTheProtocolsExampleOfASpanBecauseItIsOfNoRun() throws Exception {
    DecodedLogs decoded =
        DecodedLogs.of(
            new OtlpSpanDecoder(
                limits(Duration.ofDays(3650)), EventRules.DEFAULT, HASH_KEY, DecodedLogs.UNMASKED),
            resource("trace.json"),
            ARRIVAL);

    assertThat(decoded.events()).isEmpty();
    assertThat(decoded.unusable()).isEmpty();
    assertThat(decoded.skipped()).hasValue(1);
  }

  @Test
  void makesARunOfTheProtocolsExampleOfASpanOnceItHasAnInvocation() throws Exception {
    String span =
        new String(resource("trace.json"), UTF_8)
            .replace(
                "\"attributes\": [\n                {\n                  \"key\": \"my.span.attr\"",
                "\"attributes\": [\n"
                    + "{\"key\":\"faas.invocation_id\",\"value\":{\"stringValue\":\"run_1\"}},"
                    + "{\"key\": \"my.span.attr\"");

    DecodedLogs decoded =
        DecodedLogs.of(
            new OtlpSpanDecoder(
                limits(Duration.ofDays(3650)), EventRules.DEFAULT, HASH_KEY, DecodedLogs.UNMASKED),
            span.getBytes(UTF_8),
            ARRIVAL);

    assertThat(decoded.unusable()).isEmpty();
    assertThat(decoded.runRows())
        .singleElement()
        .satisfies(
            row ->
                assertThat(row)
                    .containsEntry("run_id", "run_1")
                    .containsEntry("script", "my.service")
                    .containsEntry("status", "Success")
                    .containsEntry("response_time", 1000.0)
                    .containsEntry("executed_on", Instant.parse("2018-12-13T14:51:00Z"))
                    .containsEntry("ended_on", Instant.parse("2018-12-13T14:51:01Z"))
                    .containsEntry("function", "I'm a server span")
                    .containsEntry("trace_id", "5b8efff798038103d269b633813fc60c")
                    .extractingByKey("extra")
                    .asString()
                    .contains("\"my.span.attr\":\"some value\"", "eee19b7ec3c1b173"));
  }

  // Logs

  @Test
  void readsAFullLogRecord() throws Exception {
    LogRecord record =
        log("it failed")
            .setSeverityNumber(SeverityNumber.SEVERITY_NUMBER_ERROR2)
            .setSeverityText("SEVERE")
            .setTraceId(ByteString.fromHex("5b8efff798038103d269b633813fc60c"))
            .setSpanId(ByteString.fromHex("eee19b7ec3c1b174"))
            .setFlags(1)
            .setEventName("ev")
            .setDroppedAttributesCount(2)
            .addAttributes(text("faas.invocation_id", "run_1"))
            .addAttributes(text("log.record.uid", "uid-1"))
            .addAttributes(text("exception.type", "java.io.IOException"))
            .addAttributes(text("exception.message", "disk full"))
            .addAttributes(text("exception.stacktrace", "at a\nat b"))
            .addAttributes(text("code.function.name", "save"))
            .addAttributes(attribute("gpu", AnyValue.newBuilder().setIntValue(93)))
            .build();

    DecodedLogs decoded = decodeLogs(batch(record, resourceOf("faas.version", "7")));

    assertThat(decoded.unusable()).isEmpty();
    assertThat(decoded.rows())
        .containsExactly(
            with(
                emptyRow(),
                "timestamp",
                Instant.ofEpochSecond(0, NANOS / 1000 * 1000),
                "log_level",
                "Error",
                "original_level",
                "SEVERE",
                "log_message",
                "it failed",
                "account",
                "acme",
                "script",
                "Resize",
                "run_id",
                "run_1",
                "log_id",
                "uid-1",
                "deployment_version",
                7,
                "function",
                "save",
                "source_type",
                "http",
                "source",
                "my.lib",
                "error_code",
                "java.io.IOException",
                "stack_trace",
                "at a\nat b",
                "trace_id",
                "5b8efff798038103d269b633813fc60c",
                "span_id",
                "eee19b7ec3c1b174",
                "metadata",
                "{\"exception.message\":\"disk full\",\"gpu\":93}",
                "extra",
                "{\"event_name\":\"ev\",\"flags\":1,\"dropped_attributes_count\":2,"
                    + "\"resource\":{\"faas.name\":\"Resize\",\"service.name\":\"svc\","
                    + "\"account\":\"acme\",\"faas.trigger\":\"http\",\"faas.version\":\"7\"},"
                    + "\"scope\":{\"name\":\"my.lib\",\"version\":\"2\"}}"));
  }

  @Test
  void takesAVersionThatIsNoNumberForTheDeployment() throws Exception {
    assertThat(decodeLogs(batch(log("m").build(), resourceOf("faas.version", "3000000000"))).rows())
        .extracting(row -> row.get("deployment_version"))
        .containsExactly(3_000_000_000L);
    assertThat(decodeLogs(batch(log("m").build(), resourceOf("faas.version", "v7-beta"))).rows())
        .singleElement()
        .satisfies(
            row ->
                assertThat(row)
                    .containsEntry("deployment_version", 0)
                    .containsEntry("deployment_id", "v7-beta"));
  }

  @Test
  void takesTheNearestAttributeOfRecordScopeAndResource() throws Exception {
    LogRecord record = log("m").addAttributes(text("account", "of the record")).build();

    assertThat(decodeLogs(batch(record, resourceOf("a", "b"))).rows())
        .singleElement()
        .satisfies(row -> assertThat(row).containsEntry("account", "of the record"));
  }

  @ParameterizedTest
  @CsvSource({
    "0, '', Info",
    "1, '', Debug",
    "8, '', Debug",
    "9, whatever, Info",
    "13, '', Warning",
    "17, '', Error",
    "21, '', Fatal",
    "24, '', Fatal",
    "25, '', Info",
    "0, WARN, Warning",
    "0, strange, Info"
  })
  void takesTheLevelFromTheNumberAndElseFromTheWord(int number, String text, String level)
      throws Exception {
    LogRecord record = log("m").setSeverityNumberValue(number).setSeverityText(text).build();

    assertThat(decodeLogs(batch(record, resourceOf("a", "b"))).rows())
        .singleElement()
        .satisfies(
            row ->
                assertThat(row)
                    .containsEntry("log_level", level)
                    .containsEntry("original_level", text));
  }

  @Test
  void findsAMessageWhereverItStands() throws Exception {
    LogRecord.Builder structured =
        log("")
            .setBody(
                AnyValue.newBuilder()
                    .setKvlistValue(
                        KeyValueList.newBuilder()
                            .addValues(text("msg", "within"))
                            .addValues(text("other", "x"))));
    LogRecord.Builder list =
        log("")
            .setBody(
                AnyValue.newBuilder()
                    .setArrayValue(
                        ArrayValue.newBuilder()
                            .addValues(AnyValue.newBuilder().setIntValue(1))
                            .addValues(AnyValue.newBuilder().setDoubleValue(Double.NaN))));
    LogRecord.Builder exception =
        log("").clearBody().addAttributes(text("exception.message", "broken"));
    LogRecord.Builder event = log("").clearBody().setEventName("started");
    LogRecord.Builder nothing = log("").clearBody();

    DecodedLogs decoded =
        decodeLogs(
            batch(
                List.of(
                    structured.build(),
                    list.build(),
                    exception.build(),
                    event.build(),
                    nothing.build()),
                resourceOf("a", "b")));

    assertThat(decoded.rows())
        .extracting(row -> row.get("log_message"))
        .containsExactly("within", "[1,\"NaN\"]", "broken", "started", "");
    assertThat((String) decoded.rows().get(0).get("extra"))
        .contains("\"body\":{\"msg\":\"within\",\"other\":\"x\"}");
    assertThat(decoded.unusable()).isEmpty();
  }

  @Test
  void takesTheObservedTimeOrElseThatOfTheArrivalWhereNoOtherIsKnown() throws Exception {
    LogRecord observed = log("m").clearTimeUnixNano().setObservedTimeUnixNano(NANOS).build();
    LogRecord never = log("m").clearTimeUnixNano().build();
    LogRecord farAhead = log("m").setTimeUnixNano(-1).build();

    DecodedLogs decoded =
        decodeLogs(batch(List.of(observed, never, farAhead), resourceOf("a", "b")));

    assertThat(decoded.rows())
        .extracting(row -> row.get("timestamp"))
        .containsExactly(Instant.ofEpochSecond(0, NANOS / 1000 * 1000), ARRIVAL);
    assertThat(decoded.unusable())
        .extracting(DecodedLogs.Unusable::reason)
        .containsExactly(DeadLetterReason.TOO_FAR_AHEAD);
  }

  // Spans

  @Test
  void makesAFailedRunAndItsEntriesOfASpanWithAnException() throws Exception {
    Span span =
        span()
            .setStatus(
                Status.newBuilder()
                    .setCode(Status.StatusCode.STATUS_CODE_ERROR)
                    .setMessage("the card was refused"))
            .addAttributes(text("http.route", "/pay"))
            .addAttributes(attribute("faas.coldstart", AnyValue.newBuilder().setBoolValue(true)))
            .addEvents(
                Span.Event.newBuilder()
                    .setName("asked the bank")
                    .setTimeUnixNano(NANOS + 5_000)
                    .addAttributes(attribute("amount", AnyValue.newBuilder().setIntValue(12))))
            .addEvents(
                Span.Event.newBuilder()
                    .setName("exception")
                    .setTimeUnixNano(NANOS + 6_000)
                    .addAttributes(text("exception.type", "Refused"))
                    .addAttributes(text("exception.message", "no money"))
                    .addAttributes(text("exception.stacktrace", "at pay")))
            .build();

    DecodedLogs decoded = decodeSpans(spans(span));

    assertThat(decoded.unusable()).isEmpty();
    assertThat(decoded.runRows())
        .singleElement()
        .satisfies(
            row ->
                assertThat(row)
                    .containsEntry("version", 2)
                    .containsEntry("status", "Failed")
                    .containsEntry("account", "acme")
                    .containsEntry("script", "Resize")
                    .containsEntry("run_id", "run_1")
                    .containsEntry("deployment_version", 7)
                    .containsEntry("response_time", null)
                    .containsEntry("function", "POST /pay")
                    .containsEntry("source", "/pay")
                    .containsEntry("source_type", "http")
                    .containsEntry("cold_start", true)
                    .containsEntry("error_code", "Refused")
                    .containsEntry("error_message", "the card was refused")
                    .containsEntry("error_stack", "at pay"));
    assertThat(decoded.rows())
        .extracting(
            row -> row.get("log_level"),
            row -> row.get("log_message"),
            row -> row.get("error_code"),
            row -> row.get("metadata"),
            row -> row.get("log_id"),
            row -> row.get("deployment_version"),
            row -> row.get("run_id"))
        .containsExactly(
            tuple(
                "Info",
                "asked the bank",
                "",
                "{\"amount\":12}",
                "5b8efff798038103d269b633813fc60c-eee19b7ec3c1b174-0",
                7,
                "run_1"),
            tuple(
                "Error",
                "no money",
                "Refused",
                "",
                "5b8efff798038103d269b633813fc60c-eee19b7ec3c1b174-1",
                7,
                "run_1"));
    assertThat(decoded.events().get(0).hashHigh)
        .as("the run and its entries meet")
        .isEqualTo(decoded.events().get(1).hashHigh);
  }

  @Test
  void countsAsARunTheOneThatARunEventOfThatIdTellsOf() throws Exception {
    byte[] event =
        ("{\"account\":\"acme\",\"run_id\":\"run_1\",\"script\":\"s\",\"status\":\"started\","
                + "\"started_at\":\""
                + ARRIVAL
                + "\"}")
            .getBytes(UTF_8);

    var ofEvent =
        new RunDecoder(LIMITS, HASH_KEY)
            .decode(
                new KafkaRecord("t", 0, 0, ARRIVAL.toEpochMilli(), event), ARRIVAL.toEpochMilli());
    var ofSpan = decodeSpans(spans(span().build())).events().get(0);

    assertThat(ofSpan.hashHigh).isEqualTo(ofEvent.hashHigh);
    assertThat(ofSpan.hashLow).isEqualTo(ofEvent.hashLow);
  }

  @Test
  void takesASpanWithoutAnEndForARunInProgress() throws Exception {
    assertThat(decodeSpans(spans(span().clearEndTimeUnixNano().build())).runRows())
        .singleElement()
        .satisfies(
            row ->
                assertThat(row)
                    .containsEntry("version", 1)
                    .containsEntry("status", "In Progress")
                    .containsEntry("ended_on", null));
  }

  @Test
  void rejectsSpansThatCannotBeRuns() throws Exception {
    DecodedLogs decoded =
        decodeSpans(
            spans(
                span().clearStartTimeUnixNano().build(),
                span().setEndTimeUnixNano(NANOS - 61_000_000_000L).build(),
                span().addAttributes(0, text("account", "x".repeat(2000))).build(),
                span().build()));

    assertThat(decoded.unusable())
        .extracting(DecodedLogs.Unusable::item, DecodedLogs.Unusable::reason)
        .containsExactly(
            tuple(0, DeadLetterReason.MISSING_FIELD),
            tuple(1, DeadLetterReason.BAD_VALUE),
            tuple(2, DeadLetterReason.BAD_VALUE));
    assertThat(decoded.runRows()).hasSize(1);
  }

  // Forms

  @Test
  void readsFromJsonWhatItReadsFromProtobuf() throws Exception {
    LogRecord record =
        log("m")
            .setTraceId(ByteString.fromHex("5b8efff798038103d269b633813fc60c"))
            .addAttributes(
                attribute(
                    "bytes", AnyValue.newBuilder().setBytesValue(ByteString.copyFromUtf8("x"))))
            .addAttributes(attribute("big", AnyValue.newBuilder().setIntValue(Long.MIN_VALUE)))
            .addAttributes(attribute("d", AnyValue.newBuilder().setDoubleValue(1.5)))
            .build();
    String json =
        """
         {"resourceLogs":[{"resource":{"attributes":[
            {"key":"faas.name","value":{"stringValue":"Resize"}},
            {"key":"service.name","value":{"stringValue":"svc"}},
            {"key":"account","value":{"stringValue":"acme"}},
            {"key":"faas.trigger","value":{"stringValue":"http"}},
            {"key":"a","value":{"stringValue":"b"}}]},
          "scopeLogs":[{"scope":{"name":"my.lib","version":"2"},"logRecords":[
            {"timeUnixNano":"%d","body":{"stringValue":"m"},"unknown":{"x":[1]},"flags":0,
             "severityNumber":"SEVERITY_NUMBER_INFO",
             "traceId":"5B8EFFF798038103D269B633813FC60C","attributes":[
             {"key":"bytes","value":{"bytesValue":"eA=="}},
             {"key":"big","value":{"intValue":"-9223372036854775808"}},
             {"key":"d","value":{"doubleValue":1.5}}]}]}]}]}
        """
            .formatted(NANOS);

    LogRecord info = record.toBuilder().setSeverityNumberValue(9).build();
    assertThat(decodeLogs(json.getBytes(UTF_8)).rows())
        .isEqualTo(decodeLogs(batch(info, resourceOf("a", "b"))).rows())
        .hasSize(1);
  }

  @Test
  void readsProtobufThatBeginsLikeJsonBehindALineFeed() throws Exception {
    for (int length = 0; length < 200; length++) {
      byte[] batch = batch(log("x".repeat(1 + length)).build(), Resource.getDefaultInstance());
      assertThat(decodeLogs(batch).rows()).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"-1\"", "-1", "\"18446744073709551616\"", "1.5", "\"soon\"", "{}"})
  void takesNoTimeForAnotherThatItsBitsCouldMean(String time) throws Exception {
    DecodedLogs decoded =
        decodeLogs(logJson("\"timeUnixNano\":" + time + ",\"body\":{\"stringValue\":\"m\"}"));

    assertThat(decoded.rows()).isEmpty();
    assertThat(decoded.unusable())
        .extracting(DecodedLogs.Unusable::reason)
        .containsExactly(DeadLetterReason.WRONG_TYPE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\"9223372036854775808\"", "9223372036854775808", "\"-9223372036854775809\""})
  void takesNoIntegerForAnotherThatItsBitsCouldMean(String integer) throws Exception {
    String value = "{\"intValue\":" + integer + "}";

    DecodedLogs decoded =
        decodeLogs(
            logJson(
                "\"timeUnixNano\":\"%d\",\"body\":%s,\"attributes\":[{\"key\":\"n\",\"value\":%s}]"
                    .formatted(NANOS, value, value)));

    assertThat(decoded.unusable()).isEmpty();
    assertThat(decoded.rows())
        .extracting(row -> row.get("log_message"), row -> row.get("metadata"))
        .containsExactly(tuple(value, "{\"n\":" + value + "}"));
  }

  @Test
  void keepsMetadataJsonThatCanBeFilteredWhereAnAttributeHasHalfACharacter() throws Exception {
    String json =
        """
        {"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"%d",
          "body":{"stringValue":"m"},"attributes":[
            {"key":"cut","value":{"stringValue":"x\\ud83d"}},
            {"key":"gpu","value":{"intValue":"95"}}]}]}]}]}
        """
            .formatted(NANOS);

    assertThat(decodeLogs(json.getBytes(UTF_8)).rows())
        .extracting(row -> row.get("metadata"))
        .containsExactly("{\"cut\":\"x\ufffd\",\"gpu\":95}");
  }

  @Test
  void letsTheOthersThroughWhereOneRecordIsBad() throws Exception {
    String json =
        ("{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":["
                + "{\"timeUnixNano\":1.5,\"body\":{\"stringValue\":\"a\"}},"
                + "7,"
                + "{\"timeUnixNano\":\"%1$d\",\"traceId\":\"xyz\",\"body\":{\"stringValue\":\"b\"}},"
                + "{\"timeUnixNano\":%1$d,\"body\":{\"stringValue\":\"c\"}}]}]}]}")
            .formatted(NANOS);

    DecodedLogs decoded = decodeLogs(json.getBytes(UTF_8));

    assertThat(decoded.rows())
        .extracting(
            row -> row.get("log_message"), row -> row.get("trace_id"), row -> row.get("metadata"))
        .containsExactly(tuple("b", "", "{\"traceId\":\"xyz\"}"), tuple("c", "", ""));
    assertThat(decoded.unusable())
        .extracting(DecodedLogs.Unusable::item, DecodedLogs.Unusable::reason)
        .containsExactly(
            tuple(0, DeadLetterReason.WRONG_TYPE), tuple(1, DeadLetterReason.WRONG_TYPE));
    assertThat(decoded.unusable().get(1).bytes()).isEqualTo("7");
  }

  @Test
  void letsTheOthersThroughWhereOneMessageIsBad() throws Exception {
    byte[] batch =
        batch(
            List.of(log("one").build(), log("zzzz").build(), log("three").build()),
            resourceOf("a", "b"));
    // The tag of the body becomes one of a type that does not exist.
    batch[new String(batch, ISO_8859_1).indexOf("zzzz") - 4] = 0x2f;

    DecodedLogs decoded = decodeLogs(batch);

    assertThat(decoded.rows())
        .extracting(row -> row.get("log_message"))
        .containsExactly("one", "three");
    assertThat(decoded.unusable())
        .extracting(DecodedLogs.Unusable::item, DecodedLogs.Unusable::reason)
        .containsExactly(tuple(1, DeadLetterReason.NOT_PROTOBUF));
    assertThat(decoded.unusable().get(0).bytes()).contains("zzzz");
  }

  @Test
  void givesEachBadEventOfASpanANumberOfItsOwn() throws Exception {
    Span.Event good = Span.Event.newBuilder().setTimeUnixNano(NANOS).setName("good").build();
    Span.Event bad = good.toBuilder().setTimeUnixNano(5).build();
    Span span = span().addEvents(bad).addEvents(good).addEvents(bad).build();

    DecodedLogs decoded = decodeSpans(spans(span, span().clearStartTimeUnixNano().build(), span));

    assertThat(decoded.unusable())
        .extracting(DecodedLogs.Unusable::item)
        .containsExactly(1, 3, 4, 6, 8);
    assertThat(decoded.events())
        .filteredOn(event -> event.origin != null)
        .extracting(event -> event.origin.item())
        .as("the last span is a copy of the first, and a child")
        .containsExactly(0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        " { } ",
        "{\"resourceLogs\":[]}",
        "{\"resource_logs\":null}",
        "{\"resourceLogs\":[{}]}",
        "{\"resourceLogs\":[{\"resource\":{},\"scopeLogs\":[]}]}",
        "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[]}]}]}",
        "\n\0",
        "\n\2\22\0"
      })
  void makesNothingOfAnEmptyBatch(String record) throws Exception {
    DecodedLogs decoded = decodeLogs(record.getBytes(UTF_8));

    assertThat(decoded.events()).isEmpty();
    assertThat(decoded.unusable()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"resourceSpans\":[{\"scopeSpans\":[]}]}", "8 8 8 "})
  void rejectsABatchOfAnotherKind(String record) {
    assertThatThrownBy(() -> decodeLogs(record.getBytes(UTF_8)))
        .isInstanceOfSatisfying(
            UnusableRecordException.class,
            e -> assertThat(e.reason()).isEqualTo(DeadLetterReason.MISSING_FIELD));
  }

  @Test
  void rejectsSpansOnATopicOfLogs() throws Exception {
    DecodedLogs decoded = decodeLogs(spans(span().build(), span().build()));

    assertThat(decoded.events()).isEmpty();
    assertThat(decoded.unusable())
        .extracting(DecodedLogs.Unusable::reason)
        .containsExactly(DeadLetterReason.NOT_PROTOBUF, DeadLetterReason.NOT_PROTOBUF);
  }

  @Test
  void refusesMoreItemsThanAnyExporterSends() {
    String many =
        "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[" + "{},".repeat(100_000) + "{}]}]}]}";
    String manyNodes = "{\"resourceLogs\":[" + "[],".repeat(600_000) + "[]]}";
    ScopeLogs.Builder scope = ScopeLogs.newBuilder();
    for (int i = 0; i < 100_001; i++) {
      scope.addLogRecords(LogRecord.getDefaultInstance());
    }
    byte[] messages =
        LogsData.newBuilder()
            .addResourceLogs(ResourceLogs.newBuilder().addScopeLogs(scope))
            .build()
            .toByteArray();

    for (byte[] batch : List.of(many.getBytes(UTF_8), manyNodes.getBytes(UTF_8), messages)) {
      assertThatThrownBy(() -> decodeLogs(batch))
          .isInstanceOfSatisfying(
              UnusableRecordException.class,
              e -> assertThat(e.reason()).isEqualTo(DeadLetterReason.TOO_LARGE));
    }
  }

  @Test
  void leavesAResourceOutThatIsLargerThanAllElse() throws Exception {
    DecodedLogs decoded =
        decodeLogs(batch(log("m").build(), resourceOf("large", "x".repeat(100_000))));

    assertThat(decoded.rows())
        .singleElement()
        .satisfies(
            row ->
                assertThat(row)
                    .containsEntry("script", "Resize")
                    .containsEntry("extra", "{\"resource_left_out\":true}"));
  }

  @Test
  void takesAnIdOfZerosForNone() throws Exception {
    LogRecord record = log("m").setTraceId(ByteString.copyFrom(new byte[16])).build();

    assertThat(decodeLogs(batch(record, resourceOf("a", "b"))).rows())
        .singleElement()
        .satisfies(row -> assertThat(row).containsEntry("trace_id", ""));
  }

  @ParameterizedTest
  @CsvSource({
    "'{', NOT_JSON",
    "'{}x', NOT_JSON",
    "'{\"resourceLogs\":7}', WRONG_TYPE",
    "'hello', NOT_PROTOBUF",
    "'5 apples', NOT_PROTOBUF",
  })
  void rejectsWhatIsNoBatch(String record, DeadLetterReason reason) {
    assertThatThrownBy(() -> decodeLogs(record.getBytes(UTF_8)))
        .isInstanceOfSatisfying(
            UnusableRecordException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[] | The record is a JSON array; expected is",
        "[{\"resourceLogs\":[]}] | The record is a JSON array; expected is",
        "5 | The record is a JSON number; expected is",
        "-1.5e3 | The record is a JSON number; expected is",
        "\"str\" | The record is a JSON string; expected is",
        "true | The record is the JSON value true; expected is",
        "null | The record is the JSON value null; expected is",
        "{\"resourceSpans\":[]} | The JSON object has no resourceLogs, but resourceSpans",
        "{\"level\":\"info\"} | The JSON object has no resourceLogs",
        "plain text | The record is neither a JSON object with resourceLogs nor OTLP's protobuf: "
      })
  void saysWhatABatchIs(String record, String detail) {
    assertThatThrownBy(() -> decodeLogs(record.getBytes(UTF_8)))
        .isInstanceOf(UnusableRecordException.class)
        .hasMessageStartingWith(detail);
  }

  @ParameterizedTest
  @ValueSource(ints = {50, 150, 5_000})
  void survivesAnyDepth(int depth) throws Exception {
    String deep =
        "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{\"timeUnixNano\":"
            + NANOS
            + ",\"body\":"
            + "{\"arrayValue\":{\"values\":[".repeat(depth)
            + "]}}".repeat(depth)
            + "}]}]}]}";
    assertThat(outcome(deep.getBytes(UTF_8))).isIn("row", "unusable");

    AnyValue value = AnyValue.getDefaultInstance();
    for (int i = 0; i < Math.min(depth, 150); i++) {
      value = AnyValue.newBuilder().setArrayValue(ArrayValue.newBuilder().addValues(value)).build();
    }
    assertThat(outcome(batch(log("").setBody(value).build(), Resource.getDefaultInstance())))
        .isIn("row", "unusable");
  }

  @Test
  void replacesWhatIsNotUtf8() throws Exception {
    byte[] batch =
        batch(log("zzzz").addAttributes(text("key", "zzzz")).build(), resourceOf("a", "zzzz"));
    byte[] json =
        logJson("\"timeUnixNano\":\"%d\",\"body\":{\"stringValue\":\"zzzz\"}".formatted(NANOS));

    for (byte[] record : List.of(batch, json)) {
      for (int i = 0; i < record.length; i++) {
        record[i] = record[i] == 'z' ? (byte) 0xff : record[i];
      }
      DecodedLogs decoded = decodeLogs(record);

      assertThat(decoded.unusable()).isEmpty();
      assertThat(decoded.rows())
          .extracting(row -> row.get("log_message"))
          .containsExactly("\ufffd\ufffd\ufffd\ufffd");
    }
  }

  @Test
  void makesRowsOrDeadLettersOfWhateverBytesCome() throws Exception {
    Random random = new Random(5);
    byte[] logs =
        batch(
            log("some message")
                .addAttributes(text("faas.invocation_id", "run_1"))
                .setTraceId(ByteString.fromHex("5b8efff798038103d269b633813fc60c"))
                .build(),
            resourceOf("faas.version", "7"));
    byte[] json = resource("logs.json");
    byte[] traces = spans(span().addEvents(Span.Event.newBuilder().setName("e")).build());
    int rows = 0;
    for (int round = 0; round < 30_000; round++) {
      byte[] source = round % 3 == 0 ? logs : round % 3 == 1 ? json : traces;
      byte[] mutated = Arrays.copyOf(source, source.length - random.nextInt(2) * random.nextInt(9));
      for (int i = random.nextInt(4); i >= 0; i--) {
        mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
      }
      RecordDecoder decoder =
          round % 3 == 2
              ? new OtlpSpanDecoder(LIMITS, EventRules.DEFAULT, HASH_KEY, DecodedLogs.UNMASKED)
              : new OtlpLogDecoder(LIMITS, HASH_KEY, DecodedLogs.UNMASKED);
      try {
        DecodedLogs decoded = DecodedLogs.of(decoder, mutated, ARRIVAL);
        rows += decoded.rows().size() + decoded.runRows().size();
      } catch (UnusableRecordException expected) {
        assertThat(expected.getMessage()).isNotEmpty();
      }
    }
    assertThat(rows).isGreaterThan(1000);
  }

  /** A batch with a log record of these members. */
  private static byte[] logJson(String members) {
    return ("{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{" + members + "}]}]}]}")
        .getBytes(UTF_8);
  }

  private static String outcome(byte[] batch) {
    try {
      DecodedLogs decoded = decodeLogs(batch);
      return decoded.rows().isEmpty() ? "unusable" : "row";
    } catch (UnusableRecordException e) {
      return "unusable";
    }
  }

  private static DecodedLogs decodeLogs(byte[] batch) throws UnusableRecordException {
    return DecodedLogs.of(
        new OtlpLogDecoder(LIMITS, HASH_KEY, DecodedLogs.UNMASKED), batch, ARRIVAL);
  }

  private static DecodedLogs decodeSpans(byte[] batch) throws UnusableRecordException {
    return DecodedLogs.of(
        new OtlpSpanDecoder(LIMITS, EventRules.DEFAULT, HASH_KEY, DecodedLogs.UNMASKED),
        batch,
        ARRIVAL);
  }

  private static LogRecord.Builder log(String message) {
    return LogRecord.newBuilder()
        .setTimeUnixNano(NANOS)
        .setBody(AnyValue.newBuilder().setStringValue(message));
  }

  private static Span.Builder span() {
    return Span.newBuilder()
        .setName("POST /pay")
        .setTraceId(ByteString.fromHex("5b8efff798038103d269b633813fc60c"))
        .setSpanId(ByteString.fromHex("eee19b7ec3c1b174"))
        .setStartTimeUnixNano(NANOS)
        .setEndTimeUnixNano(NANOS + 1_000_000)
        .addAttributes(text("faas.invocation_id", "run_1"));
  }

  private static Resource resourceOf(String key, String value) {
    return Resource.newBuilder()
        .addAttributes(text("faas.name", "Resize"))
        .addAttributes(text("service.name", "svc"))
        .addAttributes(text("account", "acme"))
        .addAttributes(text("faas.trigger", "http"))
        .addAttributes(text(key, value))
        .build();
  }

  private static KeyValue text(String key, String value) {
    return attribute(key, AnyValue.newBuilder().setStringValue(value));
  }

  private static KeyValue attribute(String key, AnyValue.Builder value) {
    return KeyValue.newBuilder().setKey(key).setValue(value).build();
  }

  private static byte[] batch(LogRecord record, Resource resource) {
    return batch(List.of(record), resource);
  }

  private static byte[] batch(List<LogRecord> records, Resource resource) {
    return LogsData.newBuilder()
        .addResourceLogs(
            ResourceLogs.newBuilder()
                .setResource(resource)
                .addScopeLogs(
                    ScopeLogs.newBuilder()
                        .setScope(
                            InstrumentationScope.newBuilder().setName("my.lib").setVersion("2"))
                        .addAllLogRecords(records)))
        .build()
        .toByteArray();
  }

  private static byte[] spans(Span... spans) {
    return TracesData.newBuilder()
        .addResourceSpans(
            ResourceSpans.newBuilder()
                .setResource(resourceOf("faas.version", "7"))
                .addScopeSpans(
                    ScopeSpans.newBuilder()
                        .setScope(InstrumentationScope.newBuilder().setName("my.lib"))
                        .addAllSpans(List.of(spans))))
        .build()
        .toByteArray();
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = OtlpDecodersTest.class.getResourceAsStream(name)) {
      return in.readAllBytes();
    }
  }
}
