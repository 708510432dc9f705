package dev.scriptanalytics.bench.queries;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The queries that are measured: those of an SQL file, each with a comment that begins with its
 * name and may have the time that it may take.
 */
final class Catalogue {
  /** What views answer from rollups, and the same from raw rows. */
  static final String METRICS = "metrics.sql";

  /** Pages of runs, and lookups by id. */
  static final String PAGES = "pages.sql";

  /** Searches in log messages. */
  static final String SEARCHES = "searches.sql";

  /** Downloads. */
  static final String EXPORTS = "exports.sql";

  /** Ends the name of a query that asks raw rows what the one of the same name asks rollups. */
  static final String FROM_RAW_ROWS = ", from raw rows";

  /** What each panel of a dashboard may take. */
  static final double PANEL_MILLIS = 500;

  /** What all panels of the overview may take together. */
  static final double OVERVIEW_MILLIS = 1_500;

  /** How fast a download must be at least. */
  static final double EXPORTED_ROWS_PER_SECOND = 500_000;

  /** What a download may have of the server's memory. */
  static final double EXPORT_MEGABYTES = 500;

  /** How many times as large as its rows on disk the JSON must be at least. */
  static final double JSON_OVER_DISK = 10;

  private static final Pattern AT_MOST = Pattern.compile("at most (\\d+) ms");

  private Catalogue() {}

  /**
   * A query.
   *
   * @param name as the table of results calls it
   * @param sql with parameters as {@code {name:Type}}
   * @param atMostMillis what its median may be
   */
  record Query(String name, String sql, OptionalDouble atMostMillis) {}

  /** The queries of a file, in its order. */
  static List<Query> of(String file) {
    return Sql.statements(file).stream().map(Catalogue::query).toList();
  }

  // The comment of a file's head is in front of its first query's.
  private static Query query(String statement) {
    List<String> comment = new ArrayList<>();
    List<String> sql = new ArrayList<>();
    for (String line : statement.lines().toList()) {
      if (line.isBlank()) {
        comment.clear();
      } else if (line.startsWith("-- ")) {
        comment.add(line.substring("-- ".length()));
      } else {
        sql.add(line);
      }
    }
    OptionalDouble atMost = OptionalDouble.empty();
    if (comment.size() > 1) {
      Matcher matcher = AT_MOST.matcher(comment.get(1));
      if (!matcher.matches()) {
        throw new IllegalStateException("\"" + comment.get(1) + "\" is not a target.");
      }
      atMost = OptionalDouble.of(Double.parseDouble(matcher.group(1)));
    }
    return new Query(comment.get(0), String.join("\n", sql), atMost);
  }
}
