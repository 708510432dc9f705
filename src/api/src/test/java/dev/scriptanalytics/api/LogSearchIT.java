package dev.scriptanalytics.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code POST /v2/endpoints/logs/search} and {@code /aggregate}. */
class LogSearchIT {
  private static final ObjectMapper JSON = new ObjectMapper();

  @RegisterExtension static final ApiStack api = new ApiStack();

  @BeforeAll
  static void insertDurations() {
    List<ObjectNode> entries = new ArrayList<>();
    for (int i = 1; i <= 20; i++) {
      entries.add(
          LogTable.entry("2024-01-16T10:%02d:00Z".formatted(i), "info", "step " + i)
              .put("source", "worker")
              .put("jobId", "job_" + i % 3)
              .put("duration", i));
    }
    LogTable.insert(ApiStack.clickHouse(), "acme", "ep_durations", entries);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"errorCode\": \"CUDA_OOM\"} | 1",
        "{\"errorCode\": {\"$in\": [\"CUDA_OOM\", \"STORAGE_TIMEOUT\"]}} | 2",
        "{\"errorCode\": {\"$exists\": false}} | 5",
        "{\"parameters.steps\": 30} | 1",
        "{\"parameters.steps\": {\"$gte\": 31}} | 0",
        "{\"optimizations.cacheHit\": true} | 1",
        "{\"gpuUtilization\": {\"$gt\": 45, \"$lt\": 96}} | 2",
        "{\"duration\": {\"$lte\": 4.3}} | 2",
        "{\"source\": {\"$ne\": \"model_inference\"}} | 4",
        "{\"context.systemState.activeProcesses\": 3} | 1",
        "{\"it's \\\\ odd\": {\"$regex\": \"'\\\"\\\\\\\\\"}} | 0",
      })
  void metadataConditionsHold(String metadata, int expected) throws IOException {
    JsonNode answer =
        ok(
            "search",
            """
            {"endpointIds": ["ep_1234567890abcdef"], "filters": {"timeRange":
              {"start": "2024-01-15", "end": "2024-01-16"}, "metadata": %s}}
            """
                .formatted(metadata));

    assertThat(answer.get("filteredLogs").asInt()).isEqualTo(expected);
    assertThat(answer.get("logs")).hasSize(expected);
  }

  @Test
  void entriesOfSeveralEndpointsSayTheirs() throws IOException {
    JsonNode answer =
        ok(
            "search",
            """
            {"endpointIds": ["ep_1234567890abcdef", "ep_durations"], "filters": {"timeRange":
              {"start": "2024-01-15", "end": "2024-01-17"}}, "sort": {"order": "desc"}, "limit": 21}
            """);

    assertThat(answer.get("totalLogs").asInt()).isEqualTo(27);
    assertThat(answer.get("logs").get(0).get("endpointId").asText()).isEqualTo("ep_durations");
    assertThat(answer.get("logs").get(20).get("endpointId").asText())
        .isEqualTo("ep_1234567890abcdef");
    assertThat(answer.get("pagination").get("nextOffset").asInt()).isEqualTo(21);
  }

  @Test
  void percentilesAreNearestRank() throws IOException {
    JsonNode answer =
        ok(
            "aggregate",
            """
            {"endpointIds": ["ep_durations"], "timeRange": {"start": "2024-01-16", "end": "2024-01-17"},
             "aggregations": [{"name": "all", "metrics": ["p5_duration", "p50_duration",
               "p95_duration", "p99.9_duration", "min_duration", "max_duration", "sum_duration",
               "unique_jobs"]}]}
            """);

    assertThat(answer.get("aggregations").get("all").get(0))
        .isEqualTo(
            JSON.readTree(
                """
                {"p5_duration": 1, "p50_duration": 10, "p95_duration": 19, "p99.9_duration": 20,
                 "min_duration": 1, "max_duration": 20, "sum_duration": 210, "unique_jobs": 3}
                """));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "search | {} | endpointIds",
        "search | {\"endpointIds\": []} | endpointIds",
        "search | {\"endpointIds\": [\"x\"], \"filter\": {}} | filter",
        "search | {\"endpointIds\": [\"x\"], \"limit\": 0} | limit",
        "search | {\"endpointIds\": [\"x\"], \"filters\": {\"levels\": [\"loud\"]}} | filters.levels",
        "search | {\"endpointIds\": [\"x\"], \"filters\": {\"timeRange\": {\"start\": \"x\"}}}"
            + " | filters.timeRange.start",
        "search | {\"endpointIds\": [\"x\"], \"filters\": {\"metadata\": {\"a\": {\"$near\": 1}}}}"
            + " | filters.metadata.a.$near",
        "search | {\"endpointIds\": [\"x\"], \"filters\": {\"metadata\": {\"a\": {\"$gt\": \"1\"}}}}"
            + " | filters.metadata.a.$gt",
        "search | {\"endpointIds\": [\"x\"], \"filters\": {\"metadata\": {\"a\": {\"$regex\":"
            + " \"a\\\\\"}}}} | filters.metadata.a.$regex",
        "search | {\"endpointIds\": [\"x\"], \"filters\": {\"search\": {\"query\": \"a\\\\\"}}}"
            + " | filters.search.query",
        "search | {\"endpointIds\": [\"x\"], \"filters\": {\"metadata\": {\"a\": null}}}"
            + " | filters.metadata.a.$eq",
        "search | {\"endpointIds\": [\"x\"], \"sort\": {\"field\": \"colour\"}} | sort.field",
        "search | [1] | The body",
        "search | {\"endpointIds\": [\"x\"]} {} | The body",
        "search | {\"endpointIds\": [\"x\"], \"endpointIds\": [\"y\"]} | The body",
        "aggregate | {\"endpointIds\": [\"x\"]} | aggregations",
        "aggregate | {\"endpointIds\": [\"x\"], \"aggregations\": [{\"name\": \"a\","
            + " \"groupBy\": [\"colour\"]}]} | aggregations[0].groupBy",
        "aggregate | {\"endpointIds\": [\"x\"], \"aggregations\": [{\"name\": \"a\","
            + " \"metrics\": [\"p0_duration\"]}]} | aggregations[0].metrics",
      })
  void aWrongBodyIsRefusedByTheNameOfTheField(String route, String body, String parameter)
      throws IOException {
    HttpResponse<String> answer = api.post(ApiStack.DORA, "/v2/endpoints/logs/" + route, body);

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
    assertThat(JSON.readTree(answer.body()).get("details").get("parameter").asText())
        .isEqualTo(parameter);
  }

  private static JsonNode ok(String route, String body) throws IOException {
    HttpResponse<String> answer = api.post(ApiStack.DORA, "/v2/endpoints/logs/" + route, body);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }
}
