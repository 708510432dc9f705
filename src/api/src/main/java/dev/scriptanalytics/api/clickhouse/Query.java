package dev.scriptanalytics.api.clickhouse;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A query under construction. Text comes from the program alone; every value of a client is bound:
 * {@code append("script = ").string(name)} writes {@code script = {p0:String}}.
 */
public final class Query {
  private final StringBuilder sql = new StringBuilder();
  private final List<String> values = new ArrayList<>();

  /** Adds text of the program. */
  public Query append(String text) {
    sql.append(text);
    return this;
  }

  /** Adds a text of the client. */
  public Query string(String value) {
    return bind("String", escaped(value));
  }

  /** Adds a number of the client. */
  public Query number(double value) {
    return bind("Float64", Double.toString(value));
  }

  /** Adds a whole number of the client. */
  public Query integer(long value) {
    return bind("Int64", Long.toString(value));
  }

  /** Adds a time of the client, in whole milliseconds since 1970. */
  public Query millis(long value) {
    return bind("DateTime64(3, 'UTC')", "%d.%03d".formatted(value / 1000, value % 1000));
  }

  /** Adds a whole number of 64 bits without a sign. */
  public Query unsigned(long value) {
    return bind("UInt64", Long.toUnsignedString(value));
  }

  /** Adds a time in microseconds since 1970. */
  public Query micros(long value) {
    return bind("DateTime64(6, 'UTC')", "%d.%06d".formatted(value / 1_000_000, value % 1_000_000));
  }

  /** Adds a list of texts of the client, as an array. */
  public Query strings(Collection<String> list) {
    return bind(
        "Array(String)",
        list.stream()
            .map(value -> "'" + escaped(value).replace("'", "\\'") + "'")
            .collect(Collectors.joining(",", "[", "]")));
  }

  private Query bind(String type, String value) {
    sql.append("{p").append(values.size()).append(':').append(type).append('}');
    values.add(value);
    return this;
  }

  /** ClickHouse reads parameters as it reads a field of a TSV file. */
  private static String escaped(String value) {
    StringBuilder text = new StringBuilder(value.length() + 16);
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '\\' -> text.append("\\\\");
        case '\t' -> text.append("\\t");
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        case '\0' -> text.append("\\0");
        default -> text.append(c);
      }
    }
    return text.toString();
  }

  String sql() {
    return sql.toString();
  }

  /** The values as a part of an address, each with {@code &} in front. */
  String parameters() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < values.size(); i++) {
      text.append("&param_p").append(i).append('=');
      text.append(URLEncoder.encode(values.get(i), StandardCharsets.UTF_8));
    }
    return text.toString();
  }
}
