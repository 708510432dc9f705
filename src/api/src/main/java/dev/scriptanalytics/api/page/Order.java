package dev.scriptanalytics.api.page;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptanalytics.api.clickhouse.Query;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** An order of rows in which no two are equal, because the last keys name the row. */
public record Order(List<SortKey> keys) {

  /**
   * An order.
   *
   * @param first what is sorted by, or null for {@code rest} alone
   * @param rest orders what is equal in {@code first}
   * @param reverse whether to turn all of it round
   */
  public static Order of(SortKey first, List<SortKey> rest, boolean reverse) {
    List<SortKey> keys = new ArrayList<>();
    if (first != null) {
      keys.add(first);
    }
    keys.addAll(rest);
    return new Order(keys.stream().map(key -> key.reversed(reverse)).toList());
  }

  /** Whether values may be those of a row: a cursor is not sealed, and may be any text. */
  boolean takes(List<JsonNode> values) {
    return values.size() == keys.size()
        && IntStream.range(0, values.size()).allMatch(i -> keys.get(i).takes(values.get(i)));
  }

  /** Adds the values that a cursor keeps, as further columns. */
  public void appendColumns(Query query) {
    keys.forEach(key -> query.append(", ").append(key.kept()));
  }

  /** Adds the order. */
  public void appendOrderBy(Query query) {
    query.append("\nORDER BY ");
    for (int i = 0; i < keys.size(); i++) {
      query.append(i == 0 ? "" : ", ").append(keys.get(i).sql());
      query.append(keys.get(i).descending() ? " DESC" : "");
    }
  }

  /**
   * Adds the condition that a row comes after another one.
   *
   * @param row the other's values, as {@link #appendColumns} gives them
   */
  public void appendAfter(Query query, List<JsonNode> row) {
    for (int i = 0; i < keys.size(); i++) {
      SortKey key = keys.get(i);
      boolean isLast = i + 1 == keys.size();
      query.append("(").append(key.sql()).append(key.descending() ? " < " : " > ");
      key.appendValue(query, row.get(i));
      if (!isLast) {
        query.append(" OR (").append(key.sql()).append(" = ");
        key.appendValue(query, row.get(i));
        query.append(" AND ");
      }
    }
    query.append(")".repeat(2 * keys.size() - 1));
  }
}
