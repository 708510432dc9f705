package dev.scriptanalytics.api.live;

import dev.scriptanalytics.api.clickhouse.Query;
import java.util.Collection;
import java.util.List;

/**
 * What a source is asked for: what arrived of some scripts in (after, until], and of that what
 * arrived first.
 *
 * @param after in milliseconds since 1970, not before
 * @param until in milliseconds since 1970
 */
public record ArrivalWindow(String account, Collection<String> scripts, long after, long until) {
  /** How much is read at once; what arrived with the last of it comes besides. */
  static final int MOST = 1000;

  /** A window in which nothing arrived, to try a question by. */
  public static ArrivalWindow empty(String account) {
    return new ArrivalWindow(account, List.of(), 0, 0);
  }

  /** Adds the call of a view that takes a window. */
  public Query appendTo(Query query, String view) {
    query.append("script_analytics." + view + "(account = ").string(account);
    query.append(", scripts = ").strings(scripts);
    query.append(", after = ").millis(after).append(", until = ").millis(until);
    return query.append(")");
  }

  /**
   * Adds the order of arrival and the limit.
   *
   * @param column the time of arrival
   */
  public static Query appendFirst(Query query, String column) {
    return query.append("\nORDER BY " + column + " LIMIT " + MOST + " WITH TIES");
  }
}
