package dev.scriptanalytics.api.filter;

import dev.scriptanalytics.api.clickhouse.Query;
import java.util.List;

/** A condition that a row fulfils or not; never NULL. */
public sealed interface Filter permits Filter.All, Filter.Any, Filter.Not, Condition {

  /** Holds for every row. */
  Filter EVERYTHING = new All(List.of());

  /** Adds it to a query as a condition in SQL. */
  void appendTo(Query query);

  /** The regular expressions in it, which may not be any: only ClickHouse knows. */
  List<String> expressions();

  /** Holds where all of some filters hold. */
  record All(List<Filter> filters) implements Filter {
    @Override
    public void appendTo(Query query) {
      join(query, filters, " AND ", "true");
    }

    @Override
    public List<String> expressions() {
      return filters.stream().flatMap(filter -> filter.expressions().stream()).toList();
    }
  }

  /** Holds where at least one of some filters holds. */
  record Any(List<Filter> filters) implements Filter {
    @Override
    public void appendTo(Query query) {
      join(query, filters, " OR ", "false");
    }

    @Override
    public List<String> expressions() {
      return filters.stream().flatMap(filter -> filter.expressions().stream()).toList();
    }
  }

  /** Holds where another does not. */
  record Not(Filter filter) implements Filter {
    @Override
    public void appendTo(Query query) {
      query.append("NOT ");
      filter.appendTo(query);
    }

    @Override
    public List<String> expressions() {
      return filter.expressions();
    }
  }

  private static void join(Query query, List<Filter> filters, String word, String ofNone) {
    query.append("(");
    for (int i = 0; i < filters.size(); i++) {
      query.append(i == 0 ? "" : word);
      filters.get(i).appendTo(query);
    }
    query.append(filters.isEmpty() ? ofNone + ")" : ")");
  }
}
