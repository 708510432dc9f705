package dev.scriptanalytics.sql;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptanalytics.testkit.clickhouse.ClickHouseProgram;
import dev.scriptanalytics.testkit.clickhouse.TestClickHouse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Rows as the job's user writes them, and views as a reader asks them. */
final class Views {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final TestClickHouse clickHouse;

  Views(TestClickHouse clickHouse) {
    this.clickHouse = clickHouse;
  }

  /** Writes rows in one block, as the job does; columns that a row does not have are empty. */
  @SafeVarargs
  final void insert(String table, Map<String, Object>... rows) {
    List<Map<String, Object>> block = new ArrayList<>();
    for (Map<String, Object> row : rows) {
      block.add(row);
    }
    insert(table, block);
  }

  /** As {@link #insert(String, Map[])}. */
  void insert(String table, List<Map<String, Object>> rows) {
    clickHouse
        .http()
        .insertAs(
            "script_writer",
            ClickHouseProgram.WRITER_PASSWORD,
            "INSERT INTO script_analytics." + table + " FORMAT JSONEachRow",
            rows.stream()
                .map(Views::json)
                .collect(Collectors.joining("\n"))
                .getBytes(StandardCharsets.UTF_8));
  }

  /** What a script's view tells of a range. */
  List<JsonNode> range(
      String view, String account, String script, Instant from, Instant to, String rest) {
    return select(
        "SELECT * FROM script_analytics."
            + view
            + "(account = {account:String}, script = {script:String},"
            + " from = {from:DateTime64(3, 'UTC')}, to = {to:DateTime64(3, 'UTC')}) "
            + rest,
        Map.of("account", account, "script", script, "from", time(from), "to", time(to)));
  }

  /** What a run's view tells. */
  List<JsonNode> ofRun(String view, String account, String run) {
    return select(
        "SELECT * FROM script_analytics."
            + view
            + "(account = {account:String}, run_id = {run_id:String})",
        Map.of("account", account, "run_id", run));
  }

  private List<JsonNode> select(String query, Map<String, String> parameters) {
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

  /** A row: names and values in turn. */
  static Map<String, Object> row(Object... namesAndValues) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("account", "acme");
    row.put("script", "pay");
    row.put("retention_days", 30);
    for (int i = 0; i < namesAndValues.length; i += 2) {
      Object value = namesAndValues[i + 1];
      row.put((String) namesAndValues[i], value instanceof Instant time ? time(time) : value);
    }
    return row;
  }

  /** The values of a column. */
  static Stream<String> texts(List<JsonNode> rows, String column) {
    return rows.stream().map(row -> row.get(column).asText());
  }

  /** What ClickHouse reads as a time in UTC, to the microsecond. */
  static String time(Instant time) {
    return time.toString().replace('T', ' ').replace("Z", "");
  }

  /** ClickHouse reads a parameter as it reads a field of TSV. */
  private static String escaped(String value) {
    return value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n");
  }

  private static String json(Map<String, Object> row) {
    try {
      return JSON.writeValueAsString(row);
    } catch (JsonProcessingException e) {
      throw new AssertionError("a row that is not JSON: " + row, e);
    }
  }

  private static JsonNode parsed(String line) {
    try {
      return JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw new AssertionError("not JSON: " + line, e);
    }
  }
}
