package dev.scriptanalytics.bench.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.Test;

class SqlFileTest {
  private final SqlFile file = SqlFile.beside(SqlFileTest.class, "named.sql");

  @Test
  void findsAStatementByItsName() {
    assertThat(file.statement("one")).endsWith("-- one\nSELECT 1");
    assertThat(file.statement("one and a half")).isEqualTo("-- one and a half\nSELECT 1.5");
  }

  @Test
  void hasAllStatementsInTheirOrder() {
    assertThat(file.statements()).hasSize(3).last().isEqualTo("SELECT 2");
  }

  @Test
  void saysWhatIsMissing() {
    assertThatIllegalStateException()
        .isThrownBy(() -> file.statement("two"))
        .withMessage("named.sql has no statement \"two\".");
    assertThatIllegalStateException()
        .isThrownBy(file::statement)
        .withMessage("named.sql has 3 statements, not one.");
    assertThatIllegalStateException()
        .isThrownBy(() -> SqlFile.beside(SqlFileTest.class, "none.sql"))
        .withMessage("The class path has no none.sql.");
  }
}
