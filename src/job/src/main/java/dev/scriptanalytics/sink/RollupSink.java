package dev.scriptanalytics.sink;

import dev.scriptanalytics.event.Script;
import dev.scriptanalytics.rollup.RollupRow;
import dev.scriptanalytics.row.RowBinaryBuffer;
import java.io.IOException;
import java.util.List;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;

/**
 * Writes rollup rows into {@code run_rollups}, at least once: rows replace each other, so that one
 * written twice counts once. ClickHouse makes the digest of the centroids as it inserts.
 *
 * <p>As RowBinary, like raw rows: where 100,000 scripts have a row every few seconds, the text of
 * JDBC batches took a twentieth of all processor time.
 */
public final class RollupSink implements Sink<RollupRow> {
  private static final long serialVersionUID = 1L;

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

  private final ClickHouseConnection connection;
  private final Batching batching;

  private RollupSink(ClickHouseConnection connection, Batching batching) {
    this.connection = connection;
    this.batching = batching;
  }

  /** The sink. */
  public static Sink<RollupRow> of(ClickHouseConnection connection, Batching batching) {
    return new RollupSink(connection, batching.atMost(batching.rows(), MAX_BYTES));
  }

  @Override
  public SinkWriter<RollupRow> createWriter(WriterInitContext context) {
    InsertWriter writer = new InsertWriter(connection, TABLE, COLUMNS, batching, context);
    RowBinaryBuffer buffer = new RowBinaryBuffer();
    return new SinkWriter<>() {
      @Override
      public void write(RollupRow row, Context written) throws InterruptedException {
        buffer.reset();
        encode(row, buffer);
        writer.write(buffer.buffer(), buffer.size());
      }

      @Override
      public void flush(boolean endOfInput) throws InterruptedException {
        writer.flush(endOfInput);
      }

      @Override
      public void close() throws IOException {
        writer.close();
      }
    };
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
