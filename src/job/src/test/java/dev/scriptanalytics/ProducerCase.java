package dev.scriptanalytics;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import dev.scriptanalytics.testkit.sample.Topic;
import io.opentelemetry.proto.logs.v1.LogsData;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.annotation.Nullable;

/**
 * What a producer sends, and what ClickHouse has then. A file has any number of cases:
 *
 * <pre>
 * # a run id that another script used before
 * script-runs < {"run_id":"r","script":"A","status":"failed","started_at":"T-60"}
 * ? SELECT run_id FROM runs FINAL
 * = r
 * </pre>
 *
 * <p>Each line that begins with a topic is a record. How it is written follows the topic:
 *
 * <ul>
 *   <li>{@code <} is text.
 *   <li>{@code <bytes} is text in which <code>&#92;xFF</code> is the byte 255.
 *   <li>{@code <proto} is a batch of OTLP in the text format of Protocol Buffers; its bytes are
 *       sent.
 *   <li>{@code <null} is a tombstone.
 * </ul>
 *
 * <p>Each case has an account of its own, which is put into native events and conditions: other
 * records may say {@code ACCOUNT}, and queries read the tables of that account only.
 *
 * <p>{@code T-60} is an instant 60 seconds before now, {@code SECONDS-60}, {@code MILLIS-60} and
 * {@code NANOS-60} the same as a number since 1970. Other forms have a {@link DateTimeFormatter
 * pattern} and a zone: {@code T-60(HH:mm:ss,SSS Europe/Berlin)}.
 *
 * @param name what is wrong with the events, or unusual
 * @param expected the lines of the answer by query
 */
record ProducerCase(String name, List<Sent> sent, Map<String, List<String>> expected) {
  private static final Pattern TIME =
      Pattern.compile(
          "\\b(T|SECONDS|MILLIS|NANOS)-(\\d+(?:\\.\\d+)?)(?:\\(([^ )]+) ([A-Za-z/]+)\\))?");
  private static final Pattern TABLE =
      Pattern.compile("\\bFROM (runs|logs|dead_letters|run_rollups)( FINAL)?");
  private static final Pattern RECORD = Pattern.compile("(\\S+) <(bytes|proto|null|) ?(.*)");
  private static final Pattern BYTE = Pattern.compile("\\\\x([0-9A-F]{2})");

  /**
   * A record.
   *
   * @param value null of a tombstone
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Sent(Topic topic, @Nullable byte[] value) {}

  /** Reads the cases of a file beside this class; each file has accounts of its own. */
  static List<ProducerCase> read(String file, Instant now) throws IOException {
    List<ProducerCase> cases = new ArrayList<>();
    try (InputStream in = ProducerCase.class.getResourceAsStream(file)) {
      String text = new String(in.readAllBytes(), UTF_8);
      List<String> answer = new ArrayList<>();
      for (String line : text.lines().filter(each -> !each.isBlank()).toList()) {
        String rest = line.substring(Math.min(2, line.length()));
        if (line.startsWith("# ")) {
          cases.add(new ProducerCase(rest, new ArrayList<>(), new LinkedHashMap<>()));
          continue;
        }
        ProducerCase current = cases.get(cases.size() - 1);
        String account = file.replace(".cases", "-") + cases.size();
        Matcher record = RECORD.matcher(timed(line, now));
        if (line.startsWith("? ")) {
          answer = new ArrayList<>();
          current.expected().put(ofAccount(timed(rest, now), account), answer);
        } else if (line.startsWith("= ")) {
          answer.add(timed(rest, now).replace("ACCOUNT", account));
        } else if (record.matches()) {
          current.sent().add(sent(record, account));
        } else {
          throw new IllegalArgumentException(file + " has a line of no known kind: " + line);
        }
      }
    }
    return cases;
  }

  private static Sent sent(Matcher record, String account) throws IOException {
    Topic topic =
        Arrays.stream(Topic.values())
            .filter(of -> of.usualName().equals(record.group(1)))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("no topic " + record.group(1)));
    boolean isNative = topic == Topic.RUNS || topic == Topic.LOGS;
    String text = record.group(3);
    if (isNative && text.startsWith("{") && !text.contains("ACCOUNT")) {
      text = "{\"account\":\"ACCOUNT\"," + text.substring(1);
    }
    text = text.replace("ACCOUNT", account);
    byte[] value =
        switch (record.group(2)) {
          case "null" -> null;
          case "bytes" -> bytes(text);
          case "proto" -> protobuf(text, topic);
          default -> text.getBytes(UTF_8);
        };
    return new Sent(topic, value);
  }

  private static byte[] bytes(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Matcher escape = BYTE.matcher(text);
    int from = 0;
    while (escape.find()) {
      bytes.writeBytes(text.substring(from, escape.start()).getBytes(UTF_8));
      bytes.write(Integer.parseInt(escape.group(1), 16));
      from = escape.end();
    }
    bytes.writeBytes(text.substring(from).getBytes(UTF_8));
    return bytes.toByteArray();
  }

  private static byte[] protobuf(String text, Topic topic) throws IOException {
    Message.Builder batch =
        topic == Topic.OTLP_LOGS ? LogsData.newBuilder() : TracesData.newBuilder();
    TextFormat.merge(text, batch);
    return batch.build().toByteArray();
  }

  private static String ofAccount(String sql, String account) {
    return TABLE
        .matcher(sql)
        .replaceAll("FROM (SELECT * FROM script_analytics.$1$2 WHERE CONDITION)")
        .replaceAll(
            "(dead_letters(?: FINAL)? WHERE) CONDITION",
            "$1 (account = '" + account + "' OR position(bytes, '\"" + account + "\"') > 0)")
        .replace("CONDITION", "account = '" + account + "'")
        .replace("ACCOUNT", account);
  }

  private static String timed(String text, Instant now) {
    return TIME.matcher(text)
        .replaceAll(
            found -> {
              long millis = Math.round(Double.parseDouble(found.group(2)) * 1000);
              Instant at = now.minus(Duration.ofMillis(millis));
              if (found.group(3) != null) {
                return DateTimeFormatter.ofPattern(found.group(3), Locale.ROOT)
                    .withZone(ZoneId.of(found.group(4)))
                    .format(at);
              }
              return switch (found.group(1)) {
                case "T" -> at.toString();
                case "SECONDS" -> at.getEpochSecond() + "." + "%09d".formatted(at.getNano());
                case "MILLIS" -> Long.toString(at.toEpochMilli());
                default -> at.getEpochSecond() + "%09d".formatted(at.getNano());
              };
            });
  }

  @Override
  public String toString() {
    return name;
  }
}
