package dev.scriptanalytics.api.page;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptanalytics.api.clickhouse.Query;
import dev.scriptanalytics.api.http.Times;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * A value that rows are ordered by; never NULL.
 *
 * @param sql the value in SQL
 * @param descending whether the greatest comes first
 */
public record SortKey(String sql, Type type, boolean descending) {

  /** What values are. */
  public enum Type {
    NUMBER,
    /** A whole number of 64 bits without a sign. */
    UNSIGNED,
    /** A time. */
    TIME,
    TEXT
  }

  /** This order or the other way round. */
  SortKey reversed(boolean reverse) {
    return new SortKey(sql, type, descending != reverse);
  }

  /** The value in SQL as a cursor keeps it: it compares equal when it comes back. */
  String kept() {
    return switch (type) {
      case NUMBER -> "toFloat64(" + sql + ")";
      case UNSIGNED -> "toString(" + sql + ")";
      case TIME -> "toUnixTimestamp64Micro(toDateTime64(" + sql + ", 6, 'UTC'))";
      case TEXT -> sql;
    };
  }

  boolean takes(JsonNode kept) {
    return switch (type) {
      case NUMBER -> kept.isNumber() && Double.isFinite(kept.asDouble());
      case UNSIGNED -> kept.isTextual() && isUnsigned(kept.textValue());
      case TIME ->
          kept.canConvertToLong()
              && Times.isIn(Instant.EPOCH.plus(kept.asLong(), ChronoUnit.MICROS));
      case TEXT -> kept.isTextual();
    };
  }

  private static boolean isUnsigned(String text) {
    try {
      return text.equals(Long.toUnsignedString(Long.parseUnsignedLong(text)));
    } catch (NumberFormatException other) {
      return false;
    }
  }

  void appendValue(Query query, JsonNode kept) {
    switch (type) {
      case NUMBER -> query.number(kept.asDouble());
      case UNSIGNED -> query.unsigned(Long.parseUnsignedLong(kept.asText()));
      case TIME -> query.micros(kept.asLong());
      default -> query.string(kept.asText());
    }
  }
}
