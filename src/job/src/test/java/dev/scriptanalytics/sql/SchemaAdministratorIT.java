package dev.scriptanalytics.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.scriptanalytics.deploy.TwoShards;
import dev.scriptanalytics.testkit.clickhouse.ClickHouseProgram;
import dev.scriptanalytics.testkit.clickhouse.SqlStatements;
import dev.scriptanalytics.testkit.junit.ClickHouseExtension;
import dev.scriptanalytics.testkit.process.Repository;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The administrator that deploy/kubernetes/README.md describes, who is not {@code default}. */
class SchemaAdministratorIT {
  private static final String NAME = "schema_administrator";
  private static final String PASSWORD = "of the schema";

  @RegisterExtension
  final ClickHouseExtension clickHouse =
      new ClickHouseExtension()
          .withUsers(DocumentedSql.blocks("deploy/kubernetes/README.md", "xml").get(0).code())
          .withEnvironment(
              "SCHEMA_ADMINISTRATOR_PASSWORD_SHA256", ClickHouseProgram.sha256(PASSWORD));

  @Test
  void mayApplyTheSchemaAsOftenAsItIsApplied() throws Exception {
    for (int time = 0; time < 2; time++) {
      for (Path file : schema()) {
        for (String statement : SqlStatements.of(Files.readString(file))) {
          assertThatCode(() -> clickHouse.queryAs(NAME, PASSWORD, statement))
              .as(file.toString())
              .doesNotThrowAnyException();
        }
      }
    }
    assertThat(
            clickHouse.queryAs(
                "script_reader",
                ClickHouseProgram.READER_PASSWORD,
                "SELECT count() FROM script_analytics.accounts"))
        .isEqualTo("0");
  }

  @Test
  void mayCompareTheTablesWithTheirFiles() throws Exception {
    clickHouse.server().applySql();
    assertThat(differences()).isEmpty();
    clickHouse.query("ALTER TABLE script_analytics.runs DROP COLUMN trace_id");
    assertThat(differences())
        .isEqualTo("script_analytics.runs: column trace_id is missing, in sql/ String");
  }

  private String differences() throws Exception {
    StringBuilder answers = new StringBuilder();
    for (String statement : TwoShards.statements("--print-check")) {
      answers.append(clickHouse.queryAs(NAME, PASSWORD, statement));
    }
    return answers.toString();
  }

  private static List<Path> schema() throws Exception {
    try (Stream<Path> files = Files.list(Repository.path("sql"))) {
      return files.filter(file -> file.toString().endsWith(".sql")).sorted().toList();
    }
  }
}
