package dev.scriptanalytics.local.stack;

import dev.scriptanalytics.testkit.clickhouse.ClickHouseHttp;
import dev.scriptanalytics.testkit.clickhouse.SqlStatements;
import dev.scriptanalytics.testkit.process.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** The tables and views of a directory such as {@code sql/}, applied to a ClickHouse server. */
final class Schema {
  private final ClickHouseHttp clickHouse;
  private final Path directory;

  Schema(ClickHouseHttp clickHouse, Path directory) {
    this.clickHouse = clickHouse;
    this.directory = directory;
  }

  /**
   * Creates what is missing and replaces the views.
   *
   * @throws IllegalStateException if a table has another layout than its file, which only new
   *     tables can change; the message names the tables and what differs, and nothing has changed
   */
  void apply() {
    String differences = differences();
    if (!differences.isEmpty()) {
      throw new IllegalStateException(
          """
          %s

          Tables have another layout than their files. Nothing was changed. To start with new tables, run
          deploy/local/down --delete-data and deploy/local/up: this deletes all data of the stack, also that of Kafka."""
              .formatted(differences));
    }
    clickHouse.applySql(directory);
  }

  /** One line for each difference, as {@code deploy/clickhouse/apply-sql} finds them. */
  private String differences() {
    if (clickHouse.query("EXISTS DATABASE script_analytics").equals("0")) {
      return "";
    }
    return statementsOfCheck().stream()
        .map(clickHouse::query)
        .filter(answer -> !answer.isEmpty())
        .collect(Collectors.joining("\n"));
  }

  private List<String> statementsOfCheck() {
    String program = Repository.path("deploy/clickhouse/apply-sql").toString();
    try {
      Process process =
          new ProcessBuilder(program, "--print-check", directory.toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IllegalStateException(program + " --print-check has failed.");
      }
      return SqlStatements.of(printed);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot run " + program + ".", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while comparing tables with sql/.", e);
    }
  }
}
