package dev.scriptanalytics.testkit.grafana;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Expands a query of a dashboard as Grafana and its ClickHouse plugin do: the page's macro, the
 * variables, the server's macros. Any other macro is an error, and so is a variable whose format
 * does not escape every character.
 *
 * @param from the start of the time range
 * @param to its end
 * @param intervalSeconds between two points of a graph
 * @param values of the variables; {@link #ALL} for "All"
 */
public record Expansion(
    Instant from, Instant to, int intervalSeconds, Map<String, List<String>> values) {
  /** The value of a variable for which "All" is selected. */
  public static final List<String> ALL = List.of("$__all");

  private static final Pattern CONDITIONAL =
      Pattern.compile("\\$__conditionalAll\\(([^(),]*), \\$(\\w+)\\)");
  private static final Pattern VARIABLE = Pattern.compile("'\\$\\{(\\w+):(\\w+)}'");
  private static final Pattern FILTER = Pattern.compile("\\$__timeFilter_ms\\((\\w+)\\)");

  /** The dashboard as it opens: its variables have "All" or the value of its file. */
  public static Expansion ofOpened(
      JsonNode dashboard, Instant from, Instant to, int intervalSeconds) {
    Map<String, List<String>> values = new LinkedHashMap<>();
    for (JsonNode variable : dashboard.at("/templating/list")) {
      values.put(
          variable.get("name").asText(),
          variable.path("multi").asBoolean()
              ? ALL
              : List.of(variable.at("/current/value").asText()));
    }
    return new Expansion(from, to, intervalSeconds, values);
  }

  /** The same with other values of a variable. */
  public Expansion with(String variable, List<String> chosen) {
    Map<String, List<String>> changed = new LinkedHashMap<>(values);
    changed.put(variable, chosen);
    return new Expansion(from, to, intervalSeconds, changed);
  }

  /** The same with one value of a variable. */
  public Expansion with(String variable, String value) {
    return with(variable, List.of(value));
  }

  /** The same with another time range. */
  public Expansion between(Instant begin, Instant end) {
    return new Expansion(begin, end, intervalSeconds, values);
  }

  /** The SQL that Grafana sends to ClickHouse. */
  public String of(String query) {
    String chosen =
        CONDITIONAL
            .matcher(query)
            .replaceAll(
                match ->
                    valueOf(match.group(2)).equals(ALL)
                        ? "1=1"
                        : Matcher.quoteReplacement(match.group(1)));
    String filled =
        VARIABLE
            .matcher(chosen)
            .replaceAll(
                match ->
                    Matcher.quoteReplacement(
                        "'" + formatted(match.group(1), match.group(2)) + "'"));
    String sql =
        FILTER
            .matcher(filled)
            .replaceAll("$1 >= " + time(from) + " AND $1 <= " + time(to))
            .replace("$__fromTime_ms", time(from))
            .replace("$__toTime_ms", time(to))
            .replace("$__interval_s", Integer.toString(intervalSeconds));
    if (sql.contains("$")) {
      throw new AssertionError("a macro or variable that is not known here: " + sql);
    }
    return sql;
  }

  private List<String> valueOf(String variable) {
    List<String> value = values.get(variable);
    if (value == null) {
      throw new AssertionError("no variable " + variable);
    }
    return value;
  }

  private String formatted(String variable, String format) {
    List<String> value = valueOf(variable);
    return switch (format) {
      case "percentencode" -> {
        if (value.size() != 1) {
          throw new AssertionError(variable + " has several values: use customqueryparam");
        }
        yield percentEncoded(value.get(0));
      }
      case "customqueryparam" ->
          value.stream()
              .map(one -> variable + "=" + percentEncoded(one))
              .collect(Collectors.joining("&"));
      default -> throw new AssertionError("a format that lets some character through: " + format);
    };
  }

  /** As Grafana's {@code percentencode}: all but letters, digits and {@code - _ . ~}. */
  public static String percentEncoded(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8)
        .replace("+", "%20")
        .replace("*", "%2A")
        .replace("%7E", "~");
  }

  private static String time(Instant time) {
    return "fromUnixTimestamp64Milli(" + time.toEpochMilli() + ")";
  }
}
