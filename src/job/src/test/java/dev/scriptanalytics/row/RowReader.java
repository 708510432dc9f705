package dev.scriptanalytics.row;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the RowBinary bytes of a row of {@code runs} or {@code logs} as ClickHouse would: a value
 * by column name, in the order of the insert statement.
 *
 * <p>UInt8, UInt16 and UInt32 are an {@link Integer}, a UInt32 beyond it a {@link Long}, UInt64 a
 * {@link Long}, Float64 a {@link Double}, Bool a {@link Boolean}, Array(String) a {@link List},
 * Map(String, Float64) a {@link Map}, a DateTime64 an {@link Instant}, an Enum8 its word, NULL
 * null. It is strict: bytes left over, text that is not UTF-8, a flag of NULL that is neither 0 nor
 * 1 or a number that no Enum8 has are errors.
 */
public final class RowReader {
  private static final Map<Integer, String> STATUS =
      Map.of(1, "In Progress", 2, "Success", 3, "Failed");
  private static final Map<Integer, String> LOG_LEVEL =
      Map.of(1, "Stdout", 2, "Stderr", 3, "Debug", 4, "Info", 5, "Warning", 6, "Error", 7, "Fatal");

  private final ByteBuffer row;

  private RowReader(byte[] row) {
    this.row = ByteBuffer.wrap(row).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** A row of {@code runs}. */
  public static Map<String, Object> runRow(byte[] row) {
    return read(RunRow.COLUMNS, row);
  }

  /** A row of {@code logs}. */
  public static Map<String, Object> logRow(byte[] row) {
    return read(LogRow.COLUMNS, row);
  }

  /** A row of {@code log_shapes}. */
  public static Map<String, Object> shapeRow(byte[] row) {
    return read(ShapeRow.COLUMNS, row);
  }

  private static Map<String, Object> read(List<String> columns, byte[] row) {
    RowReader reader = new RowReader(row);
    Map<String, Object> values = new LinkedHashMap<>();
    for (String column : columns) {
      try {
        if (values.containsKey(column)) {
          throw new IllegalArgumentException("it stands in the insert statement twice");
        }
        values.put(column, reader.value(column));
      } catch (RuntimeException e) {
        throw new IllegalArgumentException(
            "Column " + column + ", having read " + values + ": " + e, e);
      }
    }
    if (reader.row.hasRemaining()) {
      throw new IllegalArgumentException(
          reader.row.remaining() + " bytes behind the row, having read " + values);
    }
    return values;
  }

  private Object value(String column) {
    return switch (column) {
      case "status" -> word(STATUS);
      case "log_level" -> word(LOG_LEVEL);
      case "version", "is_deleted" -> row.get() & 0xff;
      case "retention_days" -> row.getShort() & 0xffff;
      case "deployment_version", "line" -> uint32();
      case "executed_on" -> Instant.ofEpochMilli(row.getLong());
      case "timestamp", "first_seen" -> Instant.EPOCH.plus(row.getLong(), ChronoUnit.MICROS);
      case "ended_on" -> isNull() ? null : Instant.ofEpochMilli(row.getLong());
      case "sequence", "shape", "pattern", "error_group" -> row.getLong();
      case "memory_bytes" -> isNull() ? null : row.getLong();
      case "response_time", "duration_ms", "cpu_ms", "gpu_percent" ->
          isNull() ? null : row.getDouble();
      case "cold_start" -> isNull() ? null : flag();
      case "truncated", "redacted" -> strings();
      case "phases" -> numbers();
      default -> string();
    };
  }

  private Object uint32() {
    int bits = row.getInt();
    return bits >= 0 ? (Object) bits : (Object) Integer.toUnsignedLong(bits);
  }

  private boolean isNull() {
    return flag();
  }

  private boolean flag() {
    byte flag = row.get();
    if (flag != 0 && flag != 1) {
      throw new IllegalArgumentException("neither 0 nor 1: " + flag);
    }
    return flag == 1;
  }

  private String word(Map<Integer, String> words) {
    int code = row.get();
    String word = words.get(code);
    if (word == null) {
      throw new IllegalArgumentException("no word has the number " + code);
    }
    return word;
  }

  private List<String> strings() {
    List<String> strings = new ArrayList<>();
    for (int left = length(); left > 0; left--) {
      strings.add(string());
    }
    return strings;
  }

  private Map<String, Double> numbers() {
    Map<String, Double> numbers = new LinkedHashMap<>();
    for (int left = length(); left > 0; left--) {
      String name = string();
      if (numbers.put(name, row.getDouble()) != null) {
        throw new IllegalArgumentException("twice in one map: " + name);
      }
    }
    return numbers;
  }

  private String string() {
    byte[] utf8 = new byte[length()];
    row.get(utf8);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("not UTF-8", e);
    }
  }

  private int length() {
    long length = 0;
    for (int shift = 0; ; shift += 7) {
      byte next = row.get();
      length |= (next & 0x7fL) << shift;
      if (next >= 0) {
        return Math.toIntExact(length);
      }
    }
  }
}
