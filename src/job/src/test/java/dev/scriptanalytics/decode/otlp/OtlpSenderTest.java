package dev.scriptanalytics.decode.otlp;

import static dev.scriptanalytics.decode.DecodedLogs.HASH_KEY;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.ByteString;
import dev.scriptanalytics.decode.DecodedLogs;
import dev.scriptanalytics.decode.DecodedLogs.Unusable;
import dev.scriptanalytics.decode.EventLimits;
import dev.scriptanalytics.decode.EventRules;
import dev.scriptanalytics.decode.RecordDecoder;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.LogsData;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose a dead letter of OTLP is, and which resource it came from. */
class OtlpSenderTest {
  private static final Instant ARRIVAL = Instant.parse("2026-11-02T10:15:00Z");
  private static final EventLimits LIMITS = DecodedLogs.limits(Duration.ofDays(30));
  private static final long NANOS = ARRIVAL.toEpochMilli() * 1_000_000 - 5_000_000_000L;
  private static final String ACME =
      "{'attributes':[{'key':'account','value':{'stringValue':'acme'}},"
          + "{'key':'pod','value':{'stringValue':'p1'}}]}";
  private static final String ACME_SHOWN = "{\"account\":\"acme\",\"pod\":\"p1\"}";
  private static final String NO_ACCOUNT =
      "{'attributes':[{'key':'pod','value':{'stringValue':'p1'}}]}";
  private static final String OWN = "{'key':'account','value':{'stringValue':'own'}}";

  private final RecordDecoder logs = new OtlpLogDecoder(LIMITS, HASH_KEY, DecodedLogs.UNMASKED);
  private final RecordDecoder spans =
      new OtlpSpanDecoder(LIMITS, EventRules.DEFAULT, HASH_KEY, DecodedLogs.UNMASKED);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "7",
        "{'timeUnixNano':'soon'}",
        "{'timeUnixNano':1}",
        "{'timeUnixNano':'9999999999999999999'}"
      })
  void isTheAccountAndTheResourceOfALogRecord(String log) throws Exception {
    assertThat(logs(ACME, log).unusable())
        .extracting(Unusable::account, Unusable::resource)
        .containsExactly(tuple("acme", ACME_SHOWN));
    boolean isReadable = log.startsWith("{");
    assertThat(logs(NO_ACCOUNT, log).unusable())
        .extracting(Unusable::account, Unusable::resource)
        .containsExactly(tuple(isReadable ? "default" : "", "{\"pod\":\"p1\"}"));
    if (isReadable) {
      String withOwn = log.substring(0, log.length() - 1) + ",'attributes':[" + OWN + "]}";
      assertThat(logs(ACME, withOwn).unusable())
          .extracting(Unusable::account, Unusable::resource)
          .containsExactly(tuple("own", ACME_SHOWN));
    }
  }

  @Test
  void isTheAccountOfTheScopeWhereItNamesOne() throws Exception {
    String batch =
        "{'resourceLogs':[{'resource':%s,'scopeLogs':[{'scope':{'attributes':[%s]},'logRecords':7}]}]}"
            .formatted(ACME, OWN);

    assertThat(decode(logs, batch).unusable())
        .extracting(Unusable::account, Unusable::resource)
        .containsExactly(tuple("own", ACME_SHOWN));
  }

  @Test
  void isThatOfTheResourceForAPartOfItThatHasNoItems() throws Exception {
    String batch =
        "{'resourceLogs':[{'resource':%s,'scopeLogs':7},{'resource':%s,'scopeLogs':[7]},7]}"
            .formatted(ACME, NO_ACCOUNT);

    assertThat(decode(logs, batch).unusable())
        .extracting(Unusable::account, Unusable::resource)
        .containsExactly(tuple("acme", ACME_SHOWN), tuple("", "{\"pod\":\"p1\"}"), tuple("", ""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "7",
        "{'attributes':[7]}",
        "{'attributes':[{'key':'account','value':{'intValue':'x'}}]}",
        "{'attributes':[{'key':'account','value':{'arrayValue':{}}}]}"
      })
  void isUnknownWhereTheResourceCannotBeRead(String resource) throws Exception {
    assertThat(logs(resource, "{'timeUnixNano':%d}".formatted(NANOS)).unusable())
        .extracting(Unusable::account)
        .containsExactly("");
    assertThat(logs(resource, "{'timeUnixNano':1,'attributes':[" + OWN + "]}").unusable())
        .extracting(Unusable::account)
        .containsExactly("own");
  }

  @Test
  void isThatOfTheRunForASpanItsEventsAndItsChildren() throws Exception {
    String invocation = "{'key':'faas.invocation_id','value':{'stringValue':'inv'}}";
    String name = "{'key':'faas.name','value':{'stringValue':'f'}}";
    String run =
        span(1, 0, "'events':[7,{'name':'e','timeUnixNano':'soon'}]", invocation, name, OWN);
    String child = span(2, 1, "'endTimeUnixNano':1");
    String noScript = span(3, 0, "'kind':1", invocation.replace("'inv'", "'other'"));

    DecodedLogs decoded = spans(ACME, run, child, noScript, "7");

    assertThat(decoded.runRows()).extracting(row -> row.get("account")).containsExactly("own");
    assertThat(decoded.unusable())
        .extracting(Unusable::item, Unusable::account, Unusable::resource)
        .containsExactly(
            tuple(1, "own", ACME_SHOWN),
            tuple(2, "own", ACME_SHOWN),
            tuple(3, "own", ACME_SHOWN),
            tuple(4, "acme", ACME_SHOWN),
            tuple(5, "acme", ACME_SHOWN));
  }

  @Test
  void isUnknownOfASpanThatInheritsAnUnknownRun() throws Exception {
    String unreadable = "{'key':'faas.invocation_id','value':{'intValue':'x'}}";

    DecodedLogs decoded =
        spans(NO_ACCOUNT, span(1, 0, "'kind':1", unreadable), span(2, 1, "'kind':1"));

    assertThat(decoded.unusable())
        .extracting(Unusable::item, Unusable::account)
        .containsExactly(tuple(0, "default"), tuple(1, ""));
  }

  // Protocol Buffers

  @Test
  void isTheAccountAndTheResourceOfDamagedProtobuf() throws Exception {
    LogRecord old = LogRecord.newBuilder().setTimeUnixNano(1).build();
    ScopeLogs scope =
        ScopeLogs.newBuilder()
            .addLogRecords(old)
            .addLogRecords(old.toBuilder().addAttributes(attribute("account", "own")))
            .build();
    ByteString damaged = ByteString.copyFrom(new byte[] {0x12, 2, (byte) 0x80, (byte) 0x80});
    ByteString resource =
        ResourceLogs.newBuilder().setResource(acme()).addScopeLogs(scope).build().toByteString();
    byte[] batch =
        batchOf(resource.concat(ByteString.copyFrom(new byte[] {0x12, 4})).concat(damaged));

    assertThat(DecodedLogs.of(logs, batch, ARRIVAL).unusable())
        .extracting(Unusable::item, Unusable::account, Unusable::resource)
        .containsExactly(
            tuple(0, "acme", ACME_SHOWN),
            tuple(1, "own", ACME_SHOWN),
            tuple(2, "acme", ACME_SHOWN));
  }

  @Test
  void isThatOfTheResourceForItemsOfAnotherKind() throws Exception {
    Span span =
        Span.newBuilder()
            .setStartTimeUnixNano(NANOS)
            .addAttributes(attribute("account", "own"))
            .build();
    TracesData batch =
        TracesData.newBuilder()
            .addResourceSpans(
                ResourceSpans.newBuilder()
                    .setResource(acme())
                    .addScopeSpans(ScopeSpans.newBuilder().addSpans(span)))
            .addResourceSpans(
                ResourceSpans.newBuilder().addScopeSpans(ScopeSpans.newBuilder().addSpans(span)))
            .build();

    assertThat(DecodedLogs.of(logs, batch.toByteArray(), ARRIVAL).unusable())
        .extracting(Unusable::account, Unusable::resource)
        .containsExactly(tuple("acme", ACME_SHOWN), tuple("", ""));
  }

  @Test
  void isTheAccountAndTheResourceOfASpanOfProtobuf() throws Exception {
    Span old =
        Span.newBuilder()
            .setStartTimeUnixNano(1)
            .addAttributes(attribute("faas.invocation_id", "inv"))
            .build();
    TracesData batch =
        TracesData.newBuilder()
            .addResourceSpans(
                ResourceSpans.newBuilder()
                    .setResource(acme())
                    .addScopeSpans(ScopeSpans.newBuilder().addSpans(old)))
            .build();

    assertThat(DecodedLogs.of(spans, batch.toByteArray(), ARRIVAL).unusable())
        .extracting(Unusable::account, Unusable::resource)
        .containsExactly(tuple("acme", ACME_SHOWN));
  }

  // Nothing

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "{'resourceSpans':[]}",
        "{'resource_spans':null}",
        "{'resourceSpans':[{}]}",
        "{'resourceSpans':[{'resource':{},'scopeSpans':[]}]}",
        "{'resourceSpans':[{'scopeSpans':[{'spans':[]}]}]}",
        "\n\0",
        "\n\2\22\0"
      })
  void makesNothingOfAnEmptyBatchOfSpans(String batch) throws Exception {
    DecodedLogs decoded = decode(spans, batch);

    assertThat(decoded.events()).isEmpty();
    assertThat(decoded.unusable()).isEmpty();
    assertThat(decoded.skipped()).hasValue(0);
  }

  @Test
  void makesNothingOfAnEmptyBatchOfProtobuf() throws Exception {
    LogsData noItems =
        LogsData.newBuilder()
            .addResourceLogs(
                ResourceLogs.newBuilder()
                    .setResource(acme())
                    .addScopeLogs(ScopeLogs.getDefaultInstance()))
            .build();
    for (LogsData batch : new LogsData[] {LogsData.getDefaultInstance(), noItems}) {
      for (RecordDecoder decoder : new RecordDecoder[] {logs, spans}) {
        DecodedLogs decoded = DecodedLogs.of(decoder, batch.toByteArray(), ARRIVAL);
        assertThat(decoded.events()).isEmpty();
        assertThat(decoded.unusable()).isEmpty();
      }
    }
  }

  private static Resource acme() {
    return Resource.newBuilder()
        .addAttributes(attribute("account", "acme"))
        .addAttributes(attribute("pod", "p1"))
        .build();
  }

  private static KeyValue attribute(String name, String value) {
    return KeyValue.newBuilder()
        .setKey(name)
        .setValue(AnyValue.newBuilder().setStringValue(value))
        .build();
  }

  private static byte[] batchOf(ByteString resource) {
    assertThat(resource.size()).as("a length of one byte").isLessThan(128);
    return ByteString.copyFrom(new byte[] {0x0a, (byte) resource.size()})
        .concat(resource)
        .toByteArray();
  }

  private static String span(int id, int parent, String field, String... attributes) {
    return String.format(
        Locale.ROOT,
        "{'traceId':'5b8efff798038103d269b633813fc60c','spanId':'%016x','parentSpanId':'%016x',"
            + "'name':'n','startTimeUnixNano':%d,'attributes':[%s],%s}",
        id,
        parent,
        NANOS,
        String.join(",", attributes),
        field);
  }

  private DecodedLogs logs(String resource, String log) throws Exception {
    return decode(
        logs,
        "{'resourceLogs':[{'resource':%s,'scopeLogs':[{'logRecords':[%s]}]}]}"
            .formatted(resource, log));
  }

  private DecodedLogs spans(String resource, String... all) throws Exception {
    return decode(
        spans,
        "{'resourceSpans':[{'resource':%s,'scopeSpans':[{'spans':[%s]}]}]}"
            .formatted(resource, String.join(",", all)));
  }

  private static DecodedLogs decode(RecordDecoder decoder, String batch) throws Exception {
    return DecodedLogs.of(decoder, batch.replace('\'', '"').getBytes(UTF_8), ARRIVAL);
  }
}
