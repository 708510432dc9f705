package dev.scriptanalytics.decode.otlp;

import static dev.scriptanalytics.decode.DecodedLogs.HASH_KEY;
import static dev.scriptanalytics.decode.DecodedLogs.limits;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import dev.scriptanalytics.decode.DecodedLogs;
import dev.scriptanalytics.decode.EventLimits;
import dev.scriptanalytics.decode.EventRules;
import dev.scriptanalytics.event.DeadLetterReason;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.trace.v1.Span;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the parts of a batch cost that cannot be read. */
class OtlpUnreadableTest {
  private static final Instant ARRIVAL = Instant.parse("2026-11-02T10:15:00Z");
  private static final long NANOS = ARRIVAL.toEpochMilli() * 1_000_000 - 1_000_000_000L;
  private static final EventLimits LIMITS = limits(Duration.ofDays(30));

  private static final String ACME =
      "{\"attributes\":[{\"key\":\"account\",\"value\":{\"stringValue\":\"acme\"}},"
          + "{\"key\":\"service.name\",\"value\":{\"stringValue\":\"s\"}}]}";
  private static final String BAD = "{\"key\":\"n\",\"value\":{\"intValue\":9223372036854775808}}";

  private static final String NO_LIST = "{\"arrayValue\":{}}";
  private static final String NO_MAP = "{\"kvlistValue\":{\"values\":[]}}";

  // Attributes and fields

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '\'',
      delimiter = '|',
      value = {
        "[{\"key\":\"n\",\"value\":{\"intValue\":9223372036854775808}}]"
            + " | {\"n\":{\"intValue\":9223372036854775808}}",
        "[{\"key\":\"b\",\"value\":{\"bytesValue\":{\"type\":\"Buffer\",\"data\":[1,2]}}}]"
            + " | {\"b\":{\"bytesValue\":{\"type\":\"Buffer\",\"data\":[1,2]}}}",
        "[{\"key\":\"n\",\"value\":{\"intValue\":1.50}}] | {\"n\":{\"intValue\":1.50}}",
        "[{\"key\":\"n\",\"value\":{\"newValue\":1}}] | {\"n\":{\"newValue\":1}}",
        "[{\"key\":\"n\",\"value\":7},{\"key\":\"m\",\"value\":{\"intValue\":7}}]"
            + " | {\"n\":7,\"m\":7}",
        "[7,{\"key\":\"m\",\"value\":{\"intValue\":7}},{\"key\":{}}]"
            + " | {\"m\":7,\"unreadable_attributes\":[7,{\"key\":{}}]}",
        "{\"http.status\":\"500\",\"n\":7} | {\"http.status\":\"500\",\"n\":7}",
        "\"x\" | {\"unreadable_attributes\":[\"x\"]}",
        "[{\"key\":\"k\",\"value\":{\"kvlistValue\":{\"values\":["
            + "{\"key\":\"a\",\"value\":{\"boolValue\":2}},"
            + "{\"key\":\"b\",\"value\":{\"boolValue\":true}}]}}}]"
            + " | {\"k\":{\"a\":{\"boolValue\":2},\"b\":true}}"
      })
  void keepsTheEntryOfABadAttributeAndTheAttributeAsItCame(String attributes, String metadata)
      throws Exception {
    DecodedLogs decoded = logs(resource(ACME, scope("{}", log("m", attributes))));

    assertThat(decoded.unusable()).isEmpty();
    assertThat(decoded.rows())
        .extracting(row -> row.get("log_message"), row -> row.get("metadata"))
        .containsExactly(tuple("m", metadata));
  }

  @Test
  void keepsTheEntryOfABadFieldAndTheFieldAsItCame() throws Exception {
    String log =
        """
        {"timeUnixNano":"%d","traceId":"short","spanId":7,"severityNumber":"LOUD",
         "severityText":[],"flags":-1,"observedTimeUnixNano":"late","body":{"stringValue":"m"}}
        """
            .formatted(NANOS);

    DecodedLogs decoded = logs(resource(ACME, scope("{}", log)));

    assertThat(decoded.unusable()).isEmpty();
    assertThat(decoded.rows())
        .extracting(
            row -> row.get("log_message"),
            row -> row.get("trace_id"),
            row -> row.get("span_id"),
            row -> row.get("log_level"),
            row -> row.get("metadata"))
        .containsExactly(
            tuple(
                "m",
                "",
                "",
                "Info",
                "{\"traceId\":\"short\",\"spanId\":7,\"severityNumber\":\"LOUD\","
                    + "\"severityText\":[],\"flags\":-1,\"observedTimeUnixNano\":\"late\"}"));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '\'',
      delimiter = '|',
      value = {
        "{\"intValue\":\"x\"} | {\"intValue\":\"x\"}",
        "\"plain\" | plain",
        "7 | 7",
        "[1,{}] | [1,{}]"
      })
  void takesABadBodyAsItCameForTheMessage(String body, String message) throws Exception {
    String log = "{\"timeUnixNano\":" + NANOS + ",\"body\":" + body + "}";

    assertThat(logs(resource(ACME, scope("{}", log))).rows())
        .extracting(row -> row.get("log_message"))
        .containsExactly(message);
  }

  @Test
  void keepsTheTextOfWhatIsNestedTooDeeply() throws Exception {
    String deep = "{\"arrayValue\":{\"values\":[".repeat(300) + "]}}".repeat(300);

    DecodedLogs decoded =
        logs(
            resource(
                ACME,
                scope("{}", log("m", "[{\"key\":\"deep\",\"value\":" + deep + "}," + BAD + "]"))));

    assertThat(decoded.unusable()).isEmpty();
    assertThat(decoded.rows())
        .singleElement()
        .satisfies(
            row ->
                assertThat(row)
                    .containsEntry("log_message", "m")
                    .extractingByKey("metadata")
                    .asString()
                    .startsWith("{\"deep\":[[[")
                    .contains("\"{\\\"arrayValue\\\":{\\\"values\\\":[")
                    .endsWith(",\"n\":{\"intValue\":9223372036854775808}}"));
  }

  // Scopes and resources

  @Test
  void keepsTheEntriesOfABadAttributeOfTheResource() throws Exception {
    String bad = ACME.replace("[{", "[" + BAD + ",{");

    DecodedLogs decoded =
        logs(
            resource(bad, scope("{}", log("of the bad one", "[]"))),
            resource(ACME, scope("{}", log("of the good one", "[]"))));

    assertThat(decoded.unusable()).isEmpty();
    assertThat(decoded.rows())
        .extracting(row -> row.get("log_message"), row -> row.get("account"))
        .containsExactly(tuple("of the bad one", "acme"), tuple("of the good one", "acme"));
    assertThat((String) decoded.rows().get(0).get("extra"))
        .contains("\"resource\":{\"n\":{\"intValue\":9223372036854775808},\"account\":\"acme\"");
  }

  @Test
  void keepsTheEntriesOfABadScope() throws Exception {
    DecodedLogs decoded =
        logs(
            resource(
                ACME,
                scope("{\"name\":\"ok\"}", log("of the good scope", "[]")),
                scope("{\"name\":\"b\",\"attributes\":[" + BAD + "]}", log("of a bad one", "[]")),
                scope("{\"name\":[]}", log("of a nameless one", "[]")),
                scope("7", log("of none", "[]"))));

    assertThat(decoded.unusable()).isEmpty();
    assertThat(decoded.rows())
        .extracting(
            row -> row.get("log_message"), row -> row.get("source"), row -> row.get("account"))
        .containsExactly(
            tuple("of the good scope", "ok", "acme"),
            tuple("of a bad one", "b", "acme"),
            tuple("of a nameless one", "", "acme"),
            tuple("of none", "", "acme"));
    assertThat(decoded.rows())
        .extracting(row -> (String) row.get("extra"))
        .satisfiesExactly(
            good -> assertThat(good).endsWith("\"scope\":{\"name\":\"ok\"}}"),
            bad -> assertThat(bad).contains("{\"n\":{\"intValue\":9223372036854775808}}"),
            nameless -> assertThat(nameless).endsWith("\"scope\":{\"attributes\":{\"name\":[]}}}"),
            none -> assertThat(none).endsWith("\"scope\":7}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "7",
        "{\"attributes\":7}",
        "{\"attributes\":[7]}",
        "{\"attributes\":[{\"key\":\"account\",\"value\":{\"intValue\":\"x\"}}]}",
        "{\"attributes\":[{\"key\":\"account\",\"value\":{\"arrayValue\":{}}}]}",
        "{\"attributes\":[{\"key\":\"account\",\"value\":{\"stringValue\":\"ac\\ud83dme\"}}]}",
        "{\"attributes\":[{\"key\":\"acc\\ud83dount\",\"value\":{\"stringValue\":\"acme\"}}]}",
        "{\"attributes\":{\"account\":7}}"
      })
  void showsNoEntryUnderAnotherAccountThanItsOwn(String resource) throws Exception {
    String own = "[{\"key\":\"account\",\"value\":{\"stringValue\":\"own\"}}]";

    DecodedLogs decoded =
        logs(resource(resource, scope("{}", log("whose", "[]"), log("mine", own))));

    assertThat(decoded.rows())
        .extracting(row -> row.get("log_message"), row -> row.get("account"))
        .containsExactly(tuple("mine", "own"));
    assertThat(decoded.unusable())
        .singleElement()
        .satisfies(
            letter -> {
              assertThat(letter.item()).isZero();
              assertThat(letter.detail()).startsWith("The account is unknown");
              assertThat(letter.bytes()).contains("whose");
            });
  }

  @Test
  void takesNoAccountOfTheResourceWhereTheEntrysOwnCannotBeRead() throws Exception {
    String unreadable = "[{\"key\":\"account\",\"value\":{\"intValue\":\"x\"}}]";

    DecodedLogs decoded = logs(resource(ACME, scope("{}", log("m", unreadable))));

    assertThat(decoded.rows()).isEmpty();
    assertThat(decoded.unusable())
        .extracting(DecodedLogs.Unusable::detail)
        .containsExactly("The account is unknown: the attribute account cannot be read");
  }

  // Lists

  @Test
  void makesOneDeadLetterOfEachListThatIsNone() throws Exception {
    String good = scope("{}", log("good", "[]"));

    DecodedLogs decoded =
        logs(
            "7",
            resource(ACME, good, "null", "{\"logRecords\":{}}"),
            "{\"scopeLogs\":\"x\"}",
            "{\"resource\":7}",
            "{\"instrumentationLibraryLogs\":[{}]}",
            resource(ACME, good));

    assertThat(decoded.rows())
        .extracting(row -> row.get("log_message"))
        .containsExactly("good", "good");
    assertThat(decoded.unusable())
        .extracting(
            DecodedLogs.Unusable::item, DecodedLogs.Unusable::reason, DecodedLogs.Unusable::bytes)
        .containsExactly(
            tuple(0, DeadLetterReason.WRONG_TYPE, "7"),
            tuple(2, DeadLetterReason.WRONG_TYPE, "null"),
            tuple(3, DeadLetterReason.WRONG_TYPE, "{}"),
            tuple(4, DeadLetterReason.WRONG_TYPE, "\"x\""),
            tuple(5, DeadLetterReason.WRONG_TYPE, "{\"resource\":7}"),
            tuple(6, DeadLetterReason.WRONG_TYPE, "{\"instrumentationLibraryLogs\":[{}]}"));
  }

  // Ids and names

  @ParameterizedTest
  @ValueSource(strings = {NO_LIST, NO_MAP, "{\"doubleValue\":\"NaN\"}", "{\"boolValue\":true}"})
  void takesNoIdOrNameOfAValueThatIsNone(String value) throws Exception {
    String attributes =
        Stream.of(
                "faas.invocation_id",
                "faas.name",
                "faas.version",
                "faas.trigger",
                "log.record.uid",
                "code.function.name",
                "exception.type")
            .map(name -> attribute(name, value))
            .collect(Collectors.joining(",", "[", "]"));

    DecodedLogs decoded = logs(resource(ACME, scope("{}", log("m", attributes))));

    assertThat(decoded.unusable()).isEmpty();
    String asItCame =
        switch (value) {
          case NO_LIST -> "[]";
          case NO_MAP -> "{}";
          default -> value.contains("NaN") ? "\"NaN\"" : "true";
        };
    assertThat(decoded.rows())
        .singleElement()
        .satisfies(
            row ->
                assertThat(row)
                    .containsEntry("run_id", "")
                    .containsEntry("script", "s")
                    .containsEntry("deployment_id", "")
                    .containsEntry("function", "")
                    .containsEntry("source_type", "")
                    .containsEntry("error_code", "")
                    .hasEntrySatisfying("log_id", id -> assertThat((String) id).hasSize(32))
                    .extractingByKey("metadata")
                    .asString()
                    .contains(
                        "\"faas.invocation_id\":" + asItCame,
                        "\"faas.name\":" + asItCame,
                        "\"log.record.uid\":" + asItCame));
  }

  @Test
  void asksTheNextSourceOfANameThatIsNone() throws Exception {
    String scope = "{\"attributes\":[" + attribute("faas.name", NO_MAP) + "]}";
    String resource =
        ACME.replace(
            "[", "[" + attribute("faas.name", "{\"stringValue\":\"of the resource\"}") + ",");
    String own = "[" + attribute("faas.name", NO_LIST) + "]";
    String functions =
        "[%s,%s]"
            .formatted(
                attribute("code.function.name", NO_LIST),
                attribute("code.function", "{\"stringValue\":\"f\"}"));

    assertThat(logs(resource(resource, scope(scope, log("m", own), log("n", functions)))).rows())
        .extracting(
            row -> row.get("script"), row -> row.get("function"), row -> row.get("metadata"))
        .containsExactly(
            tuple("of the resource", "", "{\"faas.name\":[]}"),
            tuple("of the resource", "f", "{\"code.function.name\":[]}"));
  }

  @Test
  void asksTheOldNameOfAnInvocationOnlyWhereTheNewOneIsMissing() throws Exception {
    String list = attribute("faas.execution", NO_LIST);
    String invocation = attribute("faas.invocation_id", "{\"stringValue\":\"inv\"}");

    assertThat(
            logs(resource(ACME, scope("{}", log("m", "[" + list + "," + invocation + "]")))).rows())
        .extracting(row -> row.get("run_id"))
        .containsExactly("inv");
    assertThat(logs(resource(ACME, scope("{}", log("m", "[" + list + "]")))).rows())
        .extracting(row -> row.get("run_id"))
        .containsExactly("");
  }

  @ParameterizedTest
  @CsvSource({"1658821493.0, 1658821493", "1e15, 1000000000000000", "1.50, 1.5", "-0.0, 0"})
  void writesANumberAsANameWithoutAnExponent(String number, String name) throws Exception {
    String attributes =
        "[" + attribute("faas.invocation_id", "{\"doubleValue\":" + number + "}") + "]";

    assertThat(logs(resource(ACME, scope("{}", log("m", attributes)))).rows())
        .extracting(row -> row.get("run_id"))
        .containsExactly(name);
  }

  @Test
  void takesAnArrayOfTextsForTheLinesOfAStackTrace() throws Exception {
    String lines =
        "{\"arrayValue\":{\"values\":[{\"stringValue\":\"E: m\"},{\"stringValue\":\"  at f\"}]}}";
    String attributes = "[" + attribute("exception.stacktrace", lines) + "]";

    assertThat(logs(resource(ACME, scope("{}", log("m", attributes)))).rows())
        .extracting(row -> row.get("stack_trace"))
        .containsExactly("E: m\n  at f");
  }

  @ParameterizedTest
  @ValueSource(strings = {NO_LIST, NO_MAP, "{\"doubleValue\":\"NaN\"}"})
  void makesADeadLetterOfASpanWhoseInvocationIsNoId(String value) throws Exception {
    String span = span(1, "", "").replace("{\"stringValue\":\"\"}", value);

    DecodedLogs decoded = spans(resource(ACME, scope("{}", span)));

    assertThat(decoded.runRows()).isEmpty();
    assertThat(decoded.unusable())
        .extracting(DecodedLogs.Unusable::reason, DecodedLogs.Unusable::detail)
        .containsExactly(
            tuple(
                DeadLetterReason.BAD_VALUE,
                "The run is unknown: the attribute faas.invocation_id cannot be read"));
  }

  @Test
  void makesADeadLetterOfAnAccountThatIsNone() throws Exception {
    String attributes = "[" + attribute("account", "{\"doubleValue\":\"NaN\"}") + "]";

    assertThat(logs(resource(ACME, scope("{}", log("m", attributes)))).unusable())
        .extracting(DecodedLogs.Unusable::account, DecodedLogs.Unusable::detail)
        .containsExactly(tuple("", "The account is unknown: the attribute account cannot be read"));
  }

  // Spans

  @Test
  void keepsTheRunOfABadAttributeOrId() throws Exception {
    DecodedLogs decoded =
        spans(
            resource(
                ACME,
                scope(
                    "{}",
                    span(1, "inv", "\"parentSpanId\":\"no id\",\"kind\":\"ODD\"")
                        .replace("\"attributes\":[", "\"attributes\":[" + BAD + ","))));

    assertThat(decoded.unusable()).isEmpty();
    assertThat(decoded.runRows())
        .singleElement()
        .satisfies(
            row ->
                assertThat(row)
                    .containsEntry("run_id", "inv")
                    .extractingByKey("extra")
                    .asString()
                    .contains(
                        "\"n\":{\"intValue\":9223372036854775808}",
                        "\"parentSpanId\":\"no id\"",
                        "\"kind\":\"ODD\""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"status\":{\"code\":\"FINE\"}",
        "\"status\":7",
        "\"endTimeUnixNano\":\"soon\"",
        "\"startTimeUnixNano\":-1"
      })
  void makesADeadLetterOfASpanThatWouldSaySomethingElse(String field) throws Exception {
    DecodedLogs decoded =
        spans(resource(ACME, scope("{}", span(1, "inv", field), span(2, "other", ""))));

    assertThat(decoded.runRows()).extracting(row -> row.get("run_id")).containsExactly("other");
    assertThat(decoded.unusable()).extracting(DecodedLogs.Unusable::item).containsExactly(0);
  }

  @Test
  void makesADeadLetterOfABadEventAndKeepsItsSpan() throws Exception {
    String events =
        "\"events\":[{\"name\":\"a\"},7,{\"name\":\"b\",\"timeUnixNano\":\"soon\"},"
            + "{\"name\":\"c\",\"attributes\":["
            + BAD
            + "]}]";

    DecodedLogs decoded = spans(resource(ACME, scope("{}", span(1, "inv", events))));

    assertThat(decoded.runRows()).hasSize(1);
    assertThat(decoded.rows())
        .extracting(row -> row.get("log_message"), row -> row.get("metadata"))
        .containsExactly(tuple("a", ""), tuple("c", "{\"n\":{\"intValue\":9223372036854775808}}"));
    assertThat(decoded.unusable())
        .extracting(DecodedLogs.Unusable::item, DecodedLogs.Unusable::reason)
        .containsExactly(
            tuple(2, DeadLetterReason.WRONG_TYPE), tuple(3, DeadLetterReason.WRONG_TYPE));
    assertThat(decoded.unusable())
        .extracting(DecodedLogs.Unusable::bytes)
        .as("as they came")
        .containsExactly("7", "{\"name\":\"b\",\"timeUnixNano\":\"soon\"}");
  }

  @Test
  void makesDeadLettersOfASpanWhoseInvocationCannotBeReadAndOfItsChildren() throws Exception {
    String unreadable = span(1, "", "").replace("{\"stringValue\":\"\"}", "{\"intValue\":\"x\"}");
    String child = span(2, "", "\"parentSpanId\":\"0000000000000001\"");
    String childWithItsOwn = span(3, "inv", "\"parentSpanId\":\"0000000000000001\"");

    DecodedLogs decoded = spans(resource(ACME, scope("{}", child, unreadable, childWithItsOwn)));

    assertThat(decoded.runRows()).extracting(row -> row.get("run_id")).containsExactly("inv");
    assertThat(decoded.skipped()).hasValue(0);
    assertThat(decoded.unusable())
        .extracting(DecodedLogs.Unusable::item, DecodedLogs.Unusable::detail)
        .containsExactly(
            tuple(0, "The run is unknown: a span above this one names it, and cannot be read"),
            tuple(1, "The run is unknown: the attribute faas.invocation_id cannot be read"));
  }

  @Test
  void makesNoRunOfAChildWhoseRunHasAnUnknownAccount() throws Exception {
    DecodedLogs decoded =
        spans(
            resource("7", scope("{}", span(1, "inv", ""))),
            resource(ACME, scope("{}", span(2, "inv", "\"parentSpanId\":\"0000000000000001\""))));

    assertThat(decoded.runRows()).isEmpty();
    assertThat(decoded.skipped()).hasValue(1);
    assertThat(decoded.unusable())
        .singleElement()
        .satisfies(
            letter -> assertThat(letter.detail()).startsWith("The account is unknown, for the"));
  }

  @Test
  void findsTheRunOfAChildOfABadResource() throws Exception {
    DecodedLogs decoded =
        spans(
            resource("7", scope("{}", span(2, "", "\"parentSpanId\":\"0000000000000001\""))),
            resource(ACME, scope("{}", span(1, "inv", ""))));

    assertThat(decoded.unusable()).isEmpty();
    assertThat(decoded.runRows())
        .extracting(row -> row.get("phases"))
        .containsExactly(Map.of("span 2", 1.0));
  }

  @Test
  void skipsNoSpanThatMayBeOfAnInvocation() throws Exception {
    DecodedLogs decoded =
        spans(resource("7", scope("{}", span(1, "", ""))), resource(ACME, scope("{}", "7")));

    assertThat(decoded.skipped()).hasValue(0);
    assertThat(decoded.unusable())
        .satisfiesExactly(
            span -> assertThat(span.detail()).startsWith("It is unknown whether the span is of"),
            seven -> assertThat(seven.bytes()).isEqualTo("7"));
  }

  // Protocol Buffers

  @Test
  void keepsDamagedAttributesInBase64() throws Exception {
    ByteString log =
        LogRecord.newBuilder()
            .setTimeUnixNano(NANOS)
            .setBody(AnyValue.newBuilder().setStringValue("m"))
            .build()
            .toByteString();
    // Two attributes of one byte, which is half a tag; and one that is not UTF-8.
    ByteString damaged = ByteString.copyFrom(new byte[] {0x32, 1, (byte) 0x80, 0x32, 1, 0x0a});
    ByteString text =
        ByteString.copyFrom(new byte[] {0x32, 8, 0x0a, 1, 'k', 0x12, 3, 0x0a, 1, (byte) 0xff});

    DecodedLogs decoded = protobuf(damaged.concat(text).concat(log));

    assertThat(decoded.unusable()).isEmpty();
    assertThat(decoded.rows())
        .extracting(row -> row.get("log_message"), row -> row.get("metadata"))
        .containsExactly(
            tuple("m", "{\"unreadable_attributes\":[\"gA==\",\"Cg==\"],\"k\":\"\ufffd\"}"));
  }

  @Test
  void keepsADamagedBodyInBase64() throws Exception {
    ByteString log = LogRecord.newBuilder().setTimeUnixNano(NANOS).build().toByteString();

    DecodedLogs decoded =
        protobuf(log.concat(ByteString.copyFrom(new byte[] {0x2a, 1, (byte) 0x80})));

    assertThat(decoded.rows())
        .extracting(row -> row.get("log_message"))
        .containsExactly("\"gA==\"");
  }

  @Test
  void readsNothingUnreadableFromOutside() throws Exception {
    UnknownFieldSet.Field text =
        UnknownFieldSet.Field.newBuilder()
            .addLengthDelimited(ByteString.copyFromUtf8("no JSON"))
            .build();
    UnknownFieldSet forged =
        UnknownFieldSet.newBuilder()
            .addField(100_001, text)
            .addField(100_002, text)
            .addField(100_003, text)
            .build();
    LogRecord log =
        LogRecord.newBuilder()
            .setTimeUnixNano(NANOS)
            .setBody(AnyValue.newBuilder().setStringValue("m"))
            .addAttributes(
                KeyValue.newBuilder()
                    .setKey("k")
                    .setValue(AnyValue.newBuilder().setUnknownFields(forged)))
            .setUnknownFields(forged)
            .build();
    ByteString damaged = ByteString.copyFrom(new byte[] {0x32, 1, (byte) 0x80});

    assertThat(protobuf(log.toByteString()).rows())
        .extracting(row -> row.get("metadata"))
        .containsExactly("{\"k\":null}");
    assertThat(protobuf(log.toByteString().concat(damaged)).rows())
        .extracting(row -> row.get("metadata"))
        .containsExactly("{\"k\":null,\"unreadable_attributes\":[\"gA==\"]}");
  }

  @Test
  void showsADamagedEventOfASpanAsItCame() throws Exception {
    Span.Event old = Span.Event.newBuilder().setName("old").setTimeUnixNano(5).build();
    ByteString damaged =
        old.toByteString().concat(ByteString.copyFrom(new byte[] {0x1a, 1, (byte) 0x80}));
    ByteString events =
        Stream.of(old.toByteString(), damaged)
            .map(event -> bytesOf(Span.EVENTS_FIELD_NUMBER, event))
            .reduce(ByteString.EMPTY, ByteString::concat);
    Span span =
        Span.newBuilder()
            .setSpanId(ByteString.fromHex("0000000000000001"))
            .setStartTimeUnixNano(NANOS)
            .setEndTimeUnixNano(NANOS)
            .addAttributes(
                KeyValue.newBuilder()
                    .setKey("faas.invocation_id")
                    .setValue(AnyValue.newBuilder().setStringValue("inv")))
            .addAttributes(
                KeyValue.newBuilder()
                    .setKey("faas.name")
                    .setValue(AnyValue.newBuilder().setStringValue("s")))
            .build();
    ByteString batch = bytesOf(1, bytesOf(2, bytesOf(2, span.toByteString().concat(events))));

    DecodedLogs decoded =
        DecodedLogs.of(
            new OtlpSpanDecoder(LIMITS, EventRules.DEFAULT, HASH_KEY, DecodedLogs.UNMASKED),
            batch.toByteArray(),
            ARRIVAL);

    assertThat(decoded.unusable())
        .filteredOn(letter -> letter.item() > 0)
        .extracting(DecodedLogs.Unusable::item, DecodedLogs.Unusable::bytes)
        .containsExactly(
            tuple(1, "time_unix_nano: 5\nname: \"old\"\n"),
            tuple(2, new String(damaged.toByteArray(), UTF_8)));
  }

  private static ByteString bytesOf(int field, ByteString content) {
    return UnknownFieldSet.newBuilder()
        .addField(field, UnknownFieldSet.Field.newBuilder().addLengthDelimited(content).build())
        .build()
        .toByteString();
  }

  private static String attribute(String name, String value) {
    return "{\"key\":\"%s\",\"value\":%s}".formatted(name, value);
  }

  private static String log(String message, String attributes) {
    return "{\"timeUnixNano\":%d,\"body\":{\"stringValue\":\"%s\"},\"attributes\":%s}"
        .formatted(NANOS, message, attributes);
  }

  /** A span of one millisecond; a field that is given replaces an earlier one of its name. */
  private static String span(int id, String invocation, String field) {
    return """
        {"traceId":"5b8efff798038103d269b633813fc60c","spanId":"%016x","name":"span %d",
         "startTimeUnixNano":%d,"endTimeUnixNano":%d,"attributes":[
         {"key":"faas.invocation_id","value":{"stringValue":"%s"}}]%s%s}\
        """
        .formatted(id, id, NANOS, NANOS + 1_000_000, invocation, field.isEmpty() ? "" : ",", field);
  }

  private static String scope(String scope, String... items) {
    return "{\"scope\":%s,\"ITEMS\":[%s]}".formatted(scope, String.join(",", items));
  }

  private static String resource(String resource, String... scopes) {
    return "{\"resource\":%s,\"SCOPES\":[%s]}".formatted(resource, String.join(",", scopes));
  }

  private static DecodedLogs logs(String... resources) throws Exception {
    String batch =
        "{\"resourceLogs\":[%s]}"
            .formatted(String.join(",", resources))
            .replace("SCOPES", "scopeLogs")
            .replace("ITEMS", "logRecords");
    return DecodedLogs.of(
        new OtlpLogDecoder(LIMITS, HASH_KEY, DecodedLogs.UNMASKED), batch.getBytes(UTF_8), ARRIVAL);
  }

  private static DecodedLogs spans(String... resources) throws Exception {
    String batch =
        "{\"resourceSpans\":[%s]}"
            .formatted(String.join(",", resources))
            .replace("SCOPES", "scopeSpans")
            .replace("ITEMS", "spans");
    return DecodedLogs.of(
        new OtlpSpanDecoder(LIMITS, EventRules.DEFAULT, HASH_KEY, DecodedLogs.UNMASKED),
        batch.getBytes(UTF_8),
        ARRIVAL);
  }

  /** Decodes a batch of one log record, which need not be well-formed. */
  private static DecodedLogs protobuf(ByteString record) throws Exception {
    ByteString scope = ByteString.copyFrom(new byte[] {0x12, (byte) record.size()}).concat(record);
    assertThat(record.size()).as("a length of one byte").isLessThan(100);
    byte[] resource = {0x12, (byte) scope.size()};
    ByteString resources = ByteString.copyFrom(resource).concat(scope);
    ByteString batch =
        ByteString.copyFrom(new byte[] {0x0a, (byte) resources.size()}).concat(resources);
    return DecodedLogs.of(
        new OtlpLogDecoder(LIMITS, HASH_KEY, DecodedLogs.UNMASKED), batch.toByteArray(), ARRIVAL);
  }
}
