package dev.scriptanalytics.bench.json;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import java.io.IOException;

/** Reads an event with Jackson's databind. */
final class DatabindReader {
  private final ObjectReader reader =
      new ObjectMapper()
          .readerFor(RunEvent.class)
          .without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  private record RunEvent(
      @JsonProperty("account") String account,
      @JsonProperty("run_id") String runId,
      @JsonProperty("script") String script,
      @JsonProperty("deployment_id") String deploymentId,
      @JsonProperty("deployment_version") int deploymentVersion,
      @JsonProperty("function") String function,
      @JsonProperty("status") String status,
      @JsonProperty("started_at") long startedAt,
      @JsonProperty("response_time_ms") double responseTimeMillis,
      @JsonProperty("source_type") String sourceType,
      @JsonProperty("source") String source,
      @JsonProperty("input") JsonNode input,
      @JsonProperty("output") JsonNode output,
      @JsonProperty("trace_id") String traceId) {}

  /** Returns how many bytes the values take in {@code target}. */
  int read(byte[] json, FieldBuffer target) throws IOException {
    RunEvent event = reader.readValue(json);
    target.size = 0;
    target.put(event.account());
    target.put(event.runId());
    target.put(event.script());
    target.put(event.deploymentId());
    target.put(event.deploymentVersion());
    target.put(event.function());
    target.put(event.status());
    target.put((double) event.startedAt());
    target.put(event.responseTimeMillis());
    target.put(event.sourceType());
    target.put(event.source());
    target.put(event.input().toString());
    target.put(event.output().toString());
    target.put(event.traceId());
    return target.size;
  }
}
