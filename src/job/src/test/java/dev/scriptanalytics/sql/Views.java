package dev.scriptanalytics.sql;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptanalytics.testkit.clickhouse.ClickHouseProgram;
import dev.scriptanalytics.testkit.junit.ClickHouseExtension;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The views, asked by a reader. */
final class Views {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ClickHouseExtension clickHouse;

  Views(ClickHouseExtension clickHouse) {
    this.clickHouse = clickHouse;
  }

  /** The rows of a script's view in a range. */
  List<JsonNode> range(
      String view, String account, String script, Instant from, Instant to, String rest) {
    return select(
        "SELECT * FROM script_analytics."
            + view
            + "(account = {account:String}, script = {script:String},"
            + " from = {from:DateTime64(3, 'UTC')}, to = {to:DateTime64(3, 'UTC')}) "
            + rest,
        Map.of(
            "account",
            account,
            "script",
            script,
            "from",
            Tables.time(from),
            "to",
            Tables.time(to)));
  }

  /** The rows of a run's view. */
  List<JsonNode> ofRun(String view, String account, String run) {
    return select(
        "SELECT * FROM script_analytics."
            + view
            + "(account = {account:String}, run_id = {run_id:String})",
        Map.of("account", account, "run_id", run));
  }

  /** The rows of a query, whose parameters are given without their prefix {@code param_}. */
  List<JsonNode> select(String query, Map<String, String> parameters) {
    Map<String, String> named = new LinkedHashMap<>();
    parameters.forEach((name, value) -> named.put("param_" + name, escaped(value)));
    return clickHouse
        .http()
        .queryAs(
            "script_reader",
            ClickHouseProgram.READER_PASSWORD,
            query + " FORMAT JSONEachRow",
            named)
        .lines()
        .map(Views::parsed)
        .toList();
  }

  /** The values of a column. */
  static Stream<String> texts(List<JsonNode> rows, String column) {
    return rows.stream().map(row -> row.get(column).asText());
  }

  /** ClickHouse reads a parameter as it reads a field of TSV. */
  private static String escaped(String value) {
    return value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n");
  }

  private static JsonNode parsed(String line) {
    try {
      return JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw new AssertionError("not JSON: " + line, e);
    }
  }
}
