package dev.scriptanalytics.decode.otlp;

import static dev.scriptanalytics.decode.DecodedLogs.HASH_KEY;
import static dev.scriptanalytics.decode.DecodedLogs.limits;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.scriptanalytics.decode.DecodedLogs;
import dev.scriptanalytics.decode.EventRules;
import dev.scriptanalytics.decode.RecordDecoder;
import dev.scriptanalytics.redact.Redactor;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.logs.Logger;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.logging.otlp.internal.logs.OtlpStdoutLogRecordExporter;
import io.opentelemetry.exporter.logging.otlp.internal.traces.OtlpStdoutSpanExporter;
import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.export.BatchLogRecordProcessor;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the official SDK sends comes out complete, in both of its forms. */
class OtlpOfTheSdkTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Resource RESOURCE =
      Resource.create(
          Attributes.builder()
              .put("service.name", "billing")
              .put("faas.name", "Invoice")
              .put("faas.version", "12")
              .put("faas.trigger", "http")
              .put("account", "acme")
              .build());

  private final List<byte[]> logs = Collections.synchronizedList(new ArrayList<>());
  private final List<byte[]> spans = Collections.synchronizedList(new ArrayList<>());
  private final Instant time = Instant.now().truncatedTo(ChronoUnit.MICROS).minusSeconds(5);
  private HttpServer server;

  @BeforeEach
  void listen() throws Exception {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receive("/v1/logs", logs);
    receive("/v1/traces", spans);
    server.start();
  }

  private void receive(String path, List<byte[]> into) {
    server.createContext(
        path,
        exchange -> {
          into.add(exchange.getRequestBody().readAllBytes());
          exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
  }

  @AfterEach
  void stopListening() {
    server.stop(0);
  }

  @Test
  void readsWhatTheSdkSendsInProtobuf() throws Exception {
    String address = "http://127.0.0.1:" + server.getAddress().getPort();
    try (OtlpHttpLogRecordExporter exporter =
        OtlpHttpLogRecordExporter.builder().setEndpoint(address + "/v1/logs").build()) {
      log(exporter);
    }
    try (OtlpHttpSpanExporter exporter =
        OtlpHttpSpanExporter.builder().setEndpoint(address + "/v1/traces").build()) {
      trace(exporter);
    }

    assertThat(logs.get(0)[0]).isNotEqualTo((byte) '{');
    expectTheLogs();
    expectTheRun();
  }

  @Test
  void readsWhatTheSdkWritesInJson() throws Exception {
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    log(
        OtlpStdoutLogRecordExporter.builder()
            .setOutput(written)
            .setWrapperJsonObject(true)
            .build());
    lines(written, logs);
    written.reset();
    trace(OtlpStdoutSpanExporter.builder().setOutput(written).setWrapperJsonObject(true).build());
    lines(written, spans);

    assertThat(logs.get(0)[0]).isEqualTo((byte) '{');
    expectTheLogs();
    expectTheRun();
  }

  private static void lines(ByteArrayOutputStream written, List<byte[]> into) {
    written
        .toString(StandardCharsets.UTF_8)
        .lines()
        .filter(line -> !line.isBlank())
        .forEach(line -> into.add(line.getBytes(StandardCharsets.UTF_8)));
  }

  private void log(LogRecordExporter exporter) {
    try (SdkLoggerProvider provider =
        SdkLoggerProvider.builder()
            .setResource(RESOURCE)
            .addLogRecordProcessor(BatchLogRecordProcessor.builder(exporter).build())
            .build()) {
      Logger logger = provider.loggerBuilder("invoices").setInstrumentationVersion("3").build();
      logger
          .logRecordBuilder()
          .setTimestamp(time)
          .setSeverity(Severity.WARN)
          .setSeverityText("WARN")
          .setBody("Invoice 7 is late")
          .setAttribute("faas.invocation_id", "run_1")
          .setAttribute(AttributeKey.longKey("days"), 3L)
          .setAttribute(AttributeKey.doubleKey("amount"), 12.5)
          .setAttribute(AttributeKey.booleanKey("reminded"), true)
          .setAttribute(AttributeKey.stringArrayKey("tags"), List.of("a", "b"))
          .emit();
      logger
          .logRecordBuilder()
          .setTimestamp(time)
          .setSeverity(Severity.ERROR)
          .setBody("Cannot send")
          .setAttribute("faas.invocation_id", "run_1")
          .setException(new IllegalStateException("no connection"))
          .emit();
      assertThat(provider.forceFlush().join(30, TimeUnit.SECONDS).isSuccess()).isTrue();
    }
  }

  private void trace(SpanExporter exporter) {
    try (SdkTracerProvider provider =
        SdkTracerProvider.builder()
            .setResource(RESOURCE)
            .addSpanProcessor(BatchSpanProcessor.builder(exporter).build())
            .build()) {
      Tracer tracer = provider.get("invoices");
      Span span =
          tracer
              .spanBuilder("send")
              .setAttribute("faas.invocation_id", "run_1")
              .setAttribute("invoice", 7)
              .setStartTimestamp(time)
              .startSpan();
      span.addEvent(
          "rendered", Attributes.of(AttributeKey.longKey("pages"), 2L), time.plusMillis(1));
      span.recordException(new IllegalStateException("no connection"));
      span.setStatus(StatusCode.ERROR, "not sent");
      tracer.spanBuilder("a part of it").setParent(Context.current().with(span)).startSpan().end();
      span.end(time.plusMillis(250));
      assertThat(provider.forceFlush().join(30, TimeUnit.SECONDS).isSuccess()).isTrue();
    }
  }

  private void expectTheLogs() throws Exception {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (byte[] batch : logs) {
      DecodedLogs decoded =
          decoded(
              new OtlpLogDecoder(limits(Duration.ofDays(1)), HASH_KEY, Redactor.ofNothing()),
              batch);
      rows.addAll(decoded.rows());
    }
    assertThat(rows)
        .extracting(
            row -> row.get("timestamp"),
            row -> row.get("log_level"),
            row -> row.get("original_level"),
            row -> row.get("log_message"),
            row -> row.get("account"),
            row -> row.get("script"),
            row -> row.get("deployment_version"),
            row -> row.get("run_id"),
            row -> row.get("source_type"),
            row -> row.get("source"),
            row -> row.get("error_code"))
        .containsExactly(
            tuple(
                time,
                "Warning",
                "WARN",
                "Invoice 7 is late",
                "acme",
                "Invoice",
                12,
                "run_1",
                "http",
                "invoices",
                ""),
            tuple(
                time,
                "Error",
                "",
                "Cannot send",
                "acme",
                "Invoice",
                12,
                "run_1",
                "http",
                "invoices",
                "java.lang.IllegalStateException"));
    JsonNode metadata = JSON.readTree((String) rows.get(0).get("metadata"));
    assertThat(metadata)
        .isEqualTo(
            JSON.readTree("{\"amount\":12.5,\"days\":3,\"reminded\":true,\"tags\":[\"a\",\"b\"]}"));
    assertThat((String) rows.get(1).get("stack_trace"))
        .contains("IllegalStateException: no connection", "\tat ");
    assertThat(JSON.readTree((String) rows.get(0).get("extra")).at("/scope/version").asText())
        .isEqualTo("3");
  }

  private void expectTheRun() throws Exception {
    List<Map<String, Object>> runs = new ArrayList<>();
    List<Map<String, Object>> entries = new ArrayList<>();
    int skipped = 0;
    for (byte[] batch : spans) {
      DecodedLogs decoded =
          decoded(
              new OtlpSpanDecoder(
                  limits(Duration.ofDays(1)), EventRules.DEFAULT, HASH_KEY, Redactor.ofNothing()),
              batch);
      runs.addAll(decoded.runRows());
      entries.addAll(decoded.rows());
      skipped += decoded.skipped().get();
    }
    assertThat(skipped).as("the span of a part is a phase").isZero();
    assertThat(runs)
        .singleElement()
        .satisfies(
            row ->
                assertThat(row)
                    .containsEntry("status", "Failed")
                    .containsEntry("account", "acme")
                    .containsEntry("script", "Invoice")
                    .containsEntry("run_id", "run_1")
                    .containsEntry("deployment_version", 12)
                    .containsEntry("function", "send")
                    .containsEntry("executed_on", time.truncatedTo(ChronoUnit.MILLIS))
                    .containsEntry("ended_on", time.plusMillis(250).truncatedTo(ChronoUnit.MILLIS))
                    .containsEntry("error_code", "java.lang.IllegalStateException")
                    .containsEntry("error_message", "not sent")
                    .containsEntry("original_status", "ERROR")
                    .hasEntrySatisfying(
                        "phases",
                        phases ->
                            assertThat(((Map<?, ?>) phases).keySet()).hasToString("[a part of it]"))
                    .extractingByKey("extra")
                    .asString()
                    .contains("\"invoice\":7"));
    assertThat(entries)
        .extracting(
            row -> row.get("log_message"), row -> row.get("log_level"), row -> row.get("metadata"))
        .containsExactly(
            tuple("rendered", "Info", "{\"pages\":2}"), tuple("no connection", "Error", ""));
  }

  private static DecodedLogs decoded(RecordDecoder decoder, byte[] batch) throws Exception {
    DecodedLogs decoded = DecodedLogs.of(decoder, batch, Instant.now());
    assertThat(decoded.unusable()).isEmpty();
    return decoded;
  }
}
