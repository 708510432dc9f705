package dev.scriptanalytics.testkit.grafana;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptanalytics.testkit.process.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The files of {@code deploy/grafana}, as Grafana reads them. */
public final class Grafana {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Grafana() {}

  /** All dashboards, by the names of their files. */
  public static List<JsonNode> dashboards() {
    try (Stream<Path> files = Files.list(Repository.path("deploy/grafana/dashboards"))) {
      List<JsonNode> dashboards = new ArrayList<>();
      for (Path file : files.sorted().toList()) {
        dashboards.add(JSON.readTree(file.toFile()));
      }
      return dashboards;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The dashboard with a uid. */
  public static JsonNode dashboard(String uid) {
    return dashboards().stream()
        .filter(dashboard -> dashboard.get("uid").asText().equals(uid))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no dashboard " + uid));
  }

  /** The panel with a title. */
  public static JsonNode panel(JsonNode dashboard, String title) {
    return each(dashboard.get("panels"))
        .filter(panel -> panel.get("title").asText().equals(title))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no panel " + title));
  }

  /**
   * The SQL of a panel's only query, which may be that of another panel; null for a query to
   * Prometheus.
   */
  public static String sqlOf(JsonNode dashboard, JsonNode panel) {
    JsonNode target = panel.at("/targets/0");
    if (target.has("panelId")) {
      int id = target.get("panelId").asInt();
      return each(dashboard.get("panels"))
          .filter(other -> other.get("id").asInt() == id)
          .map(other -> other.at("/targets/0/rawSql").asText())
          .findFirst()
          .orElseThrow(() -> new AssertionError("no panel " + id));
    }
    return target.has("rawSql") ? target.get("rawSql").asText() : null;
  }

  /** A provisioning file. */
  public static JsonNode provisioned(String file) {
    Map<String, Object> read =
        new Yaml(new SafeConstructor(new LoaderOptions()))
            .load(text("deploy/grafana/provisioning/" + file));
    return JSON.valueToTree(read);
  }

  /** All alert rules. */
  public static List<JsonNode> rules() {
    return each(provisioned("alerting/rules.yaml").get("groups"))
        .flatMap(group -> each(group.get("rules")))
        .toList();
  }

  /** The items of an array. */
  public static Stream<JsonNode> each(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }

  /** The content of a JSON text. */
  public static JsonNode parsed(String json) {
    try {
      return JSON.readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException("not JSON: " + json, e);
    }
  }

  private static String text(String file) {
    try {
      return Files.readString(Repository.path(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
