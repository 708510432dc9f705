package dev.scriptanalytics.row;

import dev.scriptanalytics.event.RunStatus;
import dev.scriptanalytics.json.JsonObjectScanner;
import dev.scriptanalytics.json.JsonSyntaxException;
import dev.scriptanalytics.json.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A view of the bytes of one row of {@code runs} in RowBinary, in the order of {@link #COLUMNS}.
 *
 * <p>The columns of fixed width come first, so that each of them has a known place:
 *
 * <pre>
 *   version 1 | status 1 | deployment_version 4 | executed_on 8 | retention_days 2
 *   0           1          2                      6               14
 *   | error_group 8 | account .. | the rest
 *     16              24
 * </pre>
 *
 * <p>{@link RunRowWriter} writes rows. Reusable ({@link #wrap} lays the view over another row), not
 * thread-safe.
 */
@SuppressWarnings("EnumOrdinal") // The order of the columns is the order of the bytes.
public final class RunRow {
  /** Row version of a run whose start alone is known. */
  public static final int START_ONLY = 1;

  /** Row version of a run whose end alone is known. */
  public static final int END_ONLY = 2;

  /** Row version of a run whose start and end are both known. */
  public static final int COMPLETE = 3;

  private static final int VERSION = 0;
  private static final int STATUS = 1;
  private static final int DEPLOYMENT_VERSION = 2;
  private static final int EXECUTED_ON = 6;
  private static final int RETENTION_DAYS = 14;
  private static final int ERROR_GROUP = 16;
  static final int FIXED_BYTES = 24;

  private static final List<String> FIXED =
      List.of(
          "version",
          "status",
          "deployment_version",
          "executed_on",
          "retention_days",
          "error_group");

  /** The columns of varying width, in the order of the bytes. */
  public enum Column {
    ACCOUNT(ColumnType.STRING),
    RUN_ID(ColumnType.STRING),
    SCRIPT(ColumnType.STRING),
    ORIGINAL_STATUS(ColumnType.STRING),
    RESPONSE_TIME(ColumnType.NULLABLE_8),
    ENDED_ON(ColumnType.NULLABLE_8),
    DEPLOYMENT_ID(ColumnType.STRING),
    FUNCTION(ColumnType.STRING),
    SOURCE_TYPE(ColumnType.STRING),
    SOURCE(ColumnType.STRING),
    TRACE_ID(ColumnType.STRING),
    ERROR_CODE(ColumnType.STRING),
    ERROR_MESSAGE(ColumnType.STRING),
    ERROR_STACK(ColumnType.STRING),
    INPUT(ColumnType.STRING),
    OUTPUT(ColumnType.STRING),
    MEMORY_BYTES(ColumnType.NULLABLE_8),
    CPU_MS(ColumnType.NULLABLE_8),
    GPU_PERCENT(ColumnType.NULLABLE_8),
    COLD_START(ColumnType.NULLABLE_1),
    PHASES(ColumnType.NUMBERS),
    TRUNCATED(ColumnType.STRINGS),
    REDACTED(ColumnType.STRINGS),
    EXTRA(ColumnType.STRING);

    final ColumnType type;
    private final String sqlName = name().toLowerCase(Locale.ROOT);

    Column(ColumnType type) {
      this.type = type;
    }

    /** The column's name in the table {@code runs}. */
    public String sqlName() {
      return sqlName;
    }
  }

  private static final Column[] ALL = Column.values();

  /** The columns of the insert statement, in the order of the bytes. */
  public static final List<String> COLUMNS =
      Stream.concat(FIXED.stream(), Arrays.stream(ALL).map(Column::sqlName)).toList();

  private byte[] bytes;
  private final int[] starts = new int[ALL.length + 1];
  // Where a string's text begins, after its length.
  private final int[] texts = new int[ALL.length];

  /** Lays this view over a row; returns itself. */
  public RunRow wrap(byte[] row) {
    bytes = row;
    RowBinaryReader reader = new RowBinaryReader(row, FIXED_BYTES);
    for (int i = 0; i < ALL.length; i++) {
      starts[i] = reader.position();
      switch (ALL[i].type) {
        case STRING -> {
          int length = reader.varint();
          texts[i] = reader.position();
          reader.skip(length);
        }
        case NULLABLE_8 -> reader.skipNullable(8);
        case NULLABLE_1 -> reader.skipNullable(1);
        case STRINGS -> reader.skipStrings();
        case NUMBERS -> reader.skipNumbers();
      }
    }
    starts[ALL.length] = reader.position();
    return this;
  }

  /** The row's bytes. */
  public byte[] bytes() {
    return bytes;
  }

  /** {@link #START_ONLY}, {@link #END_ONLY} or {@link #COMPLETE}. */
  public int version() {
    return version(bytes);
  }

  /** The version of a row, without a view of it. */
  public static int version(byte[] row) {
    return row[VERSION];
  }

  public RunStatus status() {
    return status(bytes);
  }

  /** The status of a row's run, without a view of it. */
  static RunStatus status(byte[] row) {
    return RunStatus.ofCode(row[STATUS]);
  }

  /** 0 if unknown. */
  public int deploymentVersion() {
    return RowBinaryReader.int32(bytes, DEPLOYMENT_VERSION);
  }

  /** The run's start, in milliseconds since 1970. */
  public long executedOn() {
    return executedOn(bytes);
  }

  /** The start of a row's run, without a view of it. */
  public static long executedOn(byte[] row) {
    return RowBinaryReader.int64(row, EXECUTED_ON);
  }

  /** In milliseconds; NaN if the run has none. */
  public double responseTime() {
    return isEmpty(Column.RESPONSE_TIME) ? Double.NaN : float64(Column.RESPONSE_TIME);
  }

  /** The run's end in milliseconds since 1970, or its start if the end is unknown. */
  public long endedOn() {
    return isEmpty(Column.ENDED_ON) ? executedOn() : int64(Column.ENDED_ON);
  }

  /** Whether the end is known. */
  public boolean hasEnded() {
    return !isEmpty(Column.ENDED_ON);
  }

  private long errorGroup() {
    return RowBinaryReader.int64(bytes, ERROR_GROUP);
  }

  /** Sets the hash of what groups the run's error with others; 0 for no error. */
  static void setErrorGroup(byte[] row, long group) {
    RowBinaryBuffer.setInt64(row, ERROR_GROUP, group);
  }

  public int retentionDays() {
    return RowBinaryReader.uint16(bytes, RETENTION_DAYS);
  }

  /** Where the text of a string column begins in {@link #bytes}. */
  public int textStart(Column column) {
    return texts[column.ordinal()];
  }

  /** Where the text of a string column ends in {@link #bytes}, exclusive. */
  public int textEnd(Column column) {
    return starts[column.ordinal() + 1];
  }

  /** A string column's text. */
  public String text(Column column) {
    int from = textStart(column);
    return new String(bytes, from, textEnd(column) - from, StandardCharsets.UTF_8);
  }

  /** A string column's text in UTF-8, in an array of its own. */
  public byte[] textUtf8(Column column) {
    return Arrays.copyOfRange(bytes, textStart(column), textEnd(column));
  }

  /** Whether a column is NULL, or holds no text or item. */
  boolean isEmpty(Column column) {
    int first = bytes[starts[column.ordinal()]];
    return first == column.type.empty;
  }

  /** A column of 64 bits that is not NULL. */
  long int64(Column column) {
    return RowBinaryReader.int64(bytes, starts[column.ordinal()] + 1);
  }

  /** A Float64 column that is not NULL. */
  double float64(Column column) {
    return Double.longBitsToDouble(int64(column));
  }

  /** A Bool column that is not NULL. */
  boolean bool(Column column) {
    return bytes[starts[column.ordinal()] + 1] != 0;
  }

  /** The items of an array column. */
  Set<String> texts(Column column) {
    return new RowBinaryReader(bytes, starts[column.ordinal()]).strings();
  }

  /** The entries of a map column. */
  Map<String, Double> numbers(Column column) {
    return new RowBinaryReader(bytes, starts[column.ordinal()]).numbers();
  }

  /**
   * The row of a run from its start and its end together.
   *
   * <p>The end's values win; the start supplies what the end lacks. {@code extra} is an object of
   * many fields and is merged field by field. Account, run, script and start are those of {@code
   * first}, because they are the row's key and a row with that key is written already. Clocks
   * differ, so an end before that start counts as the start.
   *
   * @param first whichever of the two arrived first
   */
  public static byte[] merge(RunRow start, RunRow end, RunRow first, RowBinaryBuffer out) {
    return merge(start, end, first, end.responseTime(), out);
  }

  /**
   * The same of an end that did not tell when its run started: the start is that of the start.
   *
   * @param responseTime in milliseconds, since the end tells none; NaN for none
   */
  public static byte[] mergeUntimed(
      RunRow start, RunRow end, double responseTime, RowBinaryBuffer out) {
    return merge(start, end, start, responseTime, out);
  }

  private static byte[] merge(
      RunRow start, RunRow end, RunRow first, double responseTime, RowBinaryBuffer out) {
    RunRowWriter row = new RunRowWriter(out);
    int version = end.deploymentVersion();
    row.begin(
        COMPLETE,
        end.status(),
        version == 0 ? start.deploymentVersion() : version,
        first.executedOn(),
        first.retentionDays());
    // Neighbours from one row are copied at once: most columns come from the end.
    RunRow source = first;
    int from = 0;
    for (int i = 0; i < ALL.length; i++) {
      RunRow next = sourceOf(ALL[i], start, end, first, responseTime);
      if (next != source) {
        copy(source, from, i, row);
        source = next;
        from = i;
      }
      if (next == null) {
        from = i + 1;
        writeMerged(ALL[i], start, end, first, responseTime, row);
      }
    }
    copy(source, from, ALL.length, row);
    byte[] merged = row.finish();
    setErrorGroup(merged, end.errorGroup());
    return merged;
  }

  /** The row whose value a column of the merged row has; null if it is made from both. */
  private static RunRow sourceOf(
      Column column, RunRow start, RunRow end, RunRow first, double responseTime) {
    return switch (column) {
      case ACCOUNT, RUN_ID, SCRIPT -> first;
      case RESPONSE_TIME -> Double.compare(responseTime, end.responseTime()) == 0 ? end : null;
      case ENDED_ON -> end.endedOn() < first.executedOn() ? null : end;
      case TRUNCATED, REDACTED -> start.isEmpty(column) ? end : null;
      case EXTRA -> {
        if (start.isEmpty(column) || start.sameText(column, end)) {
          yield end;
        }
        yield end.isEmpty(column) ? start : null;
      }
      default -> end.isEmpty(column) && !start.isEmpty(column) ? start : end;
    };
  }

  /** Writes a column that {@link #sourceOf} finds in neither row. */
  private static void writeMerged(
      Column column,
      RunRow start,
      RunRow end,
      RunRow first,
      double responseTime,
      RunRowWriter row) {
    switch (column) {
      case RESPONSE_TIME -> row.float64(column, responseTime);
      case ENDED_ON -> {
        if (end.hasEnded()) {
          row.int64(column, first.executedOn());
        }
      }
      case TRUNCATED, REDACTED -> row.texts(column, namedInEither(column, start, end));
      case EXTRA -> mergeExtra(start, end, row);
      default -> throw new IllegalStateException(column + " comes from one of the rows");
    }
  }

  /** Copies the columns from one place up to another; does nothing without a row. */
  private static void copy(RunRow source, int from, int to, RunRowWriter row) {
    if (source != null && from < to) {
      row.copy(from, to, source.bytes, source.starts[from], source.starts[to]);
    }
  }

  /**
   * The columns of the merged row that were cut, or masked: the start's list counts for a column
   * whose value comes from the start.
   */
  private static Set<String> namedInEither(Column list, RunRow start, RunRow end) {
    Set<String> names = new LinkedHashSet<>();
    for (String name : start.texts(list)) {
      Column column = Column.valueOf(name.toUpperCase(Locale.ROOT));
      if (column == Column.EXTRA || end.isEmpty(column)) {
        names.add(name);
      }
    }
    names.addAll(end.texts(list));
    return names;
  }

  private static void mergeExtra(RunRow start, RunRow end, RunRowWriter row) {
    Map<String, byte[]> fields = start.extraFields();
    fields.putAll(end.extraFields());
    RowBinaryBuffer json = new RowBinaryBuffer();
    for (byte[] field : fields.values()) {
      json.uint8(json.size() == 0 ? '{' : ',');
      json.raw(field, 0, field.length);
    }
    json.uint8('}');
    row.text(Column.EXTRA, json.buffer(), 0, json.size());
  }

  /** The fields of {@code extra} as they are written, by name. */
  private Map<String, byte[]> extraFields() {
    JsonObjectScanner scanner = new JsonObjectScanner();
    try {
      scanner.scan(bytes, textStart(Column.EXTRA), textEnd(Column.EXTRA));
    } catch (JsonSyntaxException e) {
      throw new IllegalStateException("extra was written as a JSON object and is none", e);
    }
    Map<String, byte[]> fields = new LinkedHashMap<>();
    for (int i = 0; i < scanner.unknownFields(); i++) {
      byte[] field = Arrays.copyOfRange(bytes, scanner.unknownStart(i), scanner.unknownEnd(i));
      fields.put(nameOf(field), field);
    }
    return fields;
  }

  /** The name, escapes decoded, that a field begins with. */
  private static String nameOf(byte[] field) {
    int end = 1;
    while (field[end] != '"') {
      end += field[end] == '\\' ? 2 : 1;
    }
    byte[] name = new byte[end];
    int length = JsonText.unescape(field, 1, end, name, 0);
    return new String(name, 0, length, StandardCharsets.UTF_8);
  }

  /** Whether a string column has the same text in another row. */
  public boolean sameText(Column column, RunRow other) {
    return Arrays.equals(
        bytes,
        textStart(column),
        textEnd(column),
        other.bytes,
        other.textStart(column),
        other.textEnd(column));
  }

  /**
   * The row of a run that fails by {@code run.timeout}, because its end did not arrive in time.
   *
   * @param endedOn when the timeout took effect, in milliseconds since 1970
   */
  public static byte[] timedOut(RunRow start, long endedOn, String message, RowBinaryBuffer out) {
    RunRowWriter row = new RunRowWriter(out);
    row.begin(
        COMPLETE,
        RunStatus.FAILED,
        start.deploymentVersion(),
        start.executedOn(),
        start.retentionDays());
    for (Column column : ALL) {
      switch (column) {
        case ENDED_ON -> row.int64(column, endedOn);
        case ERROR_CODE -> row.text(column, "timeout".getBytes(StandardCharsets.UTF_8));
        case ERROR_MESSAGE -> row.text(column, message.getBytes(StandardCharsets.UTF_8));
        default -> start.copy(column, row);
      }
    }
    return row.finish();
  }

  private void copy(Column column, RunRowWriter row) {
    copy(this, column.ordinal(), column.ordinal() + 1, row);
  }
}
