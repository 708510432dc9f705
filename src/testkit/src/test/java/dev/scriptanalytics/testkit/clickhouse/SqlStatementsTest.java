package dev.scriptanalytics.testkit.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SqlStatementsTest {
  @Test
  void endsAStatementAtEachSemicolon() {
    assertThat(SqlStatements.of("SELECT 1;\nSELECT 2;\n")).containsExactly("SELECT 1", "SELECT 2");
  }

  @Test
  void takesTheLastStatementWithoutItsSemicolon() {
    assertThat(SqlStatements.of("SELECT 1; SELECT 2")).containsExactly("SELECT 1", "SELECT 2");
  }

  @Test
  void keepsSemicolonsInQuotesAndComments() {
    String one = "SELECT 'a;''b\\';', `c;`, \";\" -- d; e'\n/* f; */ FROM t";
    assertThat(SqlStatements.of(one + ";SELECT 2")).containsExactly(one, "SELECT 2");
  }

  @Test
  void skipsWhatIsOnlyComment() {
    assertThat(SqlStatements.of("-- nothing; here\n;;\n/* nor here */\n")).isEmpty();
  }
}
