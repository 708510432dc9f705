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
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The language of filters, against what the same conditions choose of the rows in Java. */
class FilterIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SCRIPT = "filtered";
  private static final Instant START = Instant.parse("2024-03-01T00:00:00Z");
  private static final String RANGE = "startTime=2024-03-01&endTime=2024-03-02&limit=1000";
  private static final int RUNS = 300;

  /** What a person may type, and what means something to LIKE, RE2 or JSON. */
  private static final List<String> TEXTS =
      List.of("", "pay", "Pay", "pay%", "p_y", "a\\b", "it's", "\"q\"", "Zoë 😀", "line\nbreak");

  private static final List<String> STATUSES = List.of("In Progress", "Success", "Failed");
  private static final List<Double> TIMES = List.of(0.0, 1.5, 10.0, 250.25);

  private static final AtomicInteger SCRIPTS = new AtomicInteger();

  @RegisterExtension static final ApiStack api = new ApiStack();

  private static final Map<String, JsonNode> INPUTS = new HashMap<>();

  @BeforeAll
  static void insertRuns() throws IOException {
    Random random = new Random(20);
    List<ObjectNode> runs = new ArrayList<>();
    for (int i = 0; i < RUNS; i++) {
      String status = pick(random, STATUSES);
      ObjectNode run =
          RunTable.run(SCRIPT, "run_" + i, START.plusSeconds(i), pick(random, TIMES))
              .put("status", status)
              .put("function", pick(random, TEXTS))
              .put("source", pick(random, TEXTS))
              .put("deployment_version", random.nextInt(3));
      if (!status.equals("Success")) {
        run.putNull("response_time");
      }
      if (random.nextBoolean()) {
        run.put("cold_start", random.nextBoolean());
      }
      if (random.nextBoolean()) {
        run.putObject("phases").put("queue", random.nextInt(3)).put("in'it", 1.5);
      }
      ObjectNode input = JSON.createObjectNode();
      input.put("name", pick(random, TEXTS)).put("size", random.nextInt(4));
      input.putObject("deep").put("flag", random.nextBoolean());
      if (random.nextBoolean()) {
        run.put("input", input.toString());
        INPUTS.put("run_" + i, input);
      }
      runs.add(run);
    }
    RunTable.insert(ApiStack.clickHouse(), runs);
  }

  private static <T> T pick(Random random, List<T> values) {
    return values.get(random.nextInt(values.size()));
  }

  /** A filter and what it means. */
  private record Meant(ObjectNode filter, Predicate<JsonNode> means) {}

  @Test
  void anyFilterChoosesWhatItMeans() throws IOException {
    Random random = new Random(2024);
    List<JsonNode> all = rows(null);
    assertThat(all).hasSize(RUNS);
    for (int i = 0; i < 400; i++) {
      Meant meant = filter(random, 3);

      List<String> found = ids(rows(meant.filter()));

      assertThat(found)
          .as(meant.filter().toString())
          .isEqualTo(ids(all.stream().filter(meant.means()).toList()));
    }
  }

  private static Meant filter(Random random, int depth) {
    int kind = depth == 0 ? 3 : random.nextInt(6);
    ObjectNode filter = JSON.createObjectNode();
    if (kind == 0 || kind == 1) {
      ArrayNode filters = filter.putArray(kind == 0 ? "and" : "or");
      List<Predicate<JsonNode>> means = new ArrayList<>();
      for (int i = 0; i < 1 + random.nextInt(3); i++) {
        Meant part = filter(random, depth - 1);
        filters.add(part.filter());
        means.add(part.means());
      }
      return new Meant(
          filter,
          kind == 0
              ? row -> means.stream().allMatch(mean -> mean.test(row))
              : row -> means.stream().anyMatch(mean -> mean.test(row)));
    }
    if (kind == 2) {
      Meant part = filter(random, depth - 1);
      filter.set("not", part.filter());
      return new Meant(filter, part.means().negate());
    }
    return condition(random, filter);
  }

  private static Meant condition(Random random, ObjectNode filter) {
    Meant positive =
        switch (random.nextInt(6)) {
          case 0 -> text(random, filter, "function", row -> row.get("function").asText());
          case 1 -> text(random, filter, "input.name", row -> input(row).path("name").asText());
          case 2 -> number(random, filter, "responseTime", row -> row.get("responseTime"));
          case 3 -> number(random, filter, "input.size", row -> input(row).path("size"));
          case 4 -> number(random, filter, "phases.queue", row -> row.get("phases").path("queue"));
          default -> word(random, filter);
        };
    if (random.nextInt(3) > 0) {
      return positive;
    }
    String op = filter.get("op").asText();
    if (List.of("equals", "in", "contains", "matches", "empty").contains(op)) {
      filter.put("op", "not_" + op);
      return new Meant(filter, positive.means().negate());
    }
    return positive;
  }

  private static JsonNode input(JsonNode row) {
    return INPUTS.getOrDefault(row.get("runId").asText(), JSON.createObjectNode());
  }

  private interface Texts {
    String of(JsonNode row);
  }

  private interface Numbers {
    JsonNode of(JsonNode row);
  }

  private static Meant text(Random random, ObjectNode filter, String column, Texts texts) {
    String value = pick(random, TEXTS);
    boolean ignoreCase = random.nextBoolean();
    filter.put("column", column);
    if (ignoreCase) {
      filter.put("ignoreCase", true);
    }
    String wanted = ignoreCase ? value.toLowerCase(Locale.ROOT) : value;
    Texts folded = ignoreCase ? row -> texts.of(row).toLowerCase(Locale.ROOT) : texts;
    String other = pick(random, TEXTS);
    String otherWanted = ignoreCase ? other.toLowerCase(Locale.ROOT) : other;
    return switch (random.nextInt(6)) {
      case 0 -> meant(filter, "equals", value, row -> folded.of(row).equals(wanted));
      case 1 -> {
        filter.put("op", "in").putArray("value").add(value).add(other);
        yield new Meant(filter, row -> List.of(wanted, otherWanted).contains(folded.of(row)));
      }
      case 2 -> meant(filter, "contains", value, row -> folded.of(row).contains(wanted));
      case 3 -> meant(filter, "starts_with", value, row -> folded.of(row).startsWith(wanted));
      case 4 ->
          meant(filter, "matches", Pattern.quote(value), row -> folded.of(row).contains(wanted));
      default -> {
        filter.put("op", "empty");
        yield new Meant(filter, row -> texts.of(row).isEmpty());
      }
    };
  }

  private static Meant meant(
      ObjectNode filter, String op, String value, Predicate<JsonNode> means) {
    filter.put("op", op).put("value", value);
    return new Meant(filter, means);
  }

  private static Meant number(Random random, ObjectNode filter, String column, Numbers numbers) {
    double value = random.nextBoolean() ? pick(random, TIMES) : random.nextInt(4);
    filter.put("column", column);
    Predicate<JsonNode> there = row -> numbers.of(row).isNumber();
    return switch (random.nextInt(6)) {
      case 0 -> meant(filter, "equals", value, there.and(row -> of(numbers, row) == value));
      case 1 -> meant(filter, "greater", value, there.and(row -> of(numbers, row) > value));
      case 2 -> meant(filter, "at_least", value, there.and(row -> of(numbers, row) >= value));
      case 3 -> meant(filter, "less", value, there.and(row -> of(numbers, row) < value));
      case 4 -> meant(filter, "at_most", value, there.and(row -> of(numbers, row) <= value));
      default -> {
        filter.put("op", "empty");
        yield new Meant(filter, there.negate());
      }
    };
  }

  private static double of(Numbers numbers, JsonNode row) {
    return numbers.of(row).asDouble();
  }

  private static Meant meant(
      ObjectNode filter, String op, double value, Predicate<JsonNode> means) {
    filter.put("op", op).put("value", value);
    return new Meant(filter, means);
  }

  private static Meant word(Random random, ObjectNode filter) {
    String value = pick(random, STATUSES);
    filter.put("column", "status").put("op", "equals");
    // Words may be written in any case.
    filter.put("value", random.nextBoolean() ? value : value.toUpperCase(Locale.ROOT));
    return new Meant(filter, row -> row.get("status").asText().equals(value));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"column\":\"colour\",\"op\":\"equals\",\"value\":1}|filter.column",
        "{\"column\":\"status\",\"op\":\"is\",\"value\":1}|filter.op",
        "{\"column\":\"status\",\"op\":\"equals\",\"value\":\"Lost\"}|filter.value",
        "{\"column\":\"status\",\"op\":\"equals\"}|filter.value",
        "{\"column\":\"function\",\"op\":\"greater\",\"value\":\"a\"}|filter.op",
        "{\"column\":\"function\",\"op\":\"empty\",\"value\":\"a\"}|filter.value",
        "{\"column\":\"function\",\"op\":\"in\",\"value\":\"a\"}|filter.value",
        "{\"column\":\"responseTime\",\"op\":\"less\",\"value\":\"quick\"}|filter.value",
        "{\"column\":\"executedOn\",\"op\":\"less\",\"value\":\"soon\"}|filter.value",
        "{\"column\":\"coldStart\",\"op\":\"equals\",\"value\":\"yes\"}|filter.value",
        "{\"column\":\"phases\",\"op\":\"empty\"}|filter.op",
        "{\"column\":\"input.\",\"op\":\"empty\"}|filter.column",
        "{\"and\":[]}|filter.and",
        "{\"and\":[{\"or\":[{\"column\":\"x\"}]}]}|filter.and[0].or[0].column",
        "{\"column\":\"status\",\"op\":\"empty\",\"colour\":1}|filter.colour",
        "{\"and\":[{\"column\":\"status\",\"op\":\"empty\"}],\"or\":[]}|filter.or",
        "[1]|filter",
        "{|filter",
      })
  void aWrongFilterIsNamedByItsPath(String filter, String parameter) throws IOException {
    HttpResponse<String> answer = get(filter);

    JsonNode body = JSON.readTree(answer.body());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
    assertThat(body.get("message").asText()).contains(parameter);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "input.t|equals|true|yes",
        "input.t|equals|1|one text",
        "input.t|equals|5|five",
        "input.t|in|[true, 5]|yes five",
        "input.t|in|[5, true]|yes five",
        "input.t|equals|false|no",
        "input.t|at_least|1|one five text",
        "input.t|equals|\"1\"|one text",
        "input.t|not_equals|true|no one five text none",
      })
  void whatIsTrueInJsonIsNoNumber(String column, String op, String value, String found)
      throws IOException {
    String script = "typed_" + SCRIPTS.incrementAndGet();
    List<ObjectNode> runs = new ArrayList<>();
    Map.of("yes", "true", "no", "false", "one", "1", "five", "5", "text", "\"1\"", "none", "null")
        .forEach(
            (id, json) ->
                runs.add(RunTable.run(script, id, START, 1).put("input", "{\"t\":" + json + "}")));
    RunTable.insert(ApiStack.clickHouse(), runs);
    ObjectNode filter = JSON.createObjectNode().put("column", column).put("op", op);
    filter.set("value", JSON.readTree(value));

    assertThat(ids(rows(script, filter))).containsExactlyInAnyOrder(found.split(" "));
  }

  @Test
  void listsAreOfAnyCaseToo() throws IOException {
    ObjectNode run = RunTable.run("lists", "cut", START, 1);
    run.putArray("truncated").add("Input");
    RunTable.insert(ApiStack.clickHouse(), List.of(run, RunTable.run("lists", "whole", START, 1)));
    ObjectNode filter = JSON.createObjectNode().put("column", "truncated").put("op", "contains");
    filter.put("value", "iNPUT");

    assertThat(ids(rows("lists", filter))).isEmpty();
    assertThat(ids(rows("lists", filter.put("ignoreCase", true)))).containsExactly("cut");
  }

  @ParameterizedTest
  @CsvSource({"equals, 1", "at_most, 1", "at_least, 1", "less, 0", "greater, 0"})
  void theTimeOfAnEntryHasMicroseconds(String op, int found) throws IOException {
    String script = "timed_" + SCRIPTS.incrementAndGet();
    LogTable.insert(
        ApiStack.clickHouse(),
        "acme",
        script,
        LogTable.entries(LogTable.entry("2024-03-01T10:00:00.234567Z", "info", "hello")));
    ObjectNode filter = JSON.createObjectNode().put("column", "timestamp").put("op", op);
    filter.put("value", "2024-03-01T10:00:00.234567Z");

    HttpResponse<String> answer =
        api.get(
            ApiStack.DORA,
            "/v2/scripts/%s/logs?%s&filter=%s"
                .formatted(
                    script, RANGE, URLEncoder.encode(filter.toString(), StandardCharsets.UTF_8)));

    assertThat(JSON.readTree(answer.body()).get("logs")).as(answer.body()).hasSize(found);
  }

  @Test
  void depthAndNumberOfConditionsHaveLimits() throws IOException {
    String deep =
        "{\"not\":".repeat(10) + "{\"column\":\"status\",\"op\":\"empty\"}" + "}".repeat(10);
    assertThat(get(deep).statusCode()).isEqualTo(400);
    assertThat(get(deep.substring("{\"not\":".length(), deep.length() - 1)).statusCode())
        .isEqualTo(200);
    String condition = "{\"column\":\"status\",\"op\":\"empty\"}";
    assertThat(post("{\"or\":[" + (condition + ",").repeat(99) + condition + "]}")).isEqualTo(200);
    assertThat(
            post(
                "{\"or\":[{\"or\":["
                    + (condition + ",").repeat(99)
                    + condition
                    + "]},"
                    + condition
                    + "]}"))
        .isEqualTo(400);
  }

  @ParameterizedTest
  @ValueSource(strings = {"(", "a{1001}", "(?=x)", "\\"})
  void aWrongRegularExpressionIsRefused(String search) throws IOException {
    ObjectNode filter = JSON.createObjectNode().put("column", "function").put("op", "matches");

    Problem.of(get(filter.put("value", search).toString()), 400, "INVALID_PARAMETER");
  }

  private static int post(String filter) {
    return api.post(
            ApiStack.DORA,
            "/v2/scripts/" + SCRIPT + "/runs/search",
            "{\"startTime\":\"2024-03-01\",\"endTime\":\"2024-03-02\",\"filter\":" + filter + "}")
        .statusCode();
  }

  private static HttpResponse<String> get(String filter) {
    return get(SCRIPT, filter);
  }

  private static HttpResponse<String> get(String script, String filter) {
    return api.get(
        ApiStack.DORA,
        "/v2/scripts/%s/runs?%s&filter=%s"
            .formatted(script, RANGE, URLEncoder.encode(filter, StandardCharsets.UTF_8)));
  }

  private static List<JsonNode> rows(ObjectNode filter) throws IOException {
    return rows(SCRIPT, filter);
  }

  private static List<JsonNode> rows(String script, ObjectNode filter) throws IOException {
    HttpResponse<String> answer = get(script, filter == null ? "" : filter.toString());
    assertThat(answer.statusCode()).as("%s: %s", filter, answer.body()).isEqualTo(200);
    List<JsonNode> rows = new ArrayList<>();
    JSON.readTree(answer.body()).get("runs").forEach(rows::add);
    return rows;
  }

  private static List<String> ids(List<JsonNode> rows) {
    return rows.stream().map(row -> row.get("runId").asText()).toList();
  }
}
