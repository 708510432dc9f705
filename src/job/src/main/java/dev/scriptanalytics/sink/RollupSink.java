package dev.scriptanalytics.sink;

import dev.scriptanalytics.event.Script;
import dev.scriptanalytics.rollup.RollupRow;
import dev.scriptanalytics.row.RowBinaryBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.api.connector.sink2.Sink;

/**
 * Writes rollup rows into {@code run_rollups} or {@code run_rollups_hourly}, at least once: rows
 * replace each other, so that one written twice counts once. ClickHouse makes the digest from the
 * centroids during the insert.
 *
 * <p>The rows are RowBinary like raw rows. With 100,000 scripts there are tens of thousands per
 * second, and the text of JDBC batches would take a twentieth of all processor time.
 */
public final class RollupSink {
  /** The columns in the order of the encoded row; EPHEMERAL ones must be named. */
  private static final List<String> KEY =
      List.of("account", "script", "deployment_version", "deployment_id", "arrival");

  private static final List<String> COUNTS =
      List.of(
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

  /** The sink of minute rows. */
  public static Sink<RollupRow> ofMinutes(ClickHouseConnection connection, Batching batching) {
    return of(connection, "run_rollups", List.of("minute"), RollupSink::writeMinute, batching);
  }

  /** The sink of hour rows. */
  public static Sink<RollupRow> ofHours(ClickHouseConnection connection, Batching batching) {
    return of(
        connection,
        "run_rollups_hourly",
        List.of("hour", "first_minute", "last_minute"),
        RollupSink::writeHour,
        batching);
  }

  private static Sink<RollupRow> of(
      ClickHouseConnection connection,
      String table,
      List<String> times,
      RowBinarySink.RowWriter<RollupRow> rows,
      Batching batching) {
    List<String> columns =
        Stream.of(KEY, times, COUNTS).flatMap(List::stream).collect(Collectors.toList());
    return RowBinarySink.of(
        connection, table, columns, rows, batching.atMost(batching.rows(), MAX_BYTES));
  }

  private static void writeMinute(RollupRow row, RowBinaryBuffer scratch, InsertWriter to)
      throws InterruptedException {
    scratch.reset();
    encodeKey(row, scratch);
    scratch.uint32(row.start());
    encodeCounts(row, scratch);
    to.write(scratch.buffer(), scratch.size());
  }

  private static void writeHour(RollupRow row, RowBinaryBuffer scratch, InsertWriter to)
      throws InterruptedException {
    scratch.reset();
    encodeKey(row, scratch);
    scratch.uint32(row.start());
    scratch.uint32(row.counts().firstMinute());
    scratch.uint32(row.counts().lastMinute());
    encodeCounts(row, scratch);
    to.write(scratch.buffer(), scratch.size());
  }

  private static void encodeKey(RollupRow row, RowBinaryBuffer to) {
    Script script = row.script();
    to.string(script.bytes(), script.accountStart(), script.accountEnd());
    to.string(script.bytes(), script.nameStart(), script.bytes().length);
    to.uint32(row.deploymentVersion());
    to.string(row.deploymentId().getBytes(StandardCharsets.UTF_8));
    to.uint32(row.arrival());
  }

  private static void encodeCounts(RollupRow row, RowBinaryBuffer to) {
    RollupRow.Counts counts = row.counts();
    to.int64(counts.facts());
    to.int64(counts.seen());
    to.int64(counts.succeeded());
    to.int64(counts.failed());
    to.float64(counts.responseTimeSum());
    to.nullableFloat64(counts.responseTimeMin());
    to.nullableFloat64(counts.responseTimeMax());
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
