package dev.scriptanalytics.api.logs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.math.BigDecimal;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;

/**
 * A log entry as ClickHouse has it. Texts are empty and numbers null where there is nothing.
 *
 * @param sequence orders entries of the same time; unsigned
 */
record Entry(
    long micros,
    String storedLevel,
    String originalLevel,
    String message,
    String jobId,
    String requestId,
    String source,
    String metadataText,
    BigDecimal durationMillis,
    BigDecimal memoryBytes,
    BigDecimal gpuPercent,
    String stackTraceText,
    String extraText,
    String logId,
    String endpointId,
    long deploymentVersion,
    String deploymentId,
    String function,
    String errorCode,
    String traceId,
    String spanId,
    long sequence) {

  /** What to select for {@link #of}, in this order. */
  static final String COLUMNS =
      "toUnixTimestamp64Micro(timestamp), toString(log_level), original_level, log_message, run_id,"
          + " request_id, source, metadata, duration_ms, memory_bytes, gpu_percent, stack_trace,"
          + " extra, log_id, script, deployment_version, deployment_id, function, error_code,"
          + " trace_id, span_id, sequence";

  /** The same for a line of text, which shows less: what it leaves out is empty. */
  static final String COLUMNS_OF_LINE =
      "toUnixTimestamp64Micro(timestamp), toString(log_level), '', log_message, run_id, '', source,"
          + " if(log_level IN ('Warning', 'Error', 'Fatal', 'Stderr'), metadata, ''), duration_ms,"
          + " NULL, NULL, '', '', '', '', 0, '', '', '', '', '', 0";

  /** How many columns those are. */
  static final int WIDTH = 22;

  /** Keeps numbers as they were sent: 0.0 stays 0.0. */
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private static final List<String> UNITS = List.of("B", "KB", "MB", "GB", "TB", "PB", "EB");

  /** An entry of a row that begins with {@link #COLUMNS}. */
  static Entry of(JsonNode row) {
    return of(row, 0);
  }

  /** An entry of a row whose {@link #COLUMNS} begin at {@code first}. */
  static Entry of(JsonNode row, int first) {
    return new Entry(
        row.get(first + 0).asLong(),
        row.get(first + 1).asText(),
        row.get(first + 2).asText(),
        row.get(first + 3).asText(),
        row.get(first + 4).asText(),
        row.get(first + 5).asText(),
        row.get(first + 6).asText(),
        row.get(first + 7).asText(),
        number(row.get(first + 8)),
        number(row.get(first + 9)),
        number(row.get(first + 10)),
        row.get(first + 11).asText(),
        row.get(first + 12).asText(),
        row.get(first + 13).asText(),
        row.get(first + 14).asText(),
        row.get(first + 15).asLong(),
        row.get(first + 16).asText(),
        row.get(first + 17).asText(),
        row.get(first + 18).asText(),
        row.get(first + 19).asText(),
        row.get(first + 20).asText(),
        row.get(first + 21).asLong());
  }

  private static BigDecimal number(JsonNode value) {
    return value.isNumber() ? value.decimalValue() : null;
  }

  Level level() {
    return Level.ofStored(storedLevel);
  }

  /** The producer's own word for the level, or an empty text where it is the API's word. */
  String ownLevel() {
    boolean captured = storedLevel.equals("Stdout") || storedLevel.equals("Stderr");
    String own = captured ? storedLevel.toLowerCase(Locale.ROOT) : originalLevel;
    return own.equals(level().word()) ? "" : own;
  }

  /** In UTC with three digits of a second, or six where there are microseconds. */
  String timestamp() {
    long second = Math.floorDiv(micros, 1_000_000L);
    int rest = Math.floorMod(micros, 1_000_000);
    LocalDateTime time = LocalDateTime.ofEpochSecond(second, 0, ZoneOffset.UTC);
    StringBuilder text = new StringBuilder(27);
    // A DateTimeFormatter takes several times as long, for each of thousands of lines.
    text.append(time.toLocalDate()).append('T');
    append(text, time.getHour(), 10);
    append(text.append(':'), time.getMinute(), 10);
    append(text.append(':'), time.getSecond(), 10);
    text.append('.');
    if (rest % 1000 == 0) {
      append(text, rest / 1000, 100);
    } else {
      append(text, rest, 100_000);
    }
    return text.append('Z').toString();
  }

  /** Appends a number with as many digits as its greatest digit's value has. */
  private static void append(StringBuilder text, int number, int greatest) {
    for (int value = greatest; value > 0; value /= 10) {
      text.append((char) ('0' + number / value % 10));
    }
  }

  /** The metadata as an object, or null. */
  JsonNode metadata() {
    return object(metadataText);
  }

  /** Further fields that the entry was sent with, or null. */
  JsonNode extra() {
    return object(extraText);
  }

  private static JsonNode object(String text) {
    if (text.isEmpty()) {
      return null;
    }
    try {
      JsonNode node = JSON.readTree(text);
      return node.isObject() ? node : null;
    } catch (JsonProcessingException cut) {
      // A text that was cut at its configured length; the row says so in its column truncated.
      return null;
    }
  }

  /** The stack trace line by line. */
  List<String> stackTrace() {
    return stackTraceText.lines().toList();
  }

  /** The duration in seconds, or null. */
  BigDecimal duration() {
    return durationMillis == null ? null : plain(durationMillis.movePointLeft(3), 1);
  }

  /** The memory in use with a unit, such as {@code 8.2GB}, or null. */
  String memoryUsage() {
    if (memoryBytes == null) {
      return null;
    }
    int unit = 0;
    BigDecimal amount = memoryBytes;
    while (unit < UNITS.size() - 1 && amount.compareTo(BigDecimal.valueOf(1000)) >= 0) {
      amount = amount.movePointLeft(3);
      unit++;
    }
    return plain(amount, 0).toPlainString() + UNITS.get(unit);
  }

  /** The utilization of the GPU in percent, or null. */
  BigDecimal gpuUtilization() {
    return gpuPercent == null ? null : plain(gpuPercent, 0);
  }

  /** Without zeros at the end, but with at least {@code scale} digits behind the point. */
  private static BigDecimal plain(BigDecimal number, int scale) {
    BigDecimal stripped = number.stripTrailingZeros();
    return stripped.scale() < scale ? stripped.setScale(scale) : stripped;
  }
}
