package dev.scriptanalytics.local.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.scriptanalytics.testkit.junit.ClickHouseExtension;
import dev.scriptanalytics.testkit.process.Repository;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SchemaIT {
  private static final String SCHEMA =
      "SELECT name, create_table_query FROM system.tables WHERE database = 'script_analytics'"
          + " ORDER BY name";

  @RegisterExtension final ClickHouseExtension clickHouse = new ClickHouseExtension();

  @Test
  void isTheSameWhenItIsAppliedAgain() {
    apply();
    String schema = clickHouse.query(SCHEMA);
    apply();
    assertThat(clickHouse.query(SCHEMA)).isEqualTo(schema).contains("rollup_progress");
  }

  @Test
  void isNotAppliedWhereATableHasAnotherLayout() {
    apply();
    clickHouse.query("ALTER TABLE script_analytics.runs DROP COLUMN phases");
    clickHouse.query("DROP TABLE script_analytics.run_rollups_hourly");
    String schema = clickHouse.query(SCHEMA);

    assertThatThrownBy(this::apply)
        .hasMessageContaining(
            "script_analytics.runs: column phases is missing,"
                + " in sql/ Map(LowCardinality(String), Float64)")
        .hasMessageContaining("deploy/local/down --delete-data");

    assertThat(clickHouse.query(SCHEMA)).isEqualTo(schema);
  }

  private void apply() {
    new Schema(clickHouse.http(), Repository.path("sql")).apply();
  }
}
