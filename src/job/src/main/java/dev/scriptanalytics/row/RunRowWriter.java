package dev.scriptanalytics.row;

import dev.scriptanalytics.event.RunStatus;
import dev.scriptanalytics.hash.SipHash;
import dev.scriptanalytics.row.RunRow.Column;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;

/**
 * Writes rows of {@code runs} in RowBinary: {@link #begin}, then the columns that have a value in
 * the order of {@link Column}, then {@link #finish}. A column that is passed over is empty, or NULL
 * where it is Nullable.
 *
 * <p>Every row is written here. {@link RunRow} has the order of the columns and reads them.
 * Reusable for row after row, not thread-safe.
 */
@SuppressWarnings("EnumOrdinal") // The order of the columns is the order of the bytes.
public final class RunRowWriter {
  private static final Column[] COLUMNS = Column.values();

  private final RowBinaryBuffer out;

  /** The first column that is not written yet. */
  private int next;

  /** A writer with a buffer of its own. */
  public RunRowWriter() {
    this(new RowBinaryBuffer());
  }

  /** A writer into a buffer that holds nothing else between {@link #begin} and {@link #finish}. */
  public RunRowWriter(RowBinaryBuffer out) {
    this.out = out;
  }

  /**
   * Begins a row with the columns of fixed width. {@link RunErrorGroups} sets the group of the
   * error in the finished row.
   *
   * @param version {@link RunRow#START_ONLY}, {@link RunRow#END_ONLY} or {@link RunRow#COMPLETE}
   * @param deploymentVersion 0 if unknown
   * @param executedOn the run's start, in milliseconds since 1970
   * @param retentionDays for how many days the row lives
   */
  public void begin(
      int version, RunStatus status, int deploymentVersion, long executedOn, int retentionDays) {
    out.reset();
    out.uint8(version);
    out.uint8(status.code());
    out.uint32(deploymentVersion);
    out.int64(executedOn);
    out.uint16(retentionDays);
    out.int64(0);
    next = 0;
  }

  /** Writes a String column. */
  public void text(Column column, byte[] utf8) {
    text(column, utf8, 0, utf8.length);
  }

  /** Writes a String column: the bytes from {@code from} up to {@code to}. */
  public void text(Column column, byte[] utf8, int from, int to) {
    open(column, ColumnType.STRING);
    out.string(utf8, from, to);
  }

  /**
   * Writes a String column: the text of a JSON string, cut after {@code maxBytes}.
   *
   * @return whether it was cut
   * @see RowBinaryBuffer#jsonString
   */
  public boolean jsonString(
      Column column, byte[] json, int from, int to, boolean escaped, int maxBytes) {
    open(column, ColumnType.STRING);
    return out.jsonString(json, from, to, escaped, maxBytes);
  }

  /** Writes a Nullable(Float64) column; NaN is NULL. */
  public void float64(Column column, double value) {
    open(column, ColumnType.NULLABLE_8);
    out.nullableFloat64(value);
  }

  /** Writes a Nullable column of 64 bits, such as a time in milliseconds since 1970. */
  public void int64(Column column, long value) {
    open(column, ColumnType.NULLABLE_8);
    out.nullableInt64(value, true);
  }

  /** Writes a Nullable(Bool) column. */
  public void bool(Column column, boolean value) {
    open(column, ColumnType.NULLABLE_1);
    out.nullableUInt8(value ? 1 : 0, true);
  }

  /** Writes an Array(String) column. */
  public void texts(Column column, Collection<String> items) {
    open(column, ColumnType.STRINGS);
    out.varint(items.size());
    for (String item : items) {
      out.string(item.getBytes(StandardCharsets.UTF_8));
    }
  }

  /** Writes a Map(String, Float64) column. */
  public void numbers(Column column, Map<String, Double> entries) {
    open(column, ColumnType.NUMBERS);
    out.varint(entries.size());
    for (Map.Entry<String, Double> entry : entries.entrySet()) {
      out.string(entry.getKey().getBytes(StandardCharsets.UTF_8));
      out.float64(entry.getValue());
    }
  }

  /**
   * Writes columns of any type as they stand in another row.
   *
   * @param first the ordinal of the first of them
   * @param end the ordinal behind the last one
   */
  void copy(int first, int end, byte[] row, int from, int to) {
    open(COLUMNS[first], COLUMNS[first].type);
    out.raw(row, from, to);
    next = end;
  }

  /** Hashes what identifies the run: account and run id, the two columns written last. */
  public void hashIdentity(SipHash hash) {
    if (next != Column.RUN_ID.ordinal() + 1) {
      throw new IllegalStateException("The identity ends with run_id, but the row does not");
    }
    hash.hash(out.buffer(), RunRow.FIXED_BYTES, out.size());
  }

  /** Ends the row and gives its bytes, in an array of their own. */
  public byte[] finish() {
    fillUpTo(COLUMNS.length);
    return out.copy();
  }

  private void open(Column column, ColumnType type) {
    int ordinal = column.ordinal();
    if (ordinal < next || column.type != type) {
      throw new IllegalStateException(
          column + " is a " + column.type + " and cannot be written as a " + type + " here");
    }
    fillUpTo(ordinal);
    next = ordinal + 1;
  }

  private void fillUpTo(int end) {
    while (next < end) {
      out.uint8(COLUMNS[next++].type.empty);
    }
  }
}
