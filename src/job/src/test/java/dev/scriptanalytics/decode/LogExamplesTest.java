package dev.scriptanalytics.decode;

import static dev.scriptanalytics.decode.DecodedLogs.ATTRIBUTES;
import static dev.scriptanalytics.decode.DecodedLogs.HASH_KEY;
import static dev.scriptanalytics.decode.DecodedLogs.emptyRow;
import static dev.scriptanalytics.decode.DecodedLogs.with;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.scriptanalytics.decode.DecodedLogs.Unusable;
import dev.scriptanalytics.event.DeadLetterReason;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The examples that the products' documentation gives, unchanged, as the rows they become. */
class LogExamplesTest {
  private static final ObjectMapper JACKSON = new ObjectMapper();
  private static final Instant ARRIVAL = Instant.parse("2025-05-14T06:07:30Z");

  private final LogDecoder decoder =
      new LogDecoder(
          DecodedLogs.limits(Duration.ofDays(3650)),
          EventRules.DEFAULT,
          HASH_KEY,
          ATTRIBUTES,
          DecodedLogs.UNMASKED);

  @Test
  void readsTheSpanOfKorelogger() throws Exception {
    String span = example("korelogger-span.json");

    assertThat(rows(span))
        .containsExactly(
            with(
                keptRow(),
                "timestamp",
                Instant.parse("2025-05-14T06:07:27.238927Z"),
                "log_id",
                "4XXXXXX5-5XX0-4XX6-bXX8-4XXXXXXXXXX6",
                "run_id",
                "run_12345",
                "deployment_id",
                "deploy_67890",
                "original_level",
                "INFO",
                "log_message",
                "Using korelogger to log",
                "source",
                "api_call",
                "source_type",
                "test",
                "trace_id",
                "3453665abxxxxxxxxxxxxxxxxxxxxxxx",
                "span_id",
                "7e3xxxxxxxxxxxx",
                "metadata",
                json(
                    """
                    {"traceparent":"00-abxxxxxxxxxxxxxxxxxxxxxxxxxx0-12345xxxxxxxxxxxf-01",
                     "log.trace_id":
                       "00-abcdef12345xxxxxxxxxxxxxxxxxxxx0-12345xxxxxxxxxxf-01",
                     "log.meta.msg":"Using korelogger to log","log.meta.pid":"41"}
                    """),
                "extra",
                json(
                    """
                    {"name":"gvisor_info_log","context":{"trace_state":"[]"},
                     "kind":"SpanKind.INTERNAL","parent_id":null,
                     "end_time":"2025-05-14T06:07:27.238966Z","status":{"status_code":"UNSET"},
                     "events":[],"links":[],
                     "resource":{"attributes":{"service.name":"gvisor-py-normal",
                       "service.instance.id":"4XXXXXX1-9XX9-4XXb-9XXc-aXXXXXXXXXX1",
                       "deployment.environment":"rnd-xxx.example.com"},"schema_url":""}}
                    """)));
  }

  @Test
  void readsEachEntryOfAnAnswerOfTheLogsApi() throws Exception {
    String answer = example("endpoint-logs.json");

    List<Map<String, Object>> rows = rows(answer);

    ArrayNode logs = (ArrayNode) JACKSON.readTree(answer).get("logs");
    Map<String, Object> common =
        with(
            keptRow(),
            "script",
            "ep_1234567890abcdef",
            "run_id",
            "job_1234567890abcdef",
            "request_id",
            "req_abc123def456");
    List<Map<String, Object>> expected =
        List.of(
            with(
                common,
                "timestamp",
                Instant.parse("2024-01-15T10:30:15.234Z"),
                "original_level",
                "info",
                "log_message",
                "Processing image generation request",
                "source",
                "model_inference",
                "memory_bytes",
                8_200_000_000L,
                "gpu_percent",
                87.0,
                "metadata",
                logs.get(0).get("metadata")),
            with(
                common,
                "timestamp",
                Instant.parse("2024-01-15T10:30:18.567Z"),
                "log_level",
                "Debug",
                "original_level",
                "debug",
                "log_message",
                "Model loaded successfully",
                "source",
                "model_loader",
                "duration_ms",
                3200.0,
                "memory_bytes",
                6_900_000_000L,
                "gpu_percent",
                45.0,
                "metadata",
                logs.get(1).get("metadata")),
            with(
                common,
                "timestamp",
                Instant.parse("2024-01-15T10:30:22.891Z"),
                "original_level",
                "info",
                "log_message",
                "Image generation completed",
                "source",
                "model_inference",
                "duration_ms",
                4300.0,
                "memory_bytes",
                8_200_000_000L,
                "gpu_percent",
                92.0,
                "metadata",
                logs.get(2).get("metadata")),
            with(
                common,
                "timestamp",
                Instant.parse("2024-01-15T10:30:25.123Z"),
                "log_level",
                "Warning",
                "original_level",
                "warn",
                "log_message",
                "High GPU memory usage detected",
                "source",
                "resource_monitor",
                "memory_bytes",
                38_500_000_000L,
                "gpu_percent",
                96.0,
                "metadata",
                logs.get(3).get("metadata")),
            with(
                common,
                "timestamp",
                Instant.parse("2024-01-15T10:30:28.456Z"),
                "log_level",
                "Error",
                "original_level",
                "error",
                "log_message",
                "Failed to upload result to storage",
                "source",
                "storage_uploader",
                "duration_ms",
                30_000.0,
                "error_code",
                "STORAGE_TIMEOUT",
                "stack_trace",
                """
                at StorageUploader.upload (storage.js:45:12)
                at async ImageProcessor.saveResult (processor.js:128:8)
                at async handleRequest (handler.js:67:4)""",
                "metadata",
                logs.get(4).get("metadata")));
    assertThat(withoutDerivedIds(rows)).isEqualTo(expected);
  }

  @Test
  void readsEachEntryOfAnAnswerAsTheSameEntryAlone() throws Exception {
    ObjectNode answer = (ObjectNode) JACKSON.readTree(example("endpoint-logs.json"));
    List<Map<String, Object>> alone = new ArrayList<>();
    for (JsonNode entry : answer.get("logs")) {
      alone.addAll(
          rows(((ObjectNode) entry).set("endpointId", answer.get("endpointId")).toString()));
    }

    List<Map<String, Object>> together = rows(example("endpoint-logs.json"));

    assertThat(withoutDerivedIds(together)).isEqualTo(withoutDerivedIds(alone));
  }

  @Test
  void readsTheEntryWithAStackTrace() throws Exception {
    String entry = example("endpoint-log-with-stack-trace.json");

    JsonNode fields = JACKSON.readTree(entry);
    assertThat(withoutDerivedIds(rows(entry)))
        .containsExactly(
            with(
                keptRow(),
                "timestamp",
                Instant.parse("2024-01-15T10:35:42.789Z"),
                "log_level",
                "Error",
                "run_id",
                "job_error_example",
                "original_level",
                "error",
                "log_message",
                "Model inference failed with CUDA out of memory error",
                "source",
                "model_inference",
                "request_id",
                "req_error_456",
                "error_code",
                "CUDA_OOM",
                "stack_trace",
                """
                RuntimeError: CUDA out of memory. Tried to allocate 2.50 GiB
                  at torch.cuda.OutOfMemoryError
                  at model_inference.py:156 in forward()
                  at inference_handler.py:89 in process_batch()
                  at main.py:45 in handle_request()""",
                "metadata",
                fields.get("metadata"),
                "extra",
                JACKSON
                    .createObjectNode()
                    .<ObjectNode>set("context", fields.get("context"))
                    .set("recoveryActions", fields.get("recoveryActions"))));
  }

  @Test
  void readsTheEntryOfPerformance() throws Exception {
    String entry = example("endpoint-log-of-performance.json");

    JsonNode fields = JACKSON.readTree(entry);
    assertThat(withoutDerivedIds(rows(entry)))
        .containsExactly(
            with(
                keptRow(),
                "timestamp",
                Instant.parse("2024-01-15T10:40:15.123Z"),
                "run_id",
                "job_perf_example",
                "original_level",
                "info",
                "log_message",
                "Request processing completed",
                "source",
                "performance_tracker",
                "request_id",
                "req_perf_789",
                "metadata",
                fields.get("metadata"),
                "extra",
                JACKSON.createObjectNode().set("benchmarks", fields.get("benchmarks"))));
  }

  @Test
  void readsTheEntriesOfTheStream() throws Exception {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (String line : example("endpoint-log-stream.txt").split("\n+", -1)) {
      if (!line.isEmpty()) {
        rows.addAll(rows(line.substring("data: ".length())));
      }
    }

    Map<String, Object> common = with(keptRow(), "run_id", "job_live_stream");
    assertThat(withoutDerivedIds(rows))
        .containsExactly(
            with(
                common,
                "timestamp",
                Instant.parse("2024-01-15T10:45:00.123Z"),
                "original_level",
                "info",
                "log_message",
                "New request received",
                "source",
                "api_handler"),
            with(
                common,
                "timestamp",
                Instant.parse("2024-01-15T10:45:01.456Z"),
                "log_level",
                "Debug",
                "original_level",
                "debug",
                "log_message",
                "Loading model weights",
                "source",
                "model_loader"),
            with(
                common,
                "timestamp",
                Instant.parse("2024-01-15T10:45:05.789Z"),
                "original_level",
                "info",
                "log_message",
                "Model ready for inference",
                "source",
                "model_loader"),
            with(
                common,
                "timestamp",
                Instant.parse("2024-01-15T10:45:08.012Z"),
                "original_level",
                "info",
                "log_message",
                "Processing completed successfully",
                "source",
                "model_inference"));
  }

  @Test
  void readsTheLinesOfTheTextFormatInAnAnswerOfStrings() throws Exception {
    ObjectNode answer = JACKSON.createObjectNode();
    answer.put("endpointId", "ep_1");
    for (String line : example("endpoint-logs-as-text.txt").strip().split("\n", -1)) {
      answer.withArray("logs").add(line);
    }

    Map<String, Object> common =
        with(keptRow(), "script", "ep_1", "run_id", "job_1234567890abcdef");
    assertThat(withoutDerivedIds(rows(answer.toString())))
        .containsExactly(
            with(
                common,
                "timestamp",
                Instant.parse("2024-01-15T10:30:15.234Z"),
                "original_level",
                "INFO",
                "log_message",
                "Processing image generation request",
                "source",
                "model_inference"),
            with(
                common,
                "timestamp",
                Instant.parse("2024-01-15T10:30:18.567Z"),
                "log_level",
                "Debug",
                "original_level",
                "DEBUG",
                "log_message",
                "Model loaded successfully in 3.2s",
                "source",
                "model_loader"),
            with(
                common,
                "timestamp",
                Instant.parse("2024-01-15T10:30:22.891Z"),
                "original_level",
                "INFO",
                "log_message",
                "Image generation completed in 4.3s",
                "source",
                "model_inference"),
            with(
                common,
                "timestamp",
                Instant.parse("2024-01-15T10:30:25.123Z"),
                "log_level",
                "Warning",
                "original_level",
                "WARN",
                "log_message",
                "High GPU memory usage detected: 96.25%",
                "source",
                "resource_monitor"),
            with(
                common,
                "timestamp",
                Instant.parse("2024-01-15T10:30:28.456Z"),
                "log_level",
                "Error",
                "original_level",
                "ERROR",
                "log_message",
                "Failed to upload result to storage: Connection timeout",
                "source",
                "storage_uploader"));
  }

  @Test
  void saysWhatIsWrongWithTheAnswerOfStringsThatOnlyNamesTheirType() throws Exception {
    DecodedLogs decoded = decode(example("endpoint-logs-of-strings.json"));

    assertThat(decoded.events()).isEmpty();
    assertThat(decoded.unusable())
        .containsExactly(
            new Unusable(
                0,
                DeadLetterReason.BAD_VALUE,
                "The item is neither an object nor a line of the form TIME [LEVEL] SOURCE:"
                    + " MESSAGE: \"<string>\"",
                Sender.DEFAULT,
                "\"<string>\""));
  }

  /** The rows of a record without unusable items, JSON in them as what it means. */
  private List<Map<String, Object>> rows(String json) throws Exception {
    DecodedLogs decoded = decode(json);
    assertThat(decoded.unusable()).isEmpty();
    List<Map<String, Object>> rows = decoded.rows();
    for (Map<String, Object> row : rows) {
      for (String column : List.of("metadata", "extra")) {
        if (!row.get(column).equals("")) {
          row.put(column, json((String) row.get(column)));
        }
      }
    }
    return rows;
  }

  private DecodedLogs decode(String json) throws UnusableRecordException {
    return DecodedLogs.of(decoder, json.getBytes(UTF_8), ARRIVAL);
  }

  /** The rows without their ids, which are made of the content: one each. */
  private static List<Map<String, Object>> withoutDerivedIds(List<Map<String, Object>> rows) {
    assertThat(rows).extracting(row -> row.get("log_id")).doesNotHaveDuplicates();
    assertThat(rows)
        .allSatisfy(row -> assertThat((String) row.get("log_id")).matches("[0-9a-f]{32}"));
    return rows.stream().map(row -> with(row, "log_id", "")).toList();
  }

  private static JsonNode json(String text) throws IOException {
    return JACKSON.readTree(text);
  }

  /** A row of the decoder of these tests. */
  private static Map<String, Object> keptRow() {
    return with(emptyRow(), "retention_days", 3650);
  }

  private static String example(String name) throws IOException {
    try (InputStream resource = LogExamplesTest.class.getResourceAsStream("seeds/" + name)) {
      return new String(resource.readAllBytes(), UTF_8);
    }
  }
}
