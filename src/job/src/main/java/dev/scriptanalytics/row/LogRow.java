package dev.scriptanalytics.row;

import dev.scriptanalytics.event.LogLevel;
import dev.scriptanalytics.event.Script;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * A view of the bytes of one row of {@code logs} in RowBinary, in the order of {@link #COLUMNS}: of
 * the columns that an entry may take from its run, and of level and message.
 *
 * <p>The columns of fixed width come first, then the key and what a run may supply, so that the
 * rest is not parsed, except for the message where it is asked for:
 *
 * <pre>
 *   version 1 | is_deleted 1 | log_level 1 | deployment_version 4 | timestamp 8 | line 4
 *   0           1              2             3                      7             15
 *   | sequence 8 | shape 8 | error_group 8 | retention_days 2 | account .. | script ..
 *     19           27        35              43                 45
 *   | log_id .. | run_id .. | deployment_id .. | function .. | the rest
 * </pre>
 *
 * <p>{@link LogEntry} writes rows. Reusable ({@link #wrap} lays the view over another row), not
 * thread-safe.
 */
@SuppressWarnings("EnumOrdinal") // The order of the columns is the order of the bytes.
public final class LogRow {
  /** Row version of an entry as it arrived, without anything from its run. */
  public static final int AS_IT_CAME = 0;

  /** Row version of a tombstone, which nothing supersedes. */
  public static final int TOMBSTONE = 255;

  /** Where account and script begin in a row, each with its length: which script it is. */
  public static final int SCRIPT_KEY = 45;

  private static final int IS_DELETED = 1;
  private static final int LOG_LEVEL = 2;
  private static final int DEPLOYMENT_VERSION = 3;
  private static final int TIMESTAMP = 7;
  private static final int SHAPE = 27;
  private static final int RETENTION_DAYS = 43;

  private static final List<String> FIXED =
      List.of(
          "version",
          "is_deleted",
          "log_level",
          "deployment_version",
          "timestamp",
          "line",
          "sequence",
          "shape",
          "error_group",
          "retention_days");

  /** The columns of varying width, in the order of the bytes. */
  private enum Column {
    ACCOUNT(ColumnType.STRING),
    SCRIPT(ColumnType.STRING),
    LOG_ID(ColumnType.STRING),
    RUN_ID(ColumnType.STRING),
    DEPLOYMENT_ID(ColumnType.STRING),
    FUNCTION(ColumnType.STRING),
    STREAM(ColumnType.STRING),
    ORIGINAL_LEVEL(ColumnType.STRING),
    LOG_MESSAGE(ColumnType.STRING),
    SOURCE(ColumnType.STRING),
    SOURCE_TYPE(ColumnType.STRING),
    REQUEST_ID(ColumnType.STRING),
    DURATION_MS(ColumnType.NULLABLE_8),
    MEMORY_BYTES(ColumnType.NULLABLE_8),
    GPU_PERCENT(ColumnType.NULLABLE_8),
    ERROR_CODE(ColumnType.STRING),
    STACK_TRACE(ColumnType.STRING),
    METADATA(ColumnType.STRING),
    TRACE_ID(ColumnType.STRING),
    SPAN_ID(ColumnType.STRING),
    TRUNCATED(ColumnType.STRINGS),
    REDACTED(ColumnType.STRINGS),
    EXTRA(ColumnType.STRING);

    private final ColumnType type;

    Column(ColumnType type) {
      this.type = type;
    }

    private String sqlName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final Column[] ALL = Column.values();

  /** How many columns the view knows: up to the function. */
  private static final int VIEWED = Column.FUNCTION.ordinal() + 1;

  /** How many it knows together with the message. */
  private static final int VIEWED_WITH_MESSAGE = Column.LOG_MESSAGE.ordinal() + 1;

  /** The columns of the insert statement, in the order of the bytes. */
  public static final List<String> COLUMNS =
      Stream.concat(FIXED.stream(), Arrays.stream(ALL).map(Column::sqlName)).toList();

  /** What stands behind the key in a row that has nothing else. */
  private static final byte[] NOTHING_ELSE = new byte[ALL.length - Column.DEPLOYMENT_ID.ordinal()];

  static {
    for (int i = 0; i < NOTHING_ELSE.length; i++) {
      NOTHING_ELSE[i] = (byte) ALL[Column.DEPLOYMENT_ID.ordinal() + i].type.empty;
    }
  }

  private byte[] bytes;
  private final int[] texts = new int[VIEWED_WITH_MESSAGE];
  private final int[] ends = new int[VIEWED_WITH_MESSAGE];

  static void writeFixed(
      int version,
      boolean deleted,
      LogLevel level,
      int deploymentVersion,
      long timestamp,
      int line,
      long sequence,
      long shape,
      long errorGroup,
      int retentionDays,
      RowBinaryBuffer out) {
    out.uint8(version);
    out.uint8(deleted ? 1 : 0);
    out.uint8(level.code());
    out.uint32(deploymentVersion);
    out.int64(timestamp);
    out.uint32(line);
    out.int64(sequence);
    out.int64(shape);
    out.int64(errorGroup);
    out.uint16(retentionDays);
  }

  static void writeNames(List<String> names, RowBinaryBuffer out) {
    out.varint(names.size());
    for (String name : names) {
      out.string(name.getBytes(StandardCharsets.US_ASCII));
    }
  }

  /** The shape of a row's message; 0 if it says nothing. */
  public static long shape(byte[] row) {
    return RowBinaryReader.int64(row, SHAPE);
  }

  /** The time of a row, in microseconds since 1970. */
  public static long timestamp(byte[] row) {
    return RowBinaryReader.int64(row, TIMESTAMP);
  }

  /**
   * Where a row's account and script end, which begin at {@link #SCRIPT_KEY}; 0 if it is a
   * tombstone or its script is not known.
   */
  public static int scriptKeyEnd(byte[] row) {
    if (row[IS_DELETED] != 0) {
      return 0;
    }
    RowBinaryReader reader = new RowBinaryReader(row, SCRIPT_KEY);
    reader.skip(reader.varint());
    int script = reader.varint();
    reader.skip(script);
    return script == 0 ? 0 : reader.position();
  }

  /** Lays this view over a row; returns itself. */
  public LogRow wrap(byte[] row) {
    bytes = row;
    view(0, VIEWED, SCRIPT_KEY);
    return this;
  }

  /**
   * Extends this view to the message, for {@link #messageStart} and {@link #messageEnd}; returns
   * itself.
   */
  public LogRow withMessage() {
    view(VIEWED, VIEWED_WITH_MESSAGE, ends[VIEWED - 1]);
    return this;
  }

  private void view(int first, int behindLast, int from) {
    RowBinaryReader reader = new RowBinaryReader(bytes, from);
    for (int i = first; i < behindLast; i++) {
      int length = reader.varint();
      texts[i] = reader.position();
      reader.skip(length);
      ends[i] = reader.position();
    }
  }

  /** The row that this view lies over. */
  public byte[] bytes() {
    return bytes;
  }

  /** The account and script. */
  public Script script() {
    int account = Column.ACCOUNT.ordinal();
    int name = Column.SCRIPT.ordinal();
    return Script.ofUtf8(bytes, texts[account], ends[account], texts[name], ends[name]);
  }

  /** The {@link LogLevel#code} of the entry's level. */
  public int levelCode() {
    return bytes[LOG_LEVEL];
  }

  /** Where the message begins in {@link #bytes}; only after {@link #withMessage}. */
  public int messageStart() {
    return texts[Column.LOG_MESSAGE.ordinal()];
  }

  /** Where it ends. */
  public int messageEnd() {
    return ends[Column.LOG_MESSAGE.ordinal()];
  }

  /** Whether the entry names its run. */
  public boolean hasRun() {
    return !isEmpty(Column.RUN_ID);
  }

  /** Whether the entry names its script, which is part of its key. */
  public boolean hasScript() {
    return !isEmpty(Column.SCRIPT);
  }

  /** Whether the entry has everything that its run could supply. */
  public boolean isWhole() {
    return hasScript()
        && deploymentVersion() != 0
        && !isEmpty(Column.DEPLOYMENT_ID)
        && !isEmpty(Column.FUNCTION);
  }

  private int deploymentVersion() {
    return RowBinaryReader.int32(bytes, DEPLOYMENT_VERSION);
  }

  private boolean isEmpty(Column column) {
    return texts[column.ordinal()] == ends[column.ordinal()];
  }

  /**
   * The row with script, deployment and function from its run where the entry lacks them. An entry
   * that names another script than its run gets nothing, since a deployment version belongs to one
   * script.
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
    out.raw(bytes, TIMESTAMP, ends[Column.ACCOUNT.ordinal()]);
    copyOr(Column.SCRIPT, run.script(), out);
    copy(Column.LOG_ID, out);
    copy(Column.RUN_ID, out);
    copyOr(Column.DEPLOYMENT_ID, run.deploymentId(), out);
    copyOr(Column.FUNCTION, run.function(), out);
    out.raw(bytes, ends[Column.FUNCTION.ordinal()], bytes.length);
    return out.copy();
  }

  private boolean isOfAnotherScript(RunDeployment run) {
    byte[] script = run.script();
    int own = Column.SCRIPT.ordinal();
    return hasScript() && !Arrays.equals(bytes, texts[own], ends[own], script, 0, script.length);
  }

  /** Makes a tombstone of a row, in place, and returns it. */
  public static byte[] deleted(byte[] row) {
    row[0] = (byte) TOMBSTONE;
    row[1] = 1;
    return row;
  }

  /** A tombstone that removes this row's key from the table: it has the key and nothing else. */
  public byte[] tombstone(RowBinaryBuffer out) {
    out.reset();
    writeFixed(
        TOMBSTONE,
        true,
        LogLevel.INFO,
        0,
        RowBinaryReader.int64(bytes, TIMESTAMP),
        0,
        0,
        0,
        0,
        RowBinaryReader.uint16(bytes, RETENTION_DAYS),
        out);
    copy(Column.ACCOUNT, out);
    copy(Column.SCRIPT, out);
    copy(Column.LOG_ID, out);
    copy(Column.RUN_ID, out);
    out.raw(NOTHING_ELSE, 0, NOTHING_ELSE.length);
    return out.copy();
  }

  private void copy(Column column, RowBinaryBuffer out) {
    out.string(bytes, texts[column.ordinal()], ends[column.ordinal()]);
  }

  private void copyOr(Column column, byte[] otherwise, RowBinaryBuffer out) {
    if (isEmpty(column)) {
      out.string(otherwise);
    } else {
      copy(column, out);
    }
  }
}
