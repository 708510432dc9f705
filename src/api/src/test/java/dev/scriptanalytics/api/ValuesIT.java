package dev.scriptanalytics.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Values with every character: they find what they name, and nothing else. */
class ValuesIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SEARCH = "/v2/endpoints/logs/search";
  private static final String ENDPOINT = "ep_values";
  private static final String DAY = "startTime=2024-02-01&endTime=2024-02-02";

  private static final int MOST = 100;
  private static final List<String> BYTES =
      IntStream.range(0, 256).mapToObj(Character::toString).toList();

  /** What may be taken for something else on its way through JSON, an address, TSV and SQL. */
  private static final List<String> ODD =
      Stream.concat(
              IntStream.range(0, 0xa1)
                  .filter(c -> !Character.isLetterOrDigit(c))
                  .mapToObj(Character::toString),
              Stream.of(
                  "\\N",
                  "\\'",
                  "''",
                  "\\\\",
                  "\\0",
                  "\\n",
                  "\\x41",
                  "NULL",
                  "😀",
                  "\u2028",
                  "\ufeff",
                  "{p0:String}",
                  "%41",
                  "%s",
                  "' OR 1=1 --",
                  "[]",
                  "['a']",
                  "$eq",
                  "/*",
                  "--",
                  "a\u0300",
                  "\ud83d\udc69\u200d\ud83d\udcbb"))
          .toList();

  private static final List<String> VALUES =
      Stream.concat(BYTES.stream(), ODD.stream()).distinct().toList();

  @RegisterExtension static final ApiStack api = new ApiStack();

  @BeforeAll
  static void insert() {
    List<ObjectNode> entries = new ArrayList<>();
    for (int i = 0; i < VALUES.size(); i++) {
      String value = VALUES.get(i);
      ObjectNode entry =
          LogTable.entry("2024-02-01T10:00:00Z", "info", "m" + value + "x")
              .put("jobId", "j" + value + "x")
              .put("source", "s" + value + "x")
              .put("logId", "id_" + i);
      entry.putObject("metadata").put("v", "v" + value + "x").put("n" + value + "x", "name");
      entry.withObject("/metadata").putObject("o").put("n" + value + "x", 7);
      entries.add(entry);
    }
    LogTable.insert(ApiStack.clickHouse(), "acme", ENDPOINT, entries);
  }

  @ParameterizedTest
  @ValueSource(strings = {"jobId", "value", "name", "deepName"})
  void aValueInABodyFindsItsEntryAlone(String place) throws IOException {
    for (String value : ODD) {
      if (value.contains(".") && place.endsWith("ame")) {
        // A point leads into an object.
        continue;
      }
      ObjectNode body = JSON.createObjectNode();
      body.putArray("endpointIds").add(ENDPOINT);
      ObjectNode filters = body.putObject("filters");
      filters.putObject("timeRange").put("start", "2024-02-01").put("end", "2024-02-02");
      switch (place) {
        case "jobId" -> filters.put("jobId", "j" + value + "x");
        case "value" -> filters.putObject("metadata").put("v", "v" + value + "x");
        case "name" -> filters.putObject("metadata").put("n" + value + "x", "name");
        default -> filters.putObject("metadata").putObject("o.n" + value + "x").put("$gt", 6);
      }
      JsonNode answer = ok(api.post(ApiStack.DORA, SEARCH, body.toString()), body.toString());
      assertThat(answer.get("filteredLogs").asInt()).as(body.toString()).isEqualTo(1);
      assertThat(answer.get("logs").get(0).get("logId").asText())
          .isEqualTo("id_" + VALUES.indexOf(value));
      assertThat(answer.get("logs").get(0).get("message").asText()).isEqualTo("m" + value + "x");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"sources", "message", "in"})
  void aListInABodyFindsItsEntriesAlone(String place) throws IOException {
    for (int from = 0; from < VALUES.size(); from += MOST) {
      List<String> values = VALUES.subList(from, Math.min(from + MOST, VALUES.size()));
      ObjectNode body = JSON.createObjectNode();
      body.putArray("endpointIds").add(ENDPOINT);
      ObjectNode filters = body.putObject("filters");
      filters.putObject("timeRange").put("start", "2024-02-01").put("end", "2024-02-02");
      switch (place) {
        case "sources" -> {
          ArrayNode sources = filters.putArray("sources");
          values.forEach(value -> sources.add("s" + value + "x"));
        }
        case "in" -> {
          ArrayNode in = filters.putObject("metadata").putObject("v").putArray("$in");
          values.forEach(value -> in.add("v" + value + "x"));
        }
        default ->
            filters
                .putObject("search")
                .put("caseSensitive", true)
                .put(
                    "query",
                    values.stream()
                        .map(ValuesIT::pattern)
                        .collect(Collectors.joining("|", "^m(?:", ")x$")));
      }
      JsonNode answer = ok(api.post(ApiStack.DORA, SEARCH, body.toString()), place);
      List<String> found = new ArrayList<>();
      answer.get("logs").forEach(log -> found.add(log.get("message").asText()));
      assertThat(found)
          .containsExactlyInAnyOrderElementsOf(
              values.stream().map(value -> "m" + value + "x").toList());
    }
  }

  @Test
  void aValueInAnAddressFindsItsEntryAlone() throws IOException {
    for (String value : ODD) {
      String path =
          "/v2/endpoints/%s/logs?%s&jobId=%s"
              .formatted(
                  ENDPOINT, DAY, URLEncoder.encode("j" + value + "x", StandardCharsets.UTF_8));
      JsonNode answer = ok(api.get(ApiStack.DORA, path), path);
      assertThat(answer.get("filteredLogs").asInt()).as(path).isEqualTo(1);
      assertThat(answer.get("logs").get(0).get("logId").asText())
          .isEqualTo("id_" + VALUES.indexOf(value));
    }
  }

  @Test
  void anyValueOfOtherFieldsIsRefusedByName() throws IOException {
    for (String value : ODD) {
      for (String field : List.of("account", "start", "levels", "field", "name", "groupBy")) {
        ObjectNode body = JSON.createObjectNode();
        body.putArray("endpointIds").add(ENDPOINT);
        boolean aggregates = field.equals("name") || field.equals("groupBy");
        if (aggregates) {
          ObjectNode aggregation = body.putArray("aggregations").addObject();
          aggregation.put("name", field.equals("name") ? value : "a");
          if (field.equals("groupBy")) {
            aggregation.putArray("groupBy").add(value);
          }
        } else if (field.equals("account")) {
          body.put("account", "a" + value);
        } else if (field.equals("field")) {
          body.putObject("sort").put("field", "f" + value);
        } else if (field.equals("start")) {
          body.putObject("filters").putObject("timeRange").put("start", "2024" + value);
        } else {
          body.putObject("filters").putArray("levels").add(value);
        }
        HttpResponse<String> answer =
            api.post(
                ApiStack.DORA,
                aggregates ? "/v2/endpoints/logs/aggregate" : SEARCH,
                body.toString());
        if (field.equals("name")) {
          assertThat(ok(answer, body.toString()).get("aggregations").fieldNames())
              .toIterable()
              .containsExactly(value);
        } else {
          assertThat(answer.statusCode())
              .as(body.toString())
              .isEqualTo(field.equals("account") ? 403 : 400);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "..",
        "a.",
        ".a",
        "a..b",
        "'",
        "\"",
        "\\",
        "\\N",
        "`",
        "$",
        "1",
        "-1",
        "0",
        "99999999999999999999",
        "jobId",
        "level",
        "memoryUsage",
        "duration",
        "gpuUtilization"
      })
  void anyPathOfMetadataIsTaken(String path) throws IOException {
    for (String condition :
        List.of(
            "\"x\"",
            "{\"$gt\": 1}",
            "{\"$regex\": \"x\"}",
            "{\"$exists\": false}",
            "{\"$nin\": [\"x\", 1, true]}",
            "{\"$ne\": 1.5}")) {
      String body =
          "{\"endpointIds\": [\"%s\"], \"filters\": {\"metadata\": {%s: %s}}}"
              .formatted(ENDPOINT, JSON.writeValueAsString(path), condition);
      ok(api.post(ApiStack.DORA, SEARCH, body), body);
    }
  }

  @Test
  void manyOrLongValuesAreTakenOrRefused() throws IOException {
    ObjectNode metadata = JSON.createObjectNode();
    for (int i = 0; i < 100; i++) {
      metadata.putObject("field" + i).putArray("$in").add("a").add(2);
    }
    assertThat(search(metadata).statusCode()).isEqualTo(200);
    assertThat(search(JSON.createObjectNode().put(".".repeat(3000), 1)).statusCode())
        .isEqualTo(200);
    assertThat(search(JSON.createObjectNode().put("a", "b".repeat(100_000))).statusCode())
        .isEqualTo(200);
    Problem.of(search(JSON.createObjectNode().put("a", "b".repeat(200_000))), 413, TOO_LARGE);
    Problem.of(search(JSON.createObjectNode().put("a", "é".repeat(100_000))), 413, TOO_LARGE);
    for (int i = 0; i < 100; i++) {
      for (int j = 0; j < 50; j++) {
        ((ArrayNode) metadata.get("field" + i).get("$in")).add(i * j);
      }
    }
    Problem.of(search(metadata), 413, TOO_LARGE);
    ObjectNode names = JSON.createObjectNode();
    for (int i = 0; i < 20; i++) {
      names.put(i + ".a".repeat(60) + "." + i, "b" + i);
      for (int j = 0; j < 60; j++) {
        names.put(i + "." + j + "." + "c" + i + j, "d" + i + j);
      }
    }
    Problem.of(search(names), 400, "INVALID_PARAMETER");
  }

  private static final String TOO_LARGE = "FILTERS_TOO_LARGE";

  private static HttpResponse<String> search(ObjectNode metadata) {
    ObjectNode body = JSON.createObjectNode();
    body.putArray("endpointIds").add(ENDPOINT);
    body.putObject("filters").set("metadata", metadata);
    return api.post(ApiStack.DORA, SEARCH, body.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(a*)*",
        "(a|aa)+$",
        "a{1000}",
        "\\C",
        "\\C\\C",
        "\\Qa",
        "(?P<x>a)",
        "(?i)(?-i)",
        "\\pL",
        "$^",
        "((((((((((.*)*)*)*)*)*)*)*)*)*)*",
        "\0",
        "",
        "|",
        "||",
        "(?s).*"
      })
  void patternsOfRe2AreTaken(String pattern) throws IOException {
    answers(pattern, 200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a{1001}",
        "((a{100}){100}){100}",
        "(?s).{1000}{1000}",
        "(?=a)",
        "(?!a)",
        "(?<=a)",
        "(?>a)",
        "(a)\\1",
        "(",
        ")",
        "[",
        "[z-a]",
        "a**",
        "\\",
        "\\Z",
        "\\p{Nope}",
        "(?#c)",
        "\\x{110000}",
        "*",
        "+",
        "?"
      })
  void otherPatternsAreRefused(String pattern) throws IOException {
    answers(pattern, 400);
  }

  @Test
  void longPatternsAreTakenOrRefused() throws IOException {
    answers("x".repeat(100_000), 200);
    answers("(".repeat(900) + ")".repeat(900), 200);
    answers("(?:".repeat(20_000) + ")".repeat(20_000), 413);
    answers("(".repeat(20_000), 400);
    answers("a|".repeat(60_000), 413);
  }

  private static void answers(String pattern, int status) throws IOException {
    ObjectNode body = JSON.createObjectNode();
    body.putArray("endpointIds").add("ep_1234567890abcdef");
    ObjectNode filters = body.putObject("filters");
    filters.putObject("timeRange").put("start", "2024-01-15").put("end", "2024-01-16");
    filters.putObject("search").put("query", pattern);
    HttpResponse<String> answer = api.post(ApiStack.DORA, SEARCH, body.toString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    if (status == 400) {
      Problem.of(answer, 400, "INVALID_PARAMETER");
    }
  }

  /** A regular expression that matches a text and nothing else. */
  private static String pattern(String text) {
    StringBuilder pattern = new StringBuilder();
    text.codePoints().forEach(c -> pattern.append("\\x{%x}".formatted(c)));
    return pattern.toString();
  }

  private static JsonNode ok(HttpResponse<String> answer, String request) throws IOException {
    assertThat(answer.statusCode()).as(request + answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }
}
