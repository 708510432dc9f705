package dev.scriptanalytics.row;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.scriptanalytics.event.RunStatus;
import dev.scriptanalytics.json.JsonObjectScanner;
import dev.scriptanalytics.json.JsonSyntaxException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A view of the bytes of one row of {@code runs} in RowBinary, in the order of {@link #COLUMNS}.
 *
 * <p>The columns of fixed width come first, so that what decides about a run is read without
 * looking at the rest. Reusable: {@link #wrap} lays it over another row.
 */
@SuppressWarnings("EnumOrdinal") // The order of the columns is the order of the bytes.
public final class RunRow {
  /** The columns of the insert statement, in the order of the bytes. */
  public static final List<String> COLUMNS =
      List.of(
          "version",
          "status",
          "deployment_version",
          "executed_on",
          "retention_days",
          "account",
          "run_id",
          "script",
          "response_time",
          "ended_on",
          "deployment_id",
          "function",
          "source_type",
          "source",
          "trace_id",
          "error_code",
          "error_message",
          "error_stack",
          "input",
          "output",
          "memory_bytes",
          "cpu_ms",
          "gpu_percent",
          "cold_start",
          "truncated",
          "redacted",
          "extra");

  /** Row version of a run that is known by its start only. */
  public static final int START_ONLY = 1;

  /** Row version of a run that is known by its end only. */
  public static final int END_ONLY = 2;

  /** Row version of a run whose start and end are both known. */
  public static final int COMPLETE = 3;

  private static final int VERSION = 0;
  private static final int STATUS = 1;
  private static final int DEPLOYMENT_VERSION = 2;
  private static final int EXECUTED_ON = 6;
  private static final int RETENTION_DAYS = 14;
  private static final int FIXED_BYTES = 16;

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final JsonFactory JSON = new JsonFactory();

  private enum Shape {
    STRING,
    NULLABLE_8,
    NULLABLE_1,
    STRINGS
  }

  /** The columns of varying width, in the order of the bytes. */
  public enum Column {
    ACCOUNT(Shape.STRING),
    RUN_ID(Shape.STRING),
    SCRIPT(Shape.STRING),
    RESPONSE_TIME(Shape.NULLABLE_8),
    ENDED_ON(Shape.NULLABLE_8),
    DEPLOYMENT_ID(Shape.STRING),
    FUNCTION(Shape.STRING),
    SOURCE_TYPE(Shape.STRING),
    SOURCE(Shape.STRING),
    TRACE_ID(Shape.STRING),
    ERROR_CODE(Shape.STRING),
    ERROR_MESSAGE(Shape.STRING),
    ERROR_STACK(Shape.STRING),
    INPUT(Shape.STRING),
    OUTPUT(Shape.STRING),
    MEMORY_BYTES(Shape.NULLABLE_8),
    CPU_MS(Shape.NULLABLE_8),
    GPU_PERCENT(Shape.NULLABLE_8),
    COLD_START(Shape.NULLABLE_1),
    TRUNCATED(Shape.STRINGS),
    REDACTED(Shape.STRINGS),
    EXTRA(Shape.STRING);

    private final Shape shape;

    Column(Shape shape) {
      this.shape = shape;
    }
  }

  private static final Column[] ALL = Column.values();
  private static final Set<Column> ERROR =
      EnumSet.of(Column.ERROR_CODE, Column.ERROR_MESSAGE, Column.ERROR_STACK);
  private static final Set<Column> RESOURCES =
      EnumSet.of(Column.MEMORY_BYTES, Column.CPU_MS, Column.GPU_PERCENT, Column.COLD_START);

  private byte[] bytes;
  private final int[] starts = new int[ALL.length + 1];
  // Where a string's text begins, after its length.
  private final int[] texts = new int[ALL.length];

  /** Lays this view over a row; returns itself. */
  public RunRow wrap(byte[] row) {
    bytes = row;
    int at = FIXED_BYTES;
    for (int i = 0; i < ALL.length; i++) {
      starts[i] = at;
      switch (ALL[i].shape) {
        case STRING -> {
          int length = varint(at);
          at += varintBytes(length);
          texts[i] = at;
          at += length;
        }
        case NULLABLE_8 -> at += row[at] == 0 ? 9 : 1;
        case NULLABLE_1 -> at += row[at] == 0 ? 2 : 1;
        case STRINGS -> {
          int count = varint(at);
          at += varintBytes(count);
          for (int item = 0; item < count; item++) {
            int length = varint(at);
            at += varintBytes(length) + length;
          }
        }
      }
    }
    starts[ALL.length] = at;
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

  /** The version of a row that no view is laid over. */
  public static int version(byte[] row) {
    return row[VERSION];
  }

  public RunStatus status() {
    return RunStatus.ofCode(bytes[STATUS]);
  }

  /** 0 where it is not known. */
  public int deploymentVersion() {
    return (int) INT.get(bytes, DEPLOYMENT_VERSION);
  }

  /** The run's start, in milliseconds since 1970. */
  public long executedOn() {
    return (long) LONG.get(bytes, EXECUTED_ON);
  }

  /** In milliseconds; NaN where the run has none. */
  public double responseTime() {
    return isEmpty(Column.RESPONSE_TIME)
        ? Double.NaN
        : Double.longBitsToDouble(int64(Column.RESPONSE_TIME));
  }

  /** The run's end in milliseconds since 1970, or its start where the end is not known. */
  public long endedOn() {
    return isEmpty(Column.ENDED_ON) ? executedOn() : int64(Column.ENDED_ON);
  }

  public int retentionDays() {
    return (bytes[RETENTION_DAYS] & 0xff) | (bytes[RETENTION_DAYS + 1] & 0xff) << 8;
  }

  /** Where the text of a string column begins in {@link #bytes}. */
  public int textStart(Column column) {
    return texts[column.ordinal()];
  }

  /** Where the text of a string column ends in {@link #bytes}. */
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

  private boolean isEmpty(Column column) {
    int at = starts[column.ordinal()];
    return switch (column.shape) {
      case STRING, STRINGS -> bytes[at] == 0;
      case NULLABLE_8, NULLABLE_1 -> bytes[at] == 1;
    };
  }

  /**
   * The run as its start and its end together tell it.
   *
   * <p>What the end says wins, what it leaves out comes from the start. Account, script and start
   * are those of {@code first}, because they are the row's key and a row of that key has been
   * written. Of {@code extra}, which is an object of many fields, the same holds field by field.
   *
   * @param first whichever of the two arrived first
   */
  public static byte[] merge(RunRow start, RunRow end, RunRow first, RowBinaryBuffer out) {
    out.reset();
    out.uint8(COMPLETE);
    out.uint8(end.status().code());
    int version = end.deploymentVersion();
    out.uint32(version == 0 ? start.deploymentVersion() : version);
    out.int64(first.executedOn());
    out.uint16(first.retentionDays());
    for (Column column : ALL) {
      switch (column) {
        case ACCOUNT, RUN_ID, SCRIPT -> first.copy(column, out);
        case TRUNCATED, REDACTED -> writeTexts(namedInEither(column, start, end), out);
        case EXTRA -> mergeExtra(start, end, out);
        default -> (end.isEmpty(column) ? start : end).copy(column, out);
      }
    }
    return out.copy();
  }

  /**
   * The columns of the merged row that are cut, or masked: what the start says of a column counts
   * where the start's value is used.
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

  private static void mergeExtra(RunRow start, RunRow end, RowBinaryBuffer out) {
    if (start.isEmpty(Column.EXTRA) || start.sameText(Column.EXTRA, end)) {
      end.copy(Column.EXTRA, out);
      return;
    }
    if (end.isEmpty(Column.EXTRA)) {
      start.copy(Column.EXTRA, out);
      return;
    }
    Map<String, byte[]> fields = start.extraFields();
    fields.putAll(end.extraFields());
    RowBinaryBuffer json = new RowBinaryBuffer();
    for (byte[] field : fields.values()) {
      json.uint8(json.size() == 0 ? '{' : ',');
      json.raw(field, 0, field.length);
    }
    json.uint8('}');
    out.string(json.buffer(), 0, json.size());
  }

  /** The fields of {@code extra} as they are written, by name. */
  private Map<String, byte[]> extraFields() {
    JsonObjectScanner scanner = new JsonObjectScanner();
    try {
      scanner.scan(bytes, textStart(Column.EXTRA), textEnd(Column.EXTRA));
    } catch (JsonSyntaxException e) {
      throw new IllegalStateException("Written as JSON, and read as something else", e);
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
    int length = JsonObjectScanner.unescape(field, 1, end, name, 0);
    return new String(name, 0, length, StandardCharsets.UTF_8);
  }

  private boolean sameText(Column column, RunRow other) {
    return Arrays.equals(
        bytes,
        textStart(column),
        textEnd(column),
        other.bytes,
        other.textStart(column),
        other.textEnd(column));
  }

  /**
   * A run that failed by rule, because it told no end in time.
   *
   * @param endedOn when the rule took effect, in milliseconds since 1970
   */
  public static byte[] timedOut(RunRow start, long endedOn, String message, RowBinaryBuffer out) {
    out.reset();
    out.uint8(COMPLETE);
    out.uint8(RunStatus.FAILED.code());
    out.uint32(start.deploymentVersion());
    out.int64(start.executedOn());
    out.uint16(start.retentionDays());
    for (Column column : ALL) {
      switch (column) {
        case ENDED_ON -> out.nullableInt64(endedOn, true);
        case ERROR_CODE -> out.string("timeout".getBytes(StandardCharsets.UTF_8));
        case ERROR_MESSAGE -> out.string(message.getBytes(StandardCharsets.UTF_8));
        default -> start.copy(column, out);
      }
    }
    return out.copy();
  }

  private void copy(Column column, RowBinaryBuffer out) {
    out.raw(bytes, starts[column.ordinal()], starts[column.ordinal() + 1]);
  }

  private Set<String> texts(Column column) {
    int at = starts[column.ordinal()];
    int count = varint(at);
    at += varintBytes(count);
    Set<String> texts = new LinkedHashSet<>();
    for (int i = 0; i < count; i++) {
      int length = varint(at);
      at += varintBytes(length);
      texts.add(new String(bytes, at, length, StandardCharsets.UTF_8));
      at += length;
    }
    return texts;
  }

  private static void writeTexts(Set<String> texts, RowBinaryBuffer out) {
    out.varint(texts.size());
    for (String text : texts) {
      out.string(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  /**
   * The row as a run event: what a dead letter shows of an event whose own bytes were left behind
   * when it was decoded. Sent again it gives the same row, but for {@code extra}, which stands
   * under its own name, and for what was cut.
   *
   * @param stdout what the event brought beside the row, in UTF-8; null for nothing
   * @param stderr the same of the other stream
   */
  public byte[] toEventJson(byte[] stdout, byte[] stderr) {
    Set<String> cut = texts(Column.TRUNCATED);
    ByteArrayOutputStream json = new ByteArrayOutputStream();
    try (JsonGenerator to = JSON.createGenerator(json)) {
      to.writeStartObject();
      writeText("account", Column.ACCOUNT, to);
      writeText("run_id", Column.RUN_ID, to);
      writeText("script", Column.SCRIPT, to);
      writeText("deployment_id", Column.DEPLOYMENT_ID, to);
      if (deploymentVersion() != 0) {
        to.writeNumberField("deployment_version", deploymentVersion());
      }
      writeText("function", Column.FUNCTION, to);
      to.writeStringField("status", status().word());
      to.writeStringField("started_at", Instant.ofEpochMilli(executedOn()).toString());
      if (!isEmpty(Column.ENDED_ON)) {
        to.writeStringField("ended_at", Instant.ofEpochMilli(endedOn()).toString());
      }
      writeNumber("response_time_ms", Column.RESPONSE_TIME, to);
      writeText("source_type", Column.SOURCE_TYPE, to);
      writeText("source", Column.SOURCE, to);
      writeDocument("input", Column.INPUT, cut, to);
      writeDocument("output", Column.OUTPUT, cut, to);
      if (hasAnyOf(ERROR)) {
        to.writeObjectFieldStart("error");
        writeText("code", Column.ERROR_CODE, to);
        writeText("message", Column.ERROR_MESSAGE, to);
        writeText("stack_trace", Column.ERROR_STACK, to);
        to.writeEndObject();
      }
      if (stdout != null) {
        to.writeStringField("stdout", new String(stdout, StandardCharsets.UTF_8));
      }
      if (stderr != null) {
        to.writeStringField("stderr", new String(stderr, StandardCharsets.UTF_8));
      }
      writeText("trace_id", Column.TRACE_ID, to);
      if (hasAnyOf(RESOURCES)) {
        to.writeObjectFieldStart("resources");
        if (!isEmpty(Column.MEMORY_BYTES)) {
          to.writeNumberField("memory_bytes", int64(Column.MEMORY_BYTES));
        }
        writeNumber("cpu_ms", Column.CPU_MS, to);
        writeNumber("gpu_percent", Column.GPU_PERCENT, to);
        if (!isEmpty(Column.COLD_START)) {
          to.writeBooleanField("cold_start", bytes[starts[Column.COLD_START.ordinal()] + 1] != 0);
        }
        to.writeEndObject();
      }
      writeDocument("extra", Column.EXTRA, Set.of(), to);
      if (!cut.isEmpty()) {
        to.writeArrayFieldStart("truncated");
        for (String column : cut) {
          to.writeString(column);
        }
        to.writeEndArray();
      }
      to.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return json.toByteArray();
  }

  private boolean hasAnyOf(Set<Column> columns) {
    return columns.stream().anyMatch(column -> !isEmpty(column));
  }

  private void writeText(String name, Column column, JsonGenerator to) throws IOException {
    if (!isEmpty(column)) {
      to.writeStringField(name, text(column));
    }
  }

  private void writeNumber(String name, Column column, JsonGenerator to) throws IOException {
    if (!isEmpty(column)) {
      to.writeNumberField(name, Double.longBitsToDouble(int64(column)));
    }
  }

  /** Writes a JSON text as it is; where it was cut and is none any more, as a string. */
  private void writeDocument(String name, Column column, Set<String> cut, JsonGenerator to)
      throws IOException {
    if (isEmpty(column)) {
      return;
    }
    if (cut.contains(name)) {
      to.writeStringField(name, text(column));
    } else {
      to.writeFieldName(name);
      to.writeRawValue(text(column));
    }
  }

  private long int64(Column column) {
    return (long) LONG.get(bytes, starts[column.ordinal()] + 1);
  }

  // Lengths are those of strings in memory, and fit an int.
  private int varint(int at) {
    int value = 0;
    for (int shift = 0; ; shift += 7) {
      byte next = bytes[at++];
      value |= (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
  }

  private static int varintBytes(int value) {
    return value < 1 << 7 ? 1 : value < 1 << 14 ? 2 : value < 1 << 21 ? 3 : value < 1 << 28 ? 4 : 5;
  }
}
