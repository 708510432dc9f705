package dev.scriptanalytics.local.sample;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.LogsData;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.opentelemetry.proto.logs.v1.SeverityNumber;
import io.opentelemetry.proto.resource.v1.Resource;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/** Makes of log entries what OpenTelemetry's Collector sends of them. */
final class OtlpBatches {
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

  private static Resource resource(SampleLog entry) {
    Resource.Builder resource = Resource.newBuilder();
    if (!entry.account().equals(SampleRun.DEFAULT_ACCOUNT)) {
      resource.addAttributes(attribute("account", entry.account()));
    }
    return resource
        .addAttributes(attribute("service.name", "functions"))
        .addAttributes(attribute("faas.name", entry.script()))
        .addAttributes(attribute("faas.version", Integer.toString(entry.deployment().version())))
        .build();
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
