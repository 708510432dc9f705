package dev.scriptanalytics.row;

import dev.scriptanalytics.event.LogLevel;
import dev.scriptanalytics.row.RunRow.Column;
import java.util.List;

/** Writes rows of {@code logs} in RowBinary, in the order of {@link #COLUMNS}. */
public final class LogRow {
  /** The columns of the insert statement, in the order of the bytes. */
  public static final List<String> COLUMNS =
      List.of(
          "version",
          "is_deleted",
          "timestamp",
          "log_level",
          "line",
          "stream",
          "deployment_version",
          "retention_days",
          "account",
          "script",
          "log_id",
          "run_id",
          "original_level",
          "log_message",
          "deployment_id",
          "function",
          "source",
          "source_type",
          "request_id",
          "duration_ms",
          "memory_bytes",
          "gpu_percent",
          "error_code",
          "stack_trace",
          "metadata",
          "trace_id",
          "span_id",
          "truncated",
          "extra");

  private static final byte[] LOG_MESSAGE = {'l', 'o', 'g', '_', 'm', 'e', 's', 's', 'a', 'g', 'e'};

  private LogRow() {}

  /**
   * Writes a line of what default logging captured from a run.
   *
   * @param version 1 where the run's start and end are both known, else 0: the row may be written
   *     again when more is known
   * @param timestamp the end of the run, in microseconds since 1970
   * @param line counted from 1
   * @param stream {@code stdout} or {@code stderr}
   */
  public static void captured(
      RunRow run,
      int version,
      long timestamp,
      byte[] logId,
      LogLevel level,
      byte[] originalLevel,
      byte[] message,
      boolean cut,
      int line,
      byte[] stream,
      RowBinary out) {
    out.uint8(version);
    out.uint8(0);
    out.int64(timestamp);
    out.uint8(level.code());
    out.uint32(line);
    out.string(stream);
    out.uint32(run.deploymentVersion());
    out.uint16(run.retentionDays());
    text(run, Column.ACCOUNT, out);
    text(run, Column.SCRIPT, out);
    out.string(logId);
    text(run, Column.RUN_ID, out);
    out.string(originalLevel);
    out.string(message);
    text(run, Column.DEPLOYMENT_ID, out);
    text(run, Column.FUNCTION, out);
    text(run, Column.SOURCE, out);
    text(run, Column.SOURCE_TYPE, out);
    out.emptyString(); // request_id
    out.nullableFloat64(Double.NaN); // duration_ms
    out.nullableInt64(0, false); // memory_bytes
    out.nullableFloat64(Double.NaN); // gpu_percent
    out.emptyString(); // error_code
    out.emptyString(); // stack_trace
    out.emptyString(); // metadata
    text(run, Column.TRACE_ID, out);
    out.emptyString(); // span_id
    out.varint(cut ? 1 : 0); // truncated
    if (cut) {
      out.string(LOG_MESSAGE);
    }
    out.emptyString(); // extra
  }

  private static void text(RunRow run, Column column, RowBinary out) {
    out.string(run.bytes(), run.textStart(column), run.textEnd(column));
  }
}
