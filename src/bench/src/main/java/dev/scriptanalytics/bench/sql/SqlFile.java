package dev.scriptanalytics.bench.sql;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.scriptanalytics.testkit.clickhouse.SqlStatements;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** An SQL file beside a class. */
public final class SqlFile {
  private static final String COMMENT = "-- ";

  private final String name;
  private final List<String> statements;

  private SqlFile(String name, List<String> statements) {
    this.name = name;
    this.statements = statements;
  }

  /**
   * Reads a file.
   *
   * @throws IllegalStateException if the class path has no such file
   */
  public static SqlFile beside(Class<?> type, String name) {
    try (InputStream sql = type.getResourceAsStream(name)) {
      if (sql == null) {
        throw new IllegalStateException("The class path has no " + name + ".");
      }
      return new SqlFile(name, SqlStatements.of(new String(sql.readAllBytes(), UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + name + ".", e);
    }
  }

  /** All statements, with their comments. */
  public List<String> statements() {
    return statements;
  }

  /**
   * The only statement.
   *
   * @throws IllegalStateException if the file has another number of statements
   */
  public String statement() {
    if (statements.size() != 1) {
      throw new IllegalStateException(name + " has " + statements.size() + " statements, not one.");
    }
    return statements.get(0);
  }

  /**
   * The statement with a name, which is a comment line of its own in front of it.
   *
   * @throws IllegalStateException if no statement has the name
   */
  public String statement(String title) {
    return statements.stream()
        .filter(statement -> statement.lines().anyMatch((COMMENT + title)::equals))
        .findFirst()
        .orElseThrow(
            () -> new IllegalStateException(name + " has no statement \"" + title + "\"."));
  }
}
