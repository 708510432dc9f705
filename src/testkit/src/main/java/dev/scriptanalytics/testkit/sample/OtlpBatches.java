package dev.scriptanalytics.testkit.sample;

import com.google.protobuf.ByteString;
import dev.scriptanalytics.testkit.sample.SampleRun.Deployment;
import dev.scriptanalytics.testkit.sample.SampleRun.Failure;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
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
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/** Makes of log entries and runs what OpenTelemetry's Collector sends of them. */
public final class OtlpBatches {
  private static final long NANOS_PER_MICRO = 1000;

  private OtlpBatches() {}

  /**
   * One batch of all entries. The deployed script is the resource, the part of it that logged the
   * scope; the run stands on each record, since a process serves many.
   */
  static LogsData logs(List<SampleLog> entries) {
    LogsData.Builder batch = LogsData.newBuilder();
    Resource last = null;
    for (SampleLog entry : entries) {
      Resource resource = resource(entry);
      if (!resource.equals(last)) {
        batch.addResourceLogs(ResourceLogs.newBuilder().setResource(resource));
        last = resource;
      }
      batch
          .getResourceLogsBuilder(batch.getResourceLogsCount() - 1)
          .addScopeLogs(
              ScopeLogs.newBuilder()
                  .setScope(InstrumentationScope.newBuilder().setName(entry.source()))
                  .addLogRecords(record(entry)));
    }
    return batch.build();
  }

  /** The span that is a run which has ended, with what it logged as events. */
  static TracesData span(SampleRun run, List<LoggedLine> lines) {
    long startedAt = run.startedAt() * 1_000_000;
    Span.Builder span =
        Span.newBuilder()
            .setTraceId(id(hex(run, 1) + hex(run, 2)))
            .setSpanId(id(hex(run, 3)))
            .setName(run.function())
            .setKind(Span.SpanKind.SPAN_KIND_SERVER)
            .setStartTimeUnixNano(startedAt)
            .setEndTimeUnixNano(startedAt + run.durationMicros() * NANOS_PER_MICRO)
            .addAttributes(attribute("faas.invocation_id", run.attemptId()))
            .addAttributes(attribute("faas.trigger", run.source().type()))
            .addAttributes(attribute("http.route", "/" + run.source().name()));
    for (SampleLog entry : entriesOf(run, lines)) {
      span.addEvents(event(entry, run.details().failure()));
    }
    if (run.details().failure() != null) {
      span.setStatus(
          Status.newBuilder()
              .setCode(Status.StatusCode.STATUS_CODE_ERROR)
              .setMessage(run.details().failure().message()));
    }
    return TracesData.newBuilder()
        .addResourceSpans(
            ResourceSpans.newBuilder()
                .setResource(resource(run.account(), run.script(), run.deployment()))
                .addScopeSpans(ScopeSpans.newBuilder().addSpans(span)))
        .build();
  }

  /** The entries that the events of {@link #span} are: events have no level but that of errors. */
  static List<SampleLog> entriesOf(SampleRun run, List<LoggedLine> lines) {
    List<SampleLog> entries = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      long micros =
          run.startedAt() * 1000 + (i + 1) * (run.durationMicros() / (lines.size() + 1)) + i;
      Failure failure = i == lines.size() - 1 ? run.details().failure() : null;
      String message = failure == null ? lines.get(i).message() : failure.message();
      String level = failure == null ? "INFO" : "ERROR";
      entries.add(SampleLog.of(run, "", micros, level, message, ""));
    }
    return entries;
  }

  private static Span.Event event(SampleLog entry, Failure failure) {
    Span.Event.Builder event =
        Span.Event.newBuilder().setTimeUnixNano(entry.micros() * NANOS_PER_MICRO);
    if (!entry.level().equals("ERROR")) {
      return event.setName(entry.message()).build();
    }
    return event
        .setName("exception")
        .addAttributes(attribute("exception.type", failure.code()))
        .addAttributes(attribute("exception.message", entry.message()))
        .addAttributes(attribute("exception.stacktrace", String.join("\n", failure.stackTrace())))
        .build();
  }

  private static String hex(SampleRun run, long part) {
    return HexFormat.of()
        .toHexDigits(SeedMixer.seedOf(run.runId().hashCode(), run.startedAt(), part));
  }

  private static Resource resource(SampleLog entry) {
    return resource(entry.account(), entry.script(), entry.deployment());
  }

  private static Resource resource(String account, String script, Deployment deployment) {
    Resource.Builder resource = Resource.newBuilder();
    if (!account.equals(SampleRun.DEFAULT_ACCOUNT)) {
      resource.addAttributes(attribute("account", account));
    }
    return resource
        .addAttributes(attribute("service.name", "functions"))
        .addAttributes(attribute("faas.name", script))
        .addAttributes(attribute("faas.version", version(deployment)))
        .build();
  }

  private static String version(Deployment deployment) {
    return deployment.version() > 0 ? Integer.toString(deployment.version()) : deployment.id();
  }

  private static LogRecord record(SampleLog entry) {
    LogRecord.Builder record =
        LogRecord.newBuilder()
            .setTimeUnixNano(entry.micros() * NANOS_PER_MICRO)
            .setObservedTimeUnixNano(entry.micros() * NANOS_PER_MICRO + 250_000)
            .setSeverityNumber(severity(entry.level()))
            .setSeverityText(entry.level())
            .setBody(AnyValue.newBuilder().setStringValue(entry.message()));
    if (!entry.runId().isEmpty()) {
      record.addAttributes(attribute("faas.invocation_id", entry.runId()));
    }
    if (!entry.id().isEmpty()) {
      record.addAttributes(attribute("log.record.uid", entry.id()));
    }
    SampleLog.Details details = entry.details();
    if (!details.stackTrace().isEmpty()) {
      record.addAttributes(
          attribute("exception.stacktrace", String.join("\n", details.stackTrace())));
    }
    return record.setTraceId(id(details.traceId())).setSpanId(id(details.spanId())).build();
  }

  /** The number of a level; none where the word is no level of OpenTelemetry. */
  private static SeverityNumber severity(String level) {
    return switch (level.toUpperCase(Locale.ROOT)) {
      case "DEBUG" -> SeverityNumber.SEVERITY_NUMBER_DEBUG;
      case "INFO" -> SeverityNumber.SEVERITY_NUMBER_INFO;
      case "WARN", "WARNING" -> SeverityNumber.SEVERITY_NUMBER_WARN;
      case "ERROR" -> SeverityNumber.SEVERITY_NUMBER_ERROR;
      case "FATAL" -> SeverityNumber.SEVERITY_NUMBER_FATAL;
      default -> SeverityNumber.SEVERITY_NUMBER_UNSPECIFIED;
    };
  }

  static KeyValue attribute(String name, String text) {
    return KeyValue.newBuilder()
        .setKey(name)
        .setValue(AnyValue.newBuilder().setStringValue(text))
        .build();
  }

  static ByteString id(String hexadecimal) {
    return ByteString.copyFrom(HexFormat.of().parseHex(hexadecimal));
  }
}
