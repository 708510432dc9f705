package dev.scriptanalytics.sink;

import dev.scriptanalytics.event.Script;
import dev.scriptanalytics.rollup.RollupRow;
import dev.scriptanalytics.row.RowBinaryBuffer;
import java.util.List;
import org.apache.flink.api.connector.sink2.Sink;

/**
 * Writes rollup rows into {@code run_rollups}, at least once: rows replace each other, so that one
 * written twice counts once. ClickHouse makes the digest from the centroids during the insert.
 *
 * <p>The rows are RowBinary like raw rows: with 100,000 scripts, each with a row every few seconds,
 * the text of JDBC batches took a twentieth of all processor time.
 */
public final class RollupSink {
  private static final String TABLE = "run_rollups";

  /** The columns that {@link #encode} writes, in its order; EPHEMERAL ones must be named. */
  private static final List<String> COLUMNS =
      List.of(
          "account",
          "script",
          "minute",
          "deployment_version",
          "arrival",
          "facts",
          "seen",
          "succeeded",
          "failed",
          "response_time_sum",
          "response_time_min",
          "response_time_max",
          "means",
          "weights");

  /** Enough for tens of thousands of small rows, and little beside the heap where rows are full. */
  private static final int MAX_BYTES = 8 << 20;

  private RollupSink() {}

  /** The sink. */
  public static Sink<RollupRow> of(ClickHouseConnection connection, Batching batching) {
    return RowBinarySink.of(
        connection, TABLE, COLUMNS, RollupSink::write, batching.atMost(batching.rows(), MAX_BYTES));
  }

  private static void write(RollupRow row, RowBinaryBuffer scratch, InsertWriter to)
      throws InterruptedException {
    scratch.reset();
    encode(row, scratch);
    to.write(scratch.buffer(), scratch.size());
  }

  private static void encode(RollupRow row, RowBinaryBuffer to) {
    Script script = row.script();
    to.string(script.bytes(), script.accountStart(), script.accountEnd());
    to.string(script.bytes(), script.nameStart(), script.bytes().length);
    to.uint32(row.minute());
    to.uint32(row.deploymentVersion());
    to.uint32(row.arrival());
    to.int64(row.facts());
    to.int64(row.seen());
    to.int64(row.succeeded());
    to.int64(row.failed());
    to.float64(row.responseTimeSum());
    to.nullableFloat64(row.responseTimeMin());
    to.nullableFloat64(row.responseTimeMax());
    to.varint(row.means().length);
    for (float mean : row.means()) {
      to.float32(mean);
    }
    to.varint(row.weights().length);
    for (long weight : row.weights()) {
      to.int64(weight);
    }
  }
}
