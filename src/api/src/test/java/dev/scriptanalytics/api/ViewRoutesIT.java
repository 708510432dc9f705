package dev.scriptanalytics.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Routes that answer with the rows of a view, beside the same question in SQL. */
class ViewRoutesIT {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Of a script whose name a path can hold only if it is encoded. */
  private static final String SCRIPT = "a/b c%?";

  private static final String IN_PATH =
      URLEncoder.encode(SCRIPT, StandardCharsets.UTF_8).replace("+", "%20");
  private static final String IN_SQL =
      "account = 'acme', script = '%s', from = '2024-05-01T10:00:00.5Z', to = '2024-05-01T10:00:59Z'"
          .formatted(SCRIPT);

  /** Within one minute, which the views of metrics read from single runs. */
  private static final String RANGE =
      "startTime=2024-05-01T10:00:00.5Z&endTime=2024-05-01T10:00:59Z";

  @RegisterExtension static final ApiStack api = new ApiStack();

  @BeforeAll
  static void insertRuns() {
    Instant start = Instant.parse("2024-05-01T10:00:01Z");
    List<ObjectNode> runs = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      ObjectNode run = RunTable.run(SCRIPT, "v" + i, start.plusSeconds(i), 10 + i);
      run.put("deployment_version", 1 + i / 20).put("deployment_id", "deploy_" + (1 + i / 20));
      run.putObject("phases").put("queue", 1).put("handler", 5 + i);
      if (i % 7 == 0) {
        run.put("status", "Failed")
            .put("error_code", "E" + i % 2)
            .put("error_group", "18446744073709551615");
        run.putNull("response_time");
      }
      runs.add(run);
    }
    RunTable.insert(ApiStack.clickHouse(), runs);
    List<ObjectNode> entries = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      entries.add(
          LogTable.entry(
                  start.plusSeconds(i).toString(), i % 5 == 0 ? "error" : "info", "step " + i)
              .put("jobId", "v" + i));
    }
    // The list of scripts goes back 400 days.
    entries.add(LogTable.entry(Instant.now().toString(), "info", "today"));
    LogTable.insert(ApiStack.clickHouse(), "acme", SCRIPT, entries);
    LogTable.insert(
        ApiStack.clickHouse(),
        "acme",
        "another",
        LogTable.entries(LogTable.entry(Instant.now().toString(), "info", "today")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "metrics|metrics|script_metrics|",
        "percentile?percentile=75|percentiles|script_percentile|, percentile = 75",
        "timeline?step=10|timeline|run_timeline|, step = 10",
        "versions|versions|version_metrics|",
        "comparison?baseline=1&candidate=v2|comparison|version_comparison|, baseline = '1', candidate = 'v2'",
        "density|density|run_density|",
        "phases|phases|phase_metrics|",
        "errors|errors|error_groups|",
        "patterns|patterns|log_patterns|",
        "patterns/changes?baseline=1&candidate=2|changes|pattern_changes|, baseline = '1', candidate = '2'",
      })
  void aRouteAnswersWithTheRowsOfItsView(String route, String name, String view, String arguments)
      throws IOException {
    JsonNode answer = ok(route);

    assertThat(answer.get("script").asText()).isEqualTo(SCRIPT);
    assertThat(answer.get("startTime").asText()).isEqualTo("2024-05-01T10:00:00.500Z");
    JsonNode rows =
        answer.get(name).isArray()
            ? answer.get(name)
            : JSON.createArrayNode().add(answer.get(name));
    JsonNode expected =
        inSql(
            "SELECT * FROM script_analytics.%s(%s%s)"
                .formatted(view, IN_SQL, arguments == null ? "" : arguments));
    assertThat(expected.isEmpty()).isEqualTo(name.equals("changes"));
    assertThat(rows).hasSameSizeAs(expected);
    for (int i = 0; i < rows.size(); i++) {
      assertThat(plain(rows.get(i))).isEqualTo(plain(expected.get(i)));
    }
  }

  /** A row without what the API writes otherwise than ClickHouse: case of names, times, hashes. */
  private static ObjectNode plain(JsonNode row) {
    ObjectNode plain = JSON.createObjectNode();
    row.properties()
        .forEach(
            field -> {
              String name = field.getKey().replace("_", "").toLowerCase(Locale.ROOT);
              JsonNode value = field.getValue();
              String text = value.asText();
              if (text.matches("\\d{4}-\\d\\d-\\d\\d[ T].*")) {
                plain.put(name, text.replace('T', ' ').replace("Z", ""));
              } else if (value.isNumber() || text.matches("\\d{15,}")) {
                plain.put(
                    name,
                    value.isNumber()
                        ? value.decimalValue().stripTrailingZeros().toPlainString()
                        : text);
              } else {
                plain.set(name, value);
              }
            });
    return plain;
  }

  @Test
  void hashesAreTextsBecauseJavaScriptWouldRoundThem() throws IOException {
    JsonNode errors = ok("errors").get("errors");

    assertThat(errors.findValuesAsText("errorGroup")).contains("18446744073709551615");
    errors.forEach(error -> assertThat(error.get("errorGroup").isTextual()).isTrue());
  }

  @Test
  void aParameterMayNameTheScript() throws IOException {
    String byParameter =
        "/v2/metrics?script=%s&%s"
            .formatted(URLEncoder.encode(SCRIPT, StandardCharsets.UTF_8), RANGE);

    assertThat(api.get(ApiStack.DORA, byParameter).body()).isEqualTo(body("metrics"));
    Problem.of(api.get(ApiStack.DORA, "/v2/metrics?" + RANGE), 400, "INVALID_PARAMETER");
  }

  @Test
  void anEmptyParameterStandsForTheEntriesWithoutAScript() throws IOException {
    LogTable.insert(
        ApiStack.clickHouse(),
        "acme",
        "",
        List.of(LogTable.entry("2023-02-01T12:00:00Z", "info", "of no script")));
    String day = "script=&startTime=2023-02-01T00:00:00Z&endTime=2023-02-02T00:00:00Z";

    JsonNode page = JSON.readTree(api.get(ApiStack.DORA, "/v2/logs?" + day).body());
    assertThat(page.get("logs").findValuesAsText("message")).containsExactly("of no script");
    HttpResponse<String> file = api.get(ApiStack.DORA, "/v2/exports/logs_data.ndjson?" + day);
    assertThat(file.body()).contains("of no script");
    assertThat(file.headers().firstValue("Content-Disposition").orElseThrow())
        .contains("\"logs_data.ndjson\"");
    JsonNode runs = JSON.readTree(api.get(ApiStack.DORA, "/v2/runs?" + day).body());
    assertThat(runs.get("runs")).isEmpty();
  }

  @Test
  void scriptsAreFoundByAPartOfTheirName() throws IOException {
    JsonNode all = scripts("");
    assertThat(scripts("search=A/B").findValuesAsText("script")).containsOnly(SCRIPT);
    assertThat(scripts("limit=1&offset=1").findValuesAsText("script"))
        .containsExactly(all.findValuesAsText("script").get(1));
  }

  @Test
  void facetsCountValuesOfTheFilteredRows() throws IOException {
    JsonNode facets =
        ok("facets?columns=status,deploymentVersion&filter="
                + URLEncoder.encode(
                    "{\"column\":\"responseTime\",\"op\":\"less\",\"value\":35}",
                    StandardCharsets.UTF_8))
            .get("facets");

    // Response times are 10 to 49; every seventh run failed and has none.
    assertThat(facets)
        .isEqualTo(
            JSON.readTree(
                """
                {"status": [{"value": "Success", "count": 21}],
                 "deploymentVersion": [{"value": "1", "count": 17}, {"value": "2", "count": 4}]}
                """));
    assertThat(ok("logs/facets?columns=level&limit=1").get("facets"))
        .isEqualTo(JSON.readTree("{\"level\": [{\"value\": \"info\", \"count\": 32}]}"));
    Problem.of(get("facets?columns=phases"), 400, "INVALID_PARAMETER");
    Problem.of(get("facets?columns=status,status"), 400, "INVALID_PARAMETER");
  }

  @Test
  void volumeCountsFilteredRowsByTimeAndValue() throws IOException {
    String failed =
        URLEncoder.encode(
            "{\"column\":\"status\",\"op\":\"equals\",\"value\":\"Failed\"}",
            StandardCharsets.UTF_8);

    // Every seventh run failed, the first of them in the first second.
    assertThat(ok("volume?by=errorCode&step=20&filter=" + failed).get("volume"))
        .isEqualTo(
            JSON.readTree(
                """
                [{"bucket": "2024-05-01T10:00:00Z", "value": "E0", "count": 2},
                 {"bucket": "2024-05-01T10:00:00Z", "value": "E1", "count": 1},
                 {"bucket": "2024-05-01T10:00:20Z", "value": "E0", "count": 1},
                 {"bucket": "2024-05-01T10:00:20Z", "value": "E1", "count": 2}]
                """));
    assertThat(ok("logs/volume?step=60&limit=1").get("volume"))
        .isEqualTo(
            JSON.readTree(
                """
                [{"bucket": "2024-05-01T10:00:00Z", "value": "info", "count": 32},
                 {"bucket": "2024-05-01T10:00:00Z", "value": null, "count": 8}]
                """));
    Problem.of(get("volume?by=runId"), 400, "INVALID_PARAMETER");
  }

  @Test
  void accountsAreThoseThatTheKeySees() throws IOException {
    JsonNode accounts =
        JSON.readTree(api.get(ApiStack.MIA, "/v2/accounts?search=CM").body()).get("accounts");

    assertThat(accounts.findValuesAsText("account")).containsExactly("acme");
    assertThat(api.get(ApiStack.EMIL, "/v2/accounts").body()).isEqualTo("{\"accounts\":[]}");
    Problem.of(api.get(ApiStack.LENA, "/v2/accounts"), 403, "INSUFFICIENT_PERMISSIONS");
  }

  @Test
  void recordsThatCouldNotBeUsedAreShownToWhoeverSeesTheirAccount() throws IOException {
    ApiStack.clickHouse()
        .query(
            """
            INSERT INTO script_analytics.dead_letters
                (topic, kafka_partition, kafka_offset, arrived_at, account, reason, detail, bytes)
            VALUES
                ('script-runs', 0, 7, now64(3), 'acme', 'missing_field', 'script is missing', '{}'),
                ('script-runs', 0, 8, now64(3), 'globex', 'bad_value', 'of another account', '{}'),
                ('script-runs', 0, 9, now64(3), '', 'not_utf8', 'of no account', unhex('FF7B'))
            """);

    JsonNode own = JSON.readTree(api.get(ApiStack.DORA, "/v2/rejected").body()).get("rejected");
    assertThat(own.findValuesAsText("detail")).containsExactly("script is missing");
    assertThat(own.get(0).get("kafkaOffset").asInt()).isEqualTo(7);
    assertThat(api.get(ApiStack.DORA, "/v2/rejected?account=acme").statusCode()).isEqualTo(200);
    assertThat(
            JSON.readTree(api.get(ApiStack.keyOf("*"), "/v2/rejected").body())
                .get("rejected")
                .findValuesAsText("bytes"))
        .contains("\uFFFD{");
    Problem.of(api.get(ApiStack.DORA, "/v2/rejected?account=globex"), 403, "ACCOUNT_NOT_ALLOWED");
    Problem.of(api.get(ApiStack.RUTH, "/v2/rejected"), 403, "INSUFFICIENT_PERMISSIONS");
  }

  @Test
  void theOverviewHasTheScriptsWithMostFailuresFirst() throws IOException {
    // Rollups go back 400 days.
    Instant minute = Instant.now().minus(Duration.ofDays(30)).truncatedTo(ChronoUnit.HOURS);
    ApiStack.clickHouse()
        .query(
            """
            INSERT INTO script_analytics.run_rollups (account, script, minute, deployment_version,
                deployment_id, arrival, facts, seen, succeeded, failed, response_time_sum,
                response_time_min, response_time_max, means, weights)
            VALUES
                ('acme', 'calm', %1$d, 1, '', %1$d, 20, 10, 9, 1, 90, 10, 10, [10], [9]),
                ('acme', 'wild', %1$d, 1, '', %1$d, 20, 10, 6, 4, 60, 10, 10, [10], [6]),
                ('globex', 'foreign', %1$d, 1, '', %1$d, 20, 10, 1, 9, 10, 10, 10, [10], [1])
            """
                .formatted(minute.getEpochSecond()));
    String range =
        "/v2/overview?startTime=%s&endTime=%s".formatted(minute, minute.plusSeconds(3600));

    JsonNode scripts = JSON.readTree(api.get(ApiStack.RUTH, range).body()).get("scripts");

    assertThat(scripts.findValuesAsText("script")).containsExactly("wild", "calm");
    assertThat(scripts.get(0).get("failureRate").asDouble()).isEqualTo(40);
    JsonNode sorted =
        JSON.readTree(api.get(ApiStack.RUTH, range + "&sort=failureRate&order=asc").body());
    assertThat(sorted.get("scripts").findValuesAsText("script")).containsExactly("calm", "wild");
    Problem.of(api.get(ApiStack.LENA, range), 403, "INSUFFICIENT_PERMISSIONS");
    Problem.of(api.get(ApiStack.RUTH, range + "&sort=colour"), 400, "INVALID_PARAMETER");
  }

  @Test
  void anEntryIsShownAmongItsNeighbours() throws IOException {
    JsonNode entry = ok("logs?limit=1&offset=20").get("logs").get(0);

    String question =
        "logs/context?before=2&after=3&timestamp=%s&logId=%s"
            .formatted(entry.get("timestamp").asText(), entry.get("logId").asText());
    JsonNode context = JSON.readTree(api.get(ApiStack.DORA, path(question)).body());

    assertThat(context.get("index").asInt()).isEqualTo(2);
    assertThat(context.get("logs").findValuesAsText("message"))
        .containsExactly("step 18", "step 19", "step 20", "step 21", "step 22", "step 23");
    JsonNode alone = JSON.readTree(api.get(ApiStack.DORA, path(question + "&sameJob=true")).body());
    assertThat(alone.get("logs").findValuesAsText("message")).containsExactly("step 20");
    Problem.of(
        api.get(ApiStack.DORA, path("logs/context?timestamp=2024-05-01T10:00:01Z&logId=nothing")),
        404,
        "ENTRY_NOT_FOUND");
  }

  @Test
  void pagesOfEntriesAddUpForAScriptAndForARun() throws IOException {
    List<String> messages = new ArrayList<>();
    JsonNode page = ok("logs?limit=7&order=desc");
    messages.addAll(page.get("logs").findValuesAsText("message"));
    while (page.get("pagination").get("hasMore").asBoolean()) {
      String next =
          "logs?limit=7&order=desc&cursor=" + page.get("pagination").get("nextCursor").asText();
      page = JSON.readTree(api.get(ApiStack.DORA, path(next)).body());
      messages.addAll(page.get("logs").findValuesAsText("message"));
    }
    assertThat(messages).hasSize(40).startsWith("step 39", "step 38").endsWith("step 1", "step 0");
    JsonNode ofRun = JSON.readTree(api.get(ApiStack.DORA, "/v2/runs/v7/logs").body());
    assertThat(ofRun.get("logs").findValuesAsText("message")).containsExactly("step 7");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "metrics",
        "timeline",
        "versions",
        "runs",
        "density",
        "phases",
        "facets",
        "deployments",
        "errors",
        "patterns",
        "logs",
        "logs/facets",
        "volume",
        "logs/volume",
        "comparison?baseline=1&candidate=2",
        "versions/1/verdict",
        "patterns/changes?baseline=1&candidate=2",
      })
  void eachRouteNeedsItsPermissionAndItsAccount(String route) throws IOException {
    Problem.of(api.get(ApiStack.NORA, path(route)), 403, "INSUFFICIENT_PERMISSIONS");
    String foreign = path(route) + (route.contains("?") ? "&" : "?") + "account=globex";
    Problem.of(api.get(ApiStack.DORA, foreign), 403, "ACCOUNT_NOT_ALLOWED");
    boolean ofLogs =
        List.of("errors", "patterns", "logs", "logs/facets", "logs/volume", "versions/1/verdict")
            .contains(route);
    if (ofLogs) {
      Problem.of(api.get(ApiStack.RUTH, path(route)), 403, "INSUFFICIENT_PERMISSIONS");
    }
  }

  @Test
  void aMissingScriptIsNotFoundWhateverTheKeyMayRead() throws IOException {
    Problem.of(api.get(ApiStack.RUTH, "/v2/scripts/no-such-script/runs"), 404, "SCRIPT_NOT_FOUND");
    Problem.of(api.get(ApiStack.LENA, "/v2/scripts/no-such-script/logs"), 404, "SCRIPT_NOT_FOUND");
  }

  private static JsonNode scripts(String query) throws IOException {
    return JSON.readTree(api.get(ApiStack.DORA, "/v2/scripts?" + query).body()).get("scripts");
  }

  private static String path(String route) {
    return "/v2/scripts/" + IN_PATH + "/" + route;
  }

  private static HttpResponse<String> get(String route) {
    return api.get(ApiStack.DORA, path(route) + (route.contains("?") ? "&" : "?") + RANGE);
  }

  private static String body(String route) {
    return get(route).body();
  }

  private static JsonNode ok(String route) throws IOException {
    HttpResponse<String> answer = get(route);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  private static JsonNode inSql(String sql) throws IOException {
    return JSON.readTree(ApiStack.clickHouse().queryAs("dora", "se:cr:et", sql + " FORMAT JSON"))
        .get("data");
  }
}
