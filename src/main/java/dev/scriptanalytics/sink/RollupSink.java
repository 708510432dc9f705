package dev.scriptanalytics.sink;

import dev.scriptanalytics.rollup.RollupRow;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import org.apache.flink.api.connector.sink2.Sink;

/**
 * Writes rollup rows into {@code run_rollups} by JDBC. ClickHouse makes the digest of the centroids
 * as it inserts.
 */
public final class RollupSink {
  private static final String TABLE = "run_rollups";

  // The driver's faster way, beta.row_binary_for_simple_insert, leaves EPHEMERAL columns out
  // without
  // a word, which are the centroids here.
  private static final String INSERT =
      "INSERT INTO run_rollups (account, script, minute, deployment_version, arrival, facts, seen,"
          + " succeeded, failed, response_time_sum, response_time_min, response_time_max, means,"
          + " weights) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

  /** The statement is made in memory as text, several copies of it. */
  private static final int MAX_ROWS = 5_000;

  private static final int MAX_BYTES = 8 << 20;
  private static final int BYTES_WITHOUT_CENTROIDS = 200;
  private static final int BYTES_OF_CENTROID = 16;

  private RollupSink() {}

  /** The sink, at least once: rows replace each other, so that one written twice counts once. */
  public static Sink<RollupRow> of(ClickHouseConnection connection, Batching batching) {
    return new JdbcBatchSink<>(
        connection,
        TABLE,
        INSERT,
        RollupSink::bind,
        row ->
            BYTES_WITHOUT_CENTROIDS
                + row.script().accountUtf8().length
                + row.script().nameUtf8().length
                + BYTES_OF_CENTROID * row.means().length,
        batching.atMost(MAX_ROWS, MAX_BYTES));
  }

  private static void bind(PreparedStatement statement, RollupRow row) throws SQLException {
    statement.setString(1, row.script().account());
    statement.setString(2, row.script().name());
    // As seconds, which no time zone of the JVM, the driver or the server can shift.
    statement.setLong(3, row.minute());
    statement.setLong(4, Integer.toUnsignedLong(row.deploymentVersion()));
    statement.setLong(5, row.arrival());
    statement.setLong(6, row.facts());
    statement.setLong(7, row.seen());
    statement.setLong(8, row.succeeded());
    statement.setLong(9, row.failed());
    statement.setDouble(10, row.responseTimeSum());
    setUnlessNaN(statement, 11, row.responseTimeMin());
    setUnlessNaN(statement, 12, row.responseTimeMax());
    statement.setObject(13, row.means());
    statement.setObject(14, row.weights());
  }

  private static void setUnlessNaN(PreparedStatement statement, int index, double value)
      throws SQLException {
    if (Double.isNaN(value)) {
      statement.setNull(index, Types.DOUBLE);
    } else {
      statement.setDouble(index, value);
    }
  }
}
