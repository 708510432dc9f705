package dev.scriptanalytics.bench.queries;

import dev.scriptanalytics.bench.sql.SqlFile;
import dev.scriptanalytics.testkit.clickhouse.TestClickHouse;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The SQL files beside this package's classes, and values for their parameters. */
final class Sql {
  private Sql() {}

  /** The statements of a file, with their comments. */
  static List<String> statements(String file) {
    return SqlFile.beside(Sql.class, file).statements();
  }

  /** The only statement of a file. */
  static String statement(String file) {
    return SqlFile.beside(Sql.class, file).statement();
  }

  /** The statement of a file that has a name in the comment in front of it. */
  static String statement(String file, String name) {
    return SqlFile.beside(Sql.class, file).statement(name);
  }

  /**
   * The answer to a statement of the administrator.
   *
   * @param parameters of the statement, by the names that it has for them
   */
  static String ask(TestClickHouse clickHouse, String statement, Map<String, String> parameters) {
    Map<String, String> named = new HashMap<>();
    parameters.forEach((name, value) -> named.put("param_" + name, value));
    return clickHouse.http().queryAs("default", "", statement, named);
  }

  /** As {@link #ask}, as a whole number. */
  static long number(TestClickHouse clickHouse, String query, Map<String, String> parameters) {
    return Long.parseLong(ask(clickHouse, query, parameters));
  }

  /** A time as the views take it. */
  static String time(Instant time) {
    return time.toString().replace('T', ' ').replace("Z", "");
  }
}
