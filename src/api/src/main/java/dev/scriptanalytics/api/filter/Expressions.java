package dev.scriptanalytics.api.filter;

import dev.scriptanalytics.api.clickhouse.Query;
import java.util.List;

/** Regular expressions of clients, in RE2 syntax. */
public final class Expressions {
  private Expressions() {}

  /**
   * A query that fails with status 400 if one of some expressions is none. A query that finds no
   * row would not look at them.
   *
   * @param expressions at least one
   */
  public static Query trial(List<String> expressions) {
    Query query = new Query().append("SELECT ");
    for (int i = 0; i < expressions.size(); i++) {
      query.append(i == 0 ? "" : ", ").append("match('', ").string(expressions.get(i)).append(")");
    }
    return query;
  }
}
