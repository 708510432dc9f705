package dev.scriptanalytics.row;

import dev.scriptanalytics.event.LogLevel;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * A view of the bytes of one row of {@code logs} in RowBinary, in the order of {@link #COLUMNS}:
 * what of it may come from the entry's run, and the row as it is with that.
 *
 * <p>Columns of fixed width come first, then the key and what a run may add, so that the rest is
 * never looked at. Reusable: {@link #wrap} lays it over another row.
 */
public final class LogRow {
  /** The columns of the insert statement, in the order of the bytes. */
  public static final List<String> COLUMNS =
      List.of(
          "version",
          "is_deleted",
          "log_level",
          "deployment_version",
          "timestamp",
          "line",
          "retention_days",
          "account",
          "script",
          "log_id",
          "run_id",
          "deployment_id",
          "function",
          "stream",
          "original_level",
          "log_message",
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
          "redacted",
          "extra");

  /** The columns behind the key where there is nothing to tell: each is one byte. */
  private static final byte[] NOTHING_ELSE = new byte[COLUMNS.size() - COLUMNS.indexOf("run_id")];

  static {
    for (String nullable : List.of("duration_ms", "memory_bytes", "gpu_percent")) {
      NOTHING_ELSE[COLUMNS.indexOf(nullable) - COLUMNS.indexOf("run_id")] = 1;
    }
  }

  /** Row version of an entry as it came, with nothing of its run. */
  public static final int AS_IT_CAME = 0;

  /** Row version of a tombstone, which nothing supersedes. */
  public static final int TOMBSTONE = 255;

  private static final int DEPLOYMENT_VERSION = 3;
  private static final int TIMESTAMP = 7;
  private static final int RETENTION_DAYS = 19;
  private static final int FIXED_BYTES = 21;

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  // Strings behind the fixed columns, in their order.
  private static final int ACCOUNT = 0;
  private static final int SCRIPT = 1;
  private static final int LOG_ID = 2;
  private static final int RUN_ID = 3;
  private static final int DEPLOYMENT_ID = 4;
  private static final int FUNCTION = 5;
  private static final int STRINGS = 6;

  private byte[] bytes;
  private final int[] texts = new int[STRINGS];
  private final int[] ends = new int[STRINGS];

  static void writeFixed(
      int version,
      boolean deleted,
      LogLevel level,
      int deploymentVersion,
      long timestamp,
      int line,
      int retentionDays,
      RowBinaryBuffer out) {
    out.uint8(version);
    out.uint8(deleted ? 1 : 0);
    out.uint8(level.code());
    out.uint32(deploymentVersion);
    out.int64(timestamp);
    out.uint32(line);
    out.uint16(retentionDays);
  }

  static void writeNames(List<String> names, RowBinaryBuffer out) {
    out.varint(names.size());
    for (String name : names) {
      out.string(name.getBytes(StandardCharsets.US_ASCII));
    }
  }

  /** Lays this view over a row; returns itself. */
  public LogRow wrap(byte[] row) {
    bytes = row;
    int at = FIXED_BYTES;
    for (int i = 0; i < STRINGS; i++) {
      int length = 0;
      int shift = 0;
      byte next;
      do {
        next = row[at++];
        length |= (next & 0x7f) << shift;
        shift += 7;
      } while (next < 0);
      texts[i] = at;
      at += length;
      ends[i] = at;
    }
    return this;
  }

  /** Whether the entry tells which run it is of. */
  public boolean hasRun() {
    return !isEmpty(RUN_ID);
  }

  /** Whether the entry tells its script, which is part of its key. */
  public boolean hasScript() {
    return !isEmpty(SCRIPT);
  }

  /** Whether there is nothing that its run could add. */
  public boolean isWhole() {
    return hasScript() && deploymentVersion() != 0 && !isEmpty(DEPLOYMENT_ID) && !isEmpty(FUNCTION);
  }

  private int deploymentVersion() {
    return (int) INT.get(bytes, DEPLOYMENT_VERSION);
  }

  private boolean isEmpty(int string) {
    return texts[string] == ends[string];
  }

  /**
   * The row with what its run adds: script, deployment and function where the entry does not tell
   * them. An entry that names another script than its run's gets nothing, since the run's version
   * is a version of its own script.
   *
   * @param version the row version of the run as it is known
   */
  public byte[] enriched(RunDeployment run, int version, RowBinaryBuffer out) {
    out.reset();
    out.uint8(version);
    out.raw(bytes, 1, DEPLOYMENT_VERSION);
    if (isOfAnotherScript(run)) {
      out.raw(bytes, DEPLOYMENT_VERSION, bytes.length);
      return out.copy();
    }
    int own = deploymentVersion();
    out.uint32(own == 0 ? run.deploymentVersion() : own);
    out.raw(bytes, TIMESTAMP, ends[ACCOUNT]);
    copyOr(SCRIPT, run.script(), out);
    copy(LOG_ID, out);
    copy(RUN_ID, out);
    copyOr(DEPLOYMENT_ID, run.deploymentId(), out);
    copyOr(FUNCTION, run.function(), out);
    out.raw(bytes, ends[FUNCTION], bytes.length);
    return out.copy();
  }

  private boolean isOfAnotherScript(RunDeployment run) {
    byte[] script = run.script();
    return hasScript()
        && !Arrays.equals(bytes, texts[SCRIPT], ends[SCRIPT], script, 0, script.length);
  }

  /** Makes a tombstone of a row, in place, and gives it back. */
  public static byte[] deleted(byte[] row) {
    row[0] = (byte) TOMBSTONE;
    row[1] = 1;
    return row;
  }

  /** What takes this row's key out of the table: the key, and nothing else. */
  public byte[] tombstone(RowBinaryBuffer out) {
    out.reset();
    writeFixed(
        TOMBSTONE,
        true,
        LogLevel.INFO,
        0,
        (long) LONG.get(bytes, TIMESTAMP),
        0,
        (bytes[RETENTION_DAYS] & 0xff) | (bytes[RETENTION_DAYS + 1] & 0xff) << 8,
        out);
    copy(ACCOUNT, out);
    copy(SCRIPT, out);
    copy(LOG_ID, out);
    out.raw(NOTHING_ELSE, 0, NOTHING_ELSE.length);
    return out.copy();
  }

  private void copy(int string, RowBinaryBuffer out) {
    out.string(bytes, texts[string], ends[string]);
  }

  private void copyOr(int string, byte[] otherwise, RowBinaryBuffer out) {
    if (isEmpty(string)) {
      out.string(otherwise);
    } else {
      copy(string, out);
    }
  }
}
