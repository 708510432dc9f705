package dev.scriptanalytics.decode.otlp;

import static dev.scriptanalytics.decode.DecodedLogs.HASH_KEY;
import static dev.scriptanalytics.decode.DecodedLogs.limits;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.ByteString;
import dev.scriptanalytics.decode.DecodedLogs;
import dev.scriptanalytics.decode.EventRules;
import dev.scriptanalytics.decode.UnusableRecordException;
import dev.scriptanalytics.event.DeadLetterReason;
import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.row.RunRow;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Span.SpanKind;
import io.opentelemetry.proto.trace.v1.Status;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which spans of a record become runs, phases and entries. */
class OtlpSpanDecoderTest {
  private static final Instant ARRIVAL = Instant.parse("2026-11-02T10:15:00Z");
  private static final long MILLI = 1_000_000;
  private static final long START = ARRIVAL.toEpochMilli() * MILLI - 60_000 * MILLI;

  @Test
  void takesTheHandlerForTheRunAndItsQueryForAPhase() throws Exception {
    String record =
        """
        {"resourceSpans":[{"resource":{"attributes":[
            {"key":"account","value":{"stringValue":"W02"}},
            {"key":"faas.name","value":{"stringValue":"F"}}]},
          "scopeSpans":[{"spans":[
            {"traceId":"5b8efff798038103d269b633813fc60c","spanId":"1111111111111111",
             "parentSpanId":"2222222222222222","kind":3,"name":"SELECT",
             "startTimeUnixNano":"%d","endTimeUnixNano":"%d",
             "attributes":[{"key":"faas.invocation_id","value":{"stringValue":"inv-1"}}]},
            {"traceId":"5b8efff798038103d269b633813fc60c","spanId":"2222222222222222",
             "kind":2,"name":"handler","startTimeUnixNano":"%d","endTimeUnixNano":"%d",
             "attributes":[{"key":"faas.invocation_id","value":{"stringValue":"inv-1"}}]}]}]}]}
        """
            .formatted(START + 1000 * MILLI, START + 2000 * MILLI, START, START + 5000 * MILLI);

    DecodedLogs decoded = decode(record.getBytes(StandardCharsets.UTF_8));

    assertThat(decoded.unusable()).isEmpty();
    assertThat(decoded.skipped()).hasValue(0);
    assertThat(decoded.runRows())
        .singleElement()
        .satisfies(
            row ->
                assertThat(row)
                    .containsEntry("account", "W02")
                    .containsEntry("run_id", "inv-1")
                    .containsEntry("function", "handler")
                    .containsEntry("response_time", 5000.0)
                    .containsEntry("phases", Map.of("SELECT", 1000.0)));
  }

  @Test
  void addsUpThePhasesOfEachName() throws Exception {
    Span run = span(1, 0, 1000).build();
    DecodedLogs decoded =
        decode(
            run,
            span(2, 1, 100).setName("SELECT").build(),
            span(3, 1, 30).setName("SELECT").clearAttributes().build(),
            span(4, 1, 7).setName("render").build(),
            span(5, 4, 5).setName("part of render").build(),
            span(6, 1, 0).setName("goes on").clearEndTimeUnixNano().build());

    assertThat(decoded.unusable()).isEmpty();
    assertThat(decoded.runRows())
        .extracting(row -> row.get("phases"))
        .containsExactly(Map.of("SELECT", 130.0, "render", 7.0));
    assertThat(decoded.skipped()).as("the part of a part, and what goes on").hasValue(2);
  }

  @Test
  void cutsTheNameOfAPhaseLikeAnyName() throws Exception {
    DecodedLogs decoded =
        decode(span(1, 0, 10).build(), span(2, 1, 4).setName("ä".repeat(1000)).build());

    assertThat(decoded.runRows())
        .extracting(row -> row.get("phases"))
        .containsExactly(Map.of("ä".repeat(512), 4.0));
  }

  @Test
  void makesEntriesOfTheRunOfTheEventsOfItsChildren() throws Exception {
    Span.Event event = Span.Event.newBuilder().setName("asked").setTimeUnixNano(START).build();
    Span run = span(1, 0, 1000).addEvents(event.toBuilder().setName("began")).build();
    Span child = span(2, 1, 10).addEvents(event).build();
    Span nameless = span(3, 2, 10).clearAttributes().addEvents(event).build();

    DecodedLogs decoded = decode(child, nameless, run);

    assertThat(decoded.unusable()).isEmpty();
    assertThat(decoded.rows())
        .extracting(
            row -> row.get("log_message"),
            row -> row.get("account"),
            row -> row.get("run_id"),
            row -> row.get("script"),
            row -> row.get("span_id"))
        .containsExactly(
            tuple("asked", "acme", "inv", "F", "0000000000000002"),
            tuple("asked", "acme", "inv", "F", "0000000000000003"),
            tuple("began", "acme", "inv", "F", "0000000000000001"));
    assertThat(decoded.events())
        .extracting(found -> found.hashHigh)
        .as("the run and its entries meet")
        .containsOnly(decoded.events().get(0).hashHigh);
  }

  @Test
  void skipsChildrenWhoseRunIsInAnotherRecord() throws Exception {
    Span.Event event = Span.Event.newBuilder().setName("asked").setTimeUnixNano(START).build();

    DecodedLogs decoded =
        decode(
            span(2, 1, 10).setKind(SpanKind.SPAN_KIND_CLIENT).addEvents(event).build(),
            span(3, 1, 10).setFlags(0x100).build());

    assertThat(decoded.unusable()).isEmpty();
    assertThat(decoded.runRows()).isEmpty();
    assertThat(decoded.rows()).extracting(row -> row.get("run_id")).containsExactly("inv");
    assertThat(decoded.skipped()).hasValue(2);
  }

  @Test
  void findsTheRunInAnotherResourceOfTheRecord() throws Exception {
    Resource database = Resource.newBuilder().addAttributes(text("service.name", "db")).build();
    byte[] record =
        TracesData.newBuilder()
            .addResourceSpans(spans(database, span(2, 1, 10).clearAttributes().build()))
            .addResourceSpans(spans(function(), span(1, 0, 1000).build()))
            .build()
            .toByteArray();

    DecodedLogs decoded = decode(record);

    assertThat(decoded.runRows())
        .extracting(row -> row.get("script"), row -> row.get("phases"))
        .containsExactly(tuple("F", Map.of("span 2", 10.0)));
  }

  @Test
  void makesARunOfEachInvocation() throws Exception {
    Span one = span(1, 0, 10).setKind(SpanKind.SPAN_KIND_SERVER).build();
    Span other =
        span(2, 1, 5)
            .setKind(SpanKind.SPAN_KIND_SERVER)
            .clearAttributes()
            .addAttributes(text("faas.execution", "inv-2"))
            .build();

    assertThat(decode(one, other).runRows())
        .extracting(row -> row.get("run_id"))
        .containsExactly("inv", "inv-2");
  }

  @Test
  void letsABadSpanCostItselfOnly() throws Exception {
    String record =
        """
        {"resourceSpans":[{"resource":{"attributes":[
            {"key":"faas.name","value":{"stringValue":"F"}},
            {"key":"faas.invocation_id","value":{"stringValue":"inv"}}]},
          "scopeSpans":[{"spans":[
            {"spanId":"1111111111111111","kind":2,"startTimeUnixNano":"soon"},
            {"spanId":"2222222222222222","kind":2},
            {"spanId":"3333333333333333","name":"f","startTimeUnixNano":"%d"}]}]}]}
        """
            .formatted(START);

    DecodedLogs decoded = decode(record.getBytes(StandardCharsets.UTF_8));

    assertThat(decoded.unusable())
        .extracting(DecodedLogs.Unusable::item, DecodedLogs.Unusable::reason)
        .containsExactly(
            tuple(0, DeadLetterReason.WRONG_TYPE), tuple(1, DeadLetterReason.MISSING_FIELD));
    assertThat(decoded.runRows()).extracting(row -> row.get("function")).containsExactly("f");
  }

  @Test
  void skipsASpanOfNoInvocationWhateverIsWrongWithIt() throws Exception {
    DecodedLogs decoded = decode(span(1, 0, 10).clearAttributes().clearStartTimeUnixNano().build());

    assertThat(decoded.events()).isEmpty();
    assertThat(decoded.unusable()).isEmpty();
    assertThat(decoded.skipped()).hasValue(1);
  }

  @Test
  void makesADeadLetterOfABadChildThatInheritsItsInvocation() throws Exception {
    DecodedLogs decoded =
        decode(
            span(2, 1, 10).clearAttributes().clearStartTimeUnixNano().build(),
            span(1, 0, 10).build());

    assertThat(decoded.unusable())
        .extracting(DecodedLogs.Unusable::item, DecodedLogs.Unusable::reason)
        .containsExactly(tuple(0, DeadLetterReason.MISSING_FIELD));
    assertThat(decoded.runRows()).extracting(row -> row.get("phases")).containsExactly(Map.of());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 60_000})
  void countsAnEndBeforeItsStartAsNoTimeWithinTheClockSkew(long millisBefore) throws Exception {
    Span run = span(1, 0, 0).setEndTimeUnixNano(START - millisBefore * MILLI).build();
    Span child = span(2, 1, 0).setEndTimeUnixNano(START - millisBefore * MILLI).build();

    DecodedLogs decoded = decode(run, child);

    assertThat(decoded.unusable()).isEmpty();
    assertThat(decoded.runRows())
        .singleElement()
        .satisfies(
            row ->
                assertThat(row)
                    .containsEntry("response_time", 0.0)
                    .containsEntry("ended_on", row.get("executed_on"))
                    .containsEntry("phases", Map.of("span 2", 0.0)));
  }

  @Test
  void rejectsAnEndBeforeItsStartBeyondTheClockSkew() throws Exception {
    Span run = span(1, 0, 0).setEndTimeUnixNano(START - 60_001 * MILLI).build();

    DecodedLogs decoded = decode(run);

    assertThat(decoded.runRows()).isEmpty();
    assertThat(decoded.unusable())
        .singleElement()
        .satisfies(
            letter -> {
              assertThat(letter.reason()).isEqualTo(DeadLetterReason.BAD_VALUE);
              assertThat(letter.detail()).contains("event.max-clock-skew", "by 60001 ms");
            });
  }

  @ParameterizedTest
  @CsvSource({
    "STATUS_CODE_OK, true, OK, Success",
    "STATUS_CODE_ERROR, true, ERROR, Failed",
    "STATUS_CODE_UNSET, true, UNSET, Success",
    "STATUS_CODE_OK, false, '', In Progress"
  })
  void keepsTheStatusCodeOfARunThatHasEnded(
      Status.StatusCode code, boolean ended, String original, String status) throws Exception {
    Span.Builder span = span(1, 0, 10).setStatus(Status.newBuilder().setCode(code));
    if (!ended) {
      span.clearEndTimeUnixNano();
    }

    assertThat(decode(span.build()).runRows())
        .extracting(row -> row.get("original_status"), row -> row.get("status"))
        .containsExactly(tuple(original, status));
  }

  @ParameterizedTest
  @CsvSource({
    "7, 7, ''",
    "4294967295, 4294967295, ''",
    "4294967296, 0, 4294967296",
    "202611281230, 0, 202611281230",
    "v12, 0, v12",
    "$LATEST, 0, $LATEST"
  })
  void takesEveryVersionForANumberThatTheColumnHolds(String version, long number, String id)
      throws Exception {
    Span span = span(1, 0, 10).addAttributes(text("faas.version", version)).build();

    ScriptEvent event = decode(span).events().get(0);

    RunRow row = new RunRow().wrap(event.row);
    assertThat(Integer.toUnsignedLong(row.deploymentVersion())).isEqualTo(number);
    assertThat(row.text(RunRow.Column.DEPLOYMENT_ID)).isEqualTo(id);
  }

  private static Span.Builder span(int id, int parent, long millis) {
    return Span.newBuilder()
        .setName("span " + id)
        .setTraceId(ByteString.fromHex("5b8efff798038103d269b633813fc60c"))
        .setSpanId(id(id))
        .setParentSpanId(id(parent))
        .setKind(SpanKind.SPAN_KIND_INTERNAL)
        .setStartTimeUnixNano(START)
        .setEndTimeUnixNano(START + millis * MILLI)
        .addAttributes(text("faas.invocation_id", "inv"));
  }

  /** Eight bytes; those of 0 are OTLP's form of no id. */
  private static ByteString id(int number) {
    return ByteString.fromHex("%016x".formatted(number));
  }

  private static KeyValue text(String key, String value) {
    return KeyValue.newBuilder()
        .setKey(key)
        .setValue(AnyValue.newBuilder().setStringValue(value))
        .build();
  }

  private static Resource function() {
    return Resource.newBuilder()
        .addAttributes(text("account", "acme"))
        .addAttributes(text("faas.name", "F"))
        .build();
  }

  private static ResourceSpans spans(Resource resource, Span... spans) {
    return ResourceSpans.newBuilder()
        .setResource(resource)
        .addScopeSpans(ScopeSpans.newBuilder().addAllSpans(List.of(spans)))
        .build();
  }

  private static DecodedLogs decode(Span... spans) throws UnusableRecordException {
    return decode(
        TracesData.newBuilder().addResourceSpans(spans(function(), spans)).build().toByteArray());
  }

  private static DecodedLogs decode(byte[] record) throws UnusableRecordException {
    return DecodedLogs.of(
        new OtlpSpanDecoder(
            limits(Duration.ofDays(30)), EventRules.DEFAULT, HASH_KEY, DecodedLogs.UNMASKED),
        record,
        ARRIVAL);
  }
}
