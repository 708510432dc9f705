package dev.scriptanalytics.bench.queries;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.scriptanalytics.testkit.clickhouse.SqlStatements;
import dev.scriptanalytics.testkit.clickhouse.TestClickHouse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The SQL files beside this package's classes, and values for their parameters. */
final class Sql {
  private Sql() {}

  /** The statements of a file, with their comments. */
  static List<String> statements(String file) {
    try (InputStream sql = Sql.class.getResourceAsStream(file)) {
      if (sql == null) {
        throw new IllegalStateException("The class path has no " + file + ".");
      }
      return SqlStatements.of(new String(sql.readAllBytes(), UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + file + ".", e);
    }
  }

  /** The only statement of a file. */
  static String statement(String file) {
    List<String> statements = statements(file);
    if (statements.size() != 1) {
      throw new IllegalStateException(file + " has " + statements.size() + " statements, not one.");
    }
    return statements.get(0);
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
