package dev.scriptanalytics.api.logs;

import dev.scriptanalytics.api.clickhouse.Query;
import java.util.List;
import java.util.Set;

/**
 * Which entries of a range are wanted.
 *
 * @param levels the levels of which an entry must have one
 * @param sources the sources of which it must have one, or null for any
 * @param search a regular expression that its message must match, or null
 * @param caseSensitive whether the search is
 * @param metadata conditions on its metadata, all of which must hold
 */
record LogFilter(
    Set<Level> levels,
    List<String> sources,
    String search,
    boolean caseSensitive,
    List<MetadataCondition> metadata) {

  /** Adds the filter as a condition in SQL. */
  void appendTo(Query query) {
    query.append("(").append(Level.condition(levels));
    if (sources != null) {
      query.append(" AND has(").strings(sources).append(", source)");
    }
    if (search != null) {
      query
          .append(" AND match(log_message, ")
          .string((caseSensitive ? "" : "(?i)") + search)
          .append(")");
    }
    for (MetadataCondition condition : metadata) {
      query.append(" AND ");
      condition.appendTo(query);
    }
    query.append(")");
  }
}
