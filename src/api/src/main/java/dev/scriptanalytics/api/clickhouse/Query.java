package dev.scriptanalytics.api.clickhouse;

import dev.scriptanalytics.api.error.ApiException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A query under construction. Text comes from the program alone; every value of a client is bound:
 * {@code append("script = ").string(name)} writes {@code script = {p0:String}}.
 */
public final class Query {
  // ClickHouse's own limits are 256 KB (max_query_size), 1000 (http_max_fields), 128 KB
  // (http_max_field_value_size) and 1 MB (http_max_uri_size).
  private static final int LONGEST_SQL = 250_000;
  private static final int MOST_VALUES = 990;
  private static final int LONGEST_VALUE = 128_000;
  private static final int LONGEST_PARAMETERS = 1_000_000;

  private final StringBuilder sql = new StringBuilder();
  private final Map<String, Integer> numbers = new LinkedHashMap<>();

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
    // A value that is asked for in many places is sent once.
    int number = numbers.computeIfAbsent(value, unused -> numbers.size());
    sql.append("{p").append(number).append(':').append(type).append('}');
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

  /**
   * The text of the query.
   *
   * @throws ApiException with status 413 if it is longer than ClickHouse takes
   */
  String sql() {
    requireAtMost(LONGEST_SQL, sql.length());
    return sql.toString();
  }

  /**
   * The values as a part of an address, each with {@code &} in front.
   *
   * @throws ApiException with status 413 if they are longer than ClickHouse takes
   */
  String parameters() {
    requireAtMost(MOST_VALUES, numbers.size());
    StringBuilder text = new StringBuilder();
    for (Map.Entry<String, Integer> value : numbers.entrySet()) {
      String encoded = URLEncoder.encode(value.getKey(), StandardCharsets.UTF_8);
      requireAtMost(LONGEST_VALUE, encoded.length());
      text.append("&param_p").append(value.getValue()).append('=').append(encoded);
      requireAtMost(LONGEST_PARAMETERS, text.length());
    }
    return text.toString();
  }

  private static void requireAtMost(int most, int length) {
    if (length > most) {
      throw new ApiException(
              413, "FILTERS_TOO_LARGE", "The filters have more or longer values than can be asked")
          .with("suggestion", "Use fewer or shorter values");
    }
  }
}
