package dev.scriptanalytics.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.scriptanalytics.testkit.clickhouse.ClickHouseProgram;
import dev.scriptanalytics.testkit.grafana.Expansion;
import dev.scriptanalytics.testkit.grafana.Grafana;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The downloads of Grafana's dashboards have the rows that the dashboards show. */
class DashboardLinksIT {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Characters that could end a text, begin a variable or a path, or look like an escape. */
  private static final String SCRIPT = "it's \\ \"100%\" / ${script} $__all \\' é";

  private static final Instant START = Instant.parse("2024-06-01T00:00:00Z");

  @RegisterExtension static final ApiStack api = new ApiStack();

  @BeforeAll
  static void insertRows() {
    List<ObjectNode> runs = new ArrayList<>();
    List<ObjectNode> entries = new ArrayList<>();
    List<String> words = List.of("charge", "it's \\", "");
    for (int i = 0; i < 60; i++) {
      ObjectNode run = RunTable.run(SCRIPT, "run_" + i, START.plusSeconds(i), 100 + i);
      run.put("function", words.get(i % 3)).put("source", List.of("a&b=c", "x%27", "").get(i % 3));
      run.put("deployment_version", 1 + i % 2)
          .put("source_type", List.of("api", "tool").get(i % 2));
      if (i % 5 == 0) {
        run.put("status", "Failed").putNull("response_time");
      }
      runs.add(run);
      entries.add(
          LogTable.entry(
                  START.plusSeconds(i).toString(),
                  List.of("Stdout", "info", "warn", "error").get(i % 4),
                  "it's \\ \"run_" + i + "\"")
              .put("jobId", "run_" + i)
              .put("source", "x%27"));
    }
    RunTable.insert(ApiStack.clickHouse(), runs);
    LogTable.insert(ApiStack.clickHouse(), "acme", SCRIPT, entries);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "script-runs | status | Failed | 12",
        "script-runs | version | 2 | 30",
        "script-runs | function | it's \\ | 20",
        "script-runs | function | (none) | 20",
        "script-runs | source | a&b=c | 20",
        "script-runs | source_type | tool | 30",
        "script-runs | run | n_11 | 1",
        "script-runs | slower | 150 | 8",
        "script-runs | faster | 150.5 | 40",
        "script-runs | match | any | 60",
        "script-logs | level | Stdout | 15",
        "script-logs | level | Warning | 15",
        "script-logs | message | it's \\ \"run_7 | 1",
        "script-logs | run | n_11 | 1",
        "script-logs | source | x%27 | 60",
        "script-logs | log | 000003 | 1",
      })
  void aDownloadHasTheRowsThatMeetTheFilter(String uid, String variable, String value, int rows)
      throws IOException {
    assertThat(lines(opened(uid).with(variable, value), uid, "NDJSON")).hasSize(rows);
  }

  @Test
  void conditionsCanBeAlternatives() throws IOException {
    Expansion either =
        opened("script-runs").with("match", "any").with("status", "Failed").with("run", "n_11");
    assertThat(lines(either, "script-runs", "NDJSON")).hasSize(13);
  }

  @ParameterizedTest
  @CsvSource({"script-runs, CSV, 61", "script-logs, CSV, 61", "script-logs, Text, 60"})
  void eachFormHasAllRows(String uid, String form, int rows) throws IOException {
    assertThat(lines(opened(uid), uid, form)).hasSize(rows);
  }

  private static Expansion opened(String uid) {
    return Expansion.ofOpened(Grafana.dashboard(uid), START, START.plus(Duration.ofHours(1)), 60)
        .with("account", "acme")
        .with("script", SCRIPT)
        .with("run", "");
  }

  private static List<String> lines(Expansion expansion, String uid, String form)
      throws IOException {
    JsonNode dashboard = Grafana.dashboard(uid);
    String sql = expansion.of(Grafana.sqlOf(dashboard, Grafana.panel(dashboard, "Export")));
    String row =
        ApiStack.clickHouse()
            .queryAs(
                "script_reader", ClickHouseProgram.READER_PASSWORD, sql + "\nFORMAT JSONEachRow");
    HttpResponse<String> answer = api.get(ApiStack.DORA, JSON.readTree(row).get(form).asText());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return answer.body().lines().toList();
  }
}
