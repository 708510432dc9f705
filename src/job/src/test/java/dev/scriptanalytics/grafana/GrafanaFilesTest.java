package dev.scriptanalytics.grafana;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptanalytics.testkit.grafana.Grafana;
import dev.scriptanalytics.track.TrackRuns;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.runtime.metrics.MetricNames;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GrafanaFilesTest {
  private static final int COLUMNS = 24;
  private static final Set<String> PANELS =
      Set.of("stat", "timeseries", "heatmap", "table", "logs");
  private static final Pattern ADDRESS = Pattern.compile("/d/([\\w-]+)(?:\\?(.*))?");
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{?(\\w+)");
  private static final Pattern REFERENCE = Pattern.compile("\\b[A-Z]\\b");
  private static final Pattern METRIC = Pattern.compile("flink_[A-Za-z_]+");

  /** Variables that a link may use besides those of the dashboard. */
  private static final Set<String> OF_GRAFANA = Set.of("__value", "__data", "__url_time_range");

  /** Parameters that an address may set besides a dashboard's variables. */
  private static final Set<String> OF_PAGES = Set.of("from", "to", "refresh");

  static List<JsonNode> dashboards() {
    return Grafana.dashboards();
  }

  static List<JsonNode> rules() {
    return Grafana.rules();
  }

  @Test
  void thereAreTheDashboardsThatLinksAndBookmarksKnow() {
    assertThat(dashboards())
        .extracting(dashboard -> dashboard.get("uid").asText())
        .containsExactly(
            "script-logs", "script-overview", "script-pipeline", "script-run", "script-runs");
  }

  @ParameterizedTest
  @MethodSource("dashboards")
  void everyPanelSaysWhatItShowsAndInWhichUnit(JsonNode dashboard) {
    Set<Integer> ids = new HashSet<>();
    Grafana.each(dashboard.get("panels"))
        .forEach(
            panel -> {
              String title = panel.get("title").asText();
              assertThat(title).isNotBlank();
              assertThat(panel.get("description").asText()).as(title).hasSizeGreaterThan(20);
              assertThat(panel.at("/fieldConfig/defaults/unit").asText()).as(title).isNotBlank();
              assertThat(panel.get("type").asText()).isIn(PANELS);
              assertThat(panel.get("targets")).as(title).isNotEmpty();
              assertThat(ids.add(panel.get("id").asInt())).as("the id of " + title).isTrue();
            });
  }

  @ParameterizedTest
  @MethodSource("dashboards")
  void noPanelLiesUponAnotherOrBeyondTheEdge(JsonNode dashboard) {
    Map<String, String> taken = new HashMap<>();
    Grafana.each(dashboard.get("panels"))
        .forEach(
            panel -> {
              JsonNode place = panel.get("gridPos");
              int left = place.get("x").asInt();
              int right = left + place.get("w").asInt();
              int top = place.get("y").asInt();
              assertThat(right).isLessThanOrEqualTo(COLUMNS);
              String title = panel.get("title").asText();
              for (int x = left; x < right; x++) {
                for (int y = top; y < top + place.get("h").asInt(); y++) {
                  assertThat(taken.put(x + "," + y, title)).as(title + " lies upon").isNull();
                }
              }
            });
  }

  @ParameterizedTest
  @MethodSource("dashboards")
  void dataSourcesAreChosenAndNeverWrittenDown(JsonNode dashboard) {
    List<JsonNode> sources = dashboard.findValues("datasource");
    assertThat(sources).isNotEmpty();
    Map<String, String> kinds = new HashMap<>();
    Grafana.each(dashboard.at("/templating/list"))
        .filter(variable -> variable.get("type").asText().equals("datasource"))
        .forEach(
            variable ->
                kinds.put(
                    "${" + variable.get("name").asText() + "}", variable.get("query").asText()));
    kinds.put("-- Dashboard --", "datasource");
    for (JsonNode source : sources) {
      assertThat(kinds).containsEntry(source.get("uid").asText(), source.get("type").asText());
    }
  }

  @ParameterizedTest
  @MethodSource("dashboards")
  void everyLinkLeadsToADashboardThatKnowsItsVariables(JsonNode dashboard) {
    List<String> addresses = dashboard.findValues("url").stream().map(JsonNode::asText).toList();
    assertThat(addresses).isNotEmpty();
    for (String address : addresses) {
      Matcher variables = VARIABLE.matcher(address);
      while (variables.find()) {
        assertThat(union(variablesOf(dashboard), OF_GRAFANA))
            .as(address)
            .contains(variables.group(1));
      }
      if (address.startsWith("${exports:raw}")) {
        continue;
      }
      Matcher matcher = ADDRESS.matcher(address);
      assertThat(matcher.matches()).as(address).isTrue();
      Set<String> known = variablesOf(Grafana.dashboard(matcher.group(1)));
      for (String parameter : parameters(matcher.group(2))) {
        if (parameter.startsWith("var-")) {
          assertThat(known).as(address).contains(parameter.substring("var-".length()));
        } else {
          assertThat(parameter).as(address).isIn(OF_PAGES);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dashboards")
  void everyVariableIsExplained(JsonNode dashboard) {
    Grafana.each(dashboard.at("/templating/list"))
        .filter(variable -> !variable.get("type").asText().equals("datasource"))
        .forEach(
            variable -> {
              assertThat(variable.get("label").asText()).isNotBlank();
              assertThat(variable.get("description").asText()).isNotBlank();
            });
  }

  @Test
  void theMetricsThatPrometheusIsAskedForAreThoseOfTheJobAndOfFlink() {
    Set<String> known =
        Set.of(
            MetricNames.PENDING_RECORDS,
            MetricNames.CURRENT_EMIT_EVENT_TIME_LAG,
            MetricNames.NUM_RESTARTS,
            TrackRuns.DUPLICATE_EVENTS,
            TrackRuns.OPEN_RUNS,
            TrackRuns.REMEMBERED_RUNS,
            "reason_" + TrackRuns.CONTRADICTING_EVENTS,
            "reason_rejectedRecords",
            "retries",
            "rowsInFlight",
            "lastCheckpointDuration",
            "lastCheckpointFullSize",
            "lastCheckpointSize",
            "numberOfCompletedCheckpoints",
            "numberOfFailedCheckpoints");
    Set<String> asked = new TreeSet<>();
    for (JsonNode expression : Grafana.dashboard("script-pipeline").findValues("expr")) {
      Matcher metric = METRIC.matcher(expression.asText());
      while (metric.find()) {
        asked.add(
            metric
                .group()
                .replaceFirst("^flink_(taskmanager_job_task_operator|jobmanager_job)_", ""));
      }
    }
    assertThat(asked).isNotEmpty().isSubsetOf(known);
  }

  @ParameterizedTest
  @MethodSource("rules")
  void anAlertRuleIsQuietWithoutDataAndLeadsToItsPanel(JsonNode rule) {
    assertThat(rule.get("noDataState").asText()).isEqualTo("OK");
    JsonNode dashboard = Grafana.dashboard(rule.get("dashboardUid").asText());
    assertThat(dashboard.get("panels"))
        .extracting(panel -> panel.get("id").asInt())
        .contains(rule.get("panelId").asInt());
    assertThat(rule.at("/annotations/summary").asText()).isNotBlank();
    assertThat(rule.at("/labels/severity").asText()).isIn("warning", "critical");
  }

  @ParameterizedTest
  @MethodSource("rules")
  void anAlertRuleAsksWhatIsProvisionedAndRefersToWhatIsThere(JsonNode rule) {
    Set<String> sources =
        Stream.concat(
                Stream.of("__expr__"),
                Grafana.each(
                        Grafana.provisioned("datasources/script-analytics.yaml").get("datasources"))
                    .map(source -> source.get("uid").asText()))
            .collect(Collectors.toSet());
    List<String> steps = new ArrayList<>();
    for (JsonNode step : rule.get("data")) {
      assertThat(step.get("datasourceUid").asText()).isIn(sources);
      assertThat(step.at("/model/refId").asText()).isEqualTo(step.get("refId").asText());
      String expression = step.at("/model/expression").asText();
      Matcher references = REFERENCE.matcher(expression);
      while (references.find()) {
        assertThat(steps).as(expression).contains(references.group());
      }
      steps.add(step.get("refId").asText());
    }
    assertThat(steps).doesNotHaveDuplicates().endsWith(rule.get("condition").asText());
  }

  @Test
  void everyThresholdStandsAtTheHeadOfTheRulesAndIsUsed() {
    Set<String> used = new TreeSet<>();
    for (JsonNode rule : rules()) {
      for (JsonNode threshold : rule.findValues("params")) {
        assertThat(threshold).hasSize(1);
        assertThat(threshold.get(0).isNumber()).isTrue();
        used.add(threshold.get(0).asText());
      }
    }
    Set<String> said = new TreeSet<>();
    Grafana.provisioned("alerting/rules.yaml")
        .get("thresholds")
        .forEach(value -> said.add(value.asText()));
    assertThat(used).isEqualTo(said);
  }

  @Test
  void theOtherProvisioningFilesAreRead() {
    assertThat(
            Grafana.provisioned("dashboards/script-analytics.yaml")
                .at("/providers/0/type")
                .asText())
        .isEqualTo("file");
    JsonNode contacts = Grafana.provisioned("alerting/contact-points.yaml.example");
    assertThat(contacts.at("/policies/0/receiver").asText())
        .isEqualTo(contacts.at("/contactPoints/0/name").asText());
  }

  private static Set<String> variablesOf(JsonNode dashboard) {
    return Grafana.each(dashboard.at("/templating/list"))
        .map(variable -> variable.get("name").asText())
        .collect(Collectors.toSet());
  }

  private static Set<String> union(Set<String> some, Set<String> others) {
    Set<String> all = new HashSet<>(some);
    all.addAll(others);
    return all;
  }

  private static List<String> parameters(String query) {
    if (query == null) {
      return List.of();
    }
    return Stream.of(query.split("&", -1))
        .filter(parameter -> !parameter.equals("${__url_time_range}"))
        .map(parameter -> parameter.substring(0, parameter.indexOf('=')))
        .toList();
  }
}
