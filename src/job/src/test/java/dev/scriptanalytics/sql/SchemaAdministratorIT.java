package dev.scriptanalytics.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.scriptanalytics.testkit.clickhouse.ClickHouseProgram;
import dev.scriptanalytics.testkit.clickhouse.SqlStatements;
import dev.scriptanalytics.testkit.clickhouse.TestClickHouse;
import dev.scriptanalytics.testkit.process.Repository;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The administrator that deploy/kubernetes/README.md describes, who is not {@code default}. */
class SchemaAdministratorIT {
  private static final String NAME = "schema_administrator";
  private static final String PASSWORD = "of the schema";

  @TempDir private Path directory;

  @Test
  void mayApplyTheSchemaAsOftenAsItIsApplied() throws Exception {
    for (String file : List.of("config.xml", "users.xml")) {
      Files.copy(Repository.path("deploy/clickhouse/" + file), directory.resolve(file));
    }
    Files.writeString(
        Files.createDirectory(directory.resolve("users.d")).resolve("administrator.xml"),
        DocumentedSql.blocks("deploy/kubernetes/README.md", "xml").get(0).code());
    String hash =
        HexFormat.of()
            .formatHex(
                MessageDigest.getInstance("SHA-256")
                    .digest(PASSWORD.getBytes(StandardCharsets.UTF_8)));
    try (TestClickHouse clickHouse =
        TestClickHouse.start(
            directory.resolve("server"),
            directory.resolve("config.xml"),
            Map.of("SCHEMA_ADMINISTRATOR_PASSWORD_SHA256", hash))) {
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
  }

  private static List<Path> schema() throws Exception {
    try (Stream<Path> files = Files.list(Repository.path("sql"))) {
      return files.filter(file -> file.toString().endsWith(".sql")).sorted().toList();
    }
  }
}
