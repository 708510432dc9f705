package dev.scriptanalytics.grafana;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.scriptanalytics.testkit.grafana.Grafana;
import dev.scriptanalytics.testkit.process.Repository;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The dashboards beside the types that Grafana publishes of them, as TypeScript sees it. */
class GrafanaSchemaIT {
  @TempDir static Path directory;

  private record Checked(int status, String output) {}

  @BeforeAll
  static void installSchema() throws Exception {
    for (String file : List.of("package.json", "package-lock.json", "check.mjs")) {
      Files.copy(
          Repository.path("src/job/src/test/resources/grafana-schema").resolve(file),
          directory.resolve(file));
    }
    Checked installed = run("npm", "ci", "--no-audit", "--no-fund", "--loglevel=error");
    assertThat(installed.status()).as(installed.output()).isZero();
  }

  @Test
  void everyDashboardIsWhatGrafanaKnows() throws Exception {
    Checked checked =
        run("node", "check.mjs", Repository.path("deploy/grafana/dashboards").toString());
    assertThat(checked.status()).as(checked.output()).isZero();
    assertThat(checked.output()).contains(Grafana.dashboards().size() + " dashboards checked");
  }

  @Test
  void whatGrafanaDoesNotKnowIsFound() throws Exception {
    JsonNode dashboard = Grafana.dashboard("script-overview");
    ((ObjectNode) dashboard).put("unknownToGrafana", true);
    ((ObjectNode) dashboard.at("/panels/0/options")).put("graphMode", "no such mode");
    Path wrong = Files.createDirectories(directory.resolve("wrong"));
    Files.writeString(wrong.resolve("overview.json"), dashboard.toString());

    Checked checked = run("node", "check.mjs", wrong.toString());

    assertThat(checked.status()).isEqualTo(1);
    assertThat(checked.output())
        .contains("unknownToGrafana", "no such mode", dashboard.at("/panels/0/title").asText());
  }

  private static Checked run(String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Checked(process.waitFor(), output);
  }
}
