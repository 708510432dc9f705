package dev.scriptanalytics.decode;

import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.scriptanalytics.event.DeadLetterReason;
import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.kafka.KafkaRecord;
import dev.scriptanalytics.row.RowReader;
import dev.scriptanalytics.shape.ErrorGroups;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Whatever the event, the decoder gives what the documentation says: held against a second reading
 * of it, slow and simple, through Jackson's tree.
 */
class RunDecoderAgainstJacksonTest {
  private static final String HASH_KEY = "000102030405060708090a0b0c0d0e0f";
  private static final Instant ARRIVAL = Instant.parse("2025-05-14T06:10:00Z");
  private static final ObjectMapper JACKSON =
      new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

  @Test
  void readsRandomEventsAsTheDocumentationSays() throws Exception {
    RandomEvents events = new RandomEvents(1, ARRIVAL);
    RunDecoder decoder = new RunDecoder(limits(1 << 20, 1 << 20), HASH_KEY);
    Map<DeadLetterReason, Integer> rejected = new EnumMap<>(DeadLetterReason.class);
    Map<List<Object>, List<Long>> identities = new HashMap<>();
    int accepted = 0;
    for (int i = 0; i < 12_000; i++) {
      byte[] json = events.next();
      Reading expected = new Reading(withoutNeedlessEscapes(json), limits(1 << 20, 1 << 20));
      try {
        ScriptEvent event = decoder.decode(record(json), ARRIVAL.toEpochMilli());
        Map<String, Object> row = RowReader.runRow(event.row);
        expected.check(row, event, json);
        List<Long> hash = List.of(event.hashHigh, event.hashLow);
        assertThat(identities.merge(run(row), hash, (one, other) -> one)).isEqualTo(hash);
        accepted++;
      } catch (UnusableRecordException e) {
        assertThat(expected.faults).as(new String(json, UTF_8)).contains(e.reason());
        rejected.merge(e.reason(), 1, Integer::sum);
      }
    }
    assertThat(accepted).isGreaterThan(5_000);
    assertThat(rejected.keySet())
        .contains(
            DeadLetterReason.MISSING_FIELD,
            DeadLetterReason.WRONG_TYPE,
            DeadLetterReason.BAD_VALUE,
            DeadLetterReason.NEGATIVE_TIME,
            DeadLetterReason.TOO_OLD,
            DeadLetterReason.TOO_FAR_AHEAD);
    assertThat(identities.values()).as("no two runs with one identity").doesNotHaveDuplicates();
  }

  @Test
  void cutsRandomEventsAsTheDocumentationSays() throws Exception {
    RandomEvents events = new RandomEvents(2, ARRIVAL);
    Random random = new Random(2);
    int cut = 0;
    for (int i = 0; i < 6_000; i++) {
      EventLimits limits = limits(8 + random.nextInt(40), random.nextInt(60));
      byte[] json = events.next();
      Reading expected = new Reading(withoutNeedlessEscapes(json), limits);
      try {
        ScriptEvent event =
            new RunDecoder(limits, HASH_KEY).decode(record(json), ARRIVAL.toEpochMilli());
        Map<String, Object> row = RowReader.runRow(event.row);
        expected.check(row, event, json);
        cut += ((List<?>) row.get("truncated")).size();
      } catch (UnusableRecordException e) {
        assertThat(expected.faults).as(new String(json, UTF_8)).contains(e.reason());
      }
    }
    assertThat(cut).isGreaterThan(2_000);
  }

  /** The event with characters in place of escapes, where JSON allows them. */
  private static byte[] withoutNeedlessEscapes(byte[] json) {
    String decoded =
        Pattern.compile("\\\\(?:u([0-9a-fA-F]{4})|.)", Pattern.DOTALL)
            .matcher(new String(json, UTF_8))
            .replaceAll(
                escape -> {
                  String digits = escape.group(1);
                  int unit = digits == null ? 0 : Integer.parseInt(digits, 16);
                  boolean needed = unit < ' ' || unit == '"' || unit == '\\';
                  boolean slash = escape.group().equals("\\/");
                  return Matcher.quoteReplacement(
                      slash ? "/" : needed ? escape.group() : Character.toString(unit));
                });
    return new String(decoded.getBytes(UTF_16BE), UTF_16BE).getBytes(UTF_8);
  }

  @Test
  void survivesGarbageAndForgetsIt() throws Exception {
    RandomEvents events = new RandomEvents(3, ARRIVAL);
    Random random = new Random(3);
    RunDecoder reused = new RunDecoder(limits(64, 256), HASH_KEY);
    Map<DeadLetterReason, Integer> rejected = new EnumMap<>(DeadLetterReason.class);
    int accepted = 0;
    for (int i = 0; i < 12_000; i++) {
      byte[] garbage = events.next();
      byte[] other = events.next();
      for (int mutations = random.nextInt(4); mutations > 0; mutations--) {
        garbage = RandomEvents.mutated(garbage, other, random);
      }
      Object verdict = verdict(reused, garbage);
      assertThat(verdict)
          .as(() -> "of a decoder that is not fresh")
          .isEqualTo(verdict(new RunDecoder(limits(64, 256), HASH_KEY), garbage));
      if (verdict instanceof Verdict unusable) {
        assertThat(unusable.detail()).isNotBlank().hasSizeLessThan(502);
        rejected.merge(unusable.reason(), 1, Integer::sum);
      } else {
        accepted++;
      }
    }
    assertThat(accepted).isGreaterThan(1_500);
    assertThat(rejected.keySet())
        .containsAll(
            EnumSet.complementOf(
                EnumSet.of(
                    DeadLetterReason.TOO_LARGE,
                    DeadLetterReason.NOT_PROTOBUF,
                    DeadLetterReason.CONTRADICTING_START,
                    DeadLetterReason.CONTRADICTING_END,
                    DeadLetterReason.END_AFTER_TIMEOUT,
                    DeadLetterReason.LATE_START)));
  }

  private record Verdict(DeadLetterReason reason, String detail) {}

  /** What is wrong with the record, or all that was made of it. */
  private static Object verdict(RunDecoder decoder, byte[] value) throws IOException {
    try {
      ScriptEvent event = decoder.decode(record(value), ARRIVAL.toEpochMilli());
      Map<String, Object> row = RowReader.runRow(event.row);
      if (!row.get("extra").equals("")) {
        assertThat(JACKSON.readTree((String) row.get("extra"))).isInstanceOf(ObjectNode.class);
      }
      // Such limits as these cut nothing else that must be JSON.
      for (String document : List.of("input", "output")) {
        if (!row.get(document).equals("") && !((List<?>) row.get("truncated")).contains(document)) {
          assertThat(JACKSON.readTree((String) row.get(document))).isNotNull();
        }
      }
      return List.of(
          row,
          event.hashHigh,
          event.hashLow,
          Arrays.toString(event.stdout),
          Arrays.toString(event.stderr));
    } catch (UnusableRecordException e) {
      return new Verdict(e.reason(), e.getMessage());
    }
  }

  private static List<Object> run(Map<String, Object> row) {
    return List.of(row.get("account"), row.get("run_id"));
  }

  private static KafkaRecord record(byte[] value) {
    return new KafkaRecord("script-runs", 0, 0, ARRIVAL.toEpochMilli(), value);
  }

  private static EventLimits limits(int nameBytes, int otherBytes) {
    return new EventLimits(
        Duration.ofDays(30).toMillis(),
        Duration.ofDays(1).toMillis(),
        1 << 20,
        nameBytes,
        otherBytes,
        otherBytes,
        otherBytes,
        otherBytes,
        64,
        30,
        Map.of());
  }

  /** A value, its name in the event, and how it was written. */
  private record Field(String name, JsonNode value, String source) {
    static final Field ABSENT = new Field("", null, "");

    /** Whether there is nothing: null counts as absent. */
    boolean isAbsent() {
      return value == null || value.isNull();
    }

    boolean isMissing() {
      return isAbsent() || (value.isTextual() && value.textValue().isEmpty());
    }

    boolean isText() {
      return !isAbsent() && (value.isTextual() || value.isNumber());
    }

    String text() {
      return value.isTextual() ? value.textValue() : source;
    }
  }

  /** The second reading. */
  private static final class Reading {
    private static final Map<String, String> STATUS = new HashMap<>();

    /** By the names of EVENTS.md. */
    private static final Map<String, List<String>> OTHER_NAMES =
        Map.of(
            "run_id", List.of("runId", "job_id", "jobId"),
            "started_at", List.of("startedAt"),
            "response_time_ms", List.of("responseTimeMs"),
            "code", List.of("error_code", "errorCode"),
            "cpu_ms", List.of("cpuMs"));

    static {
      for (String word : RandomEvents.IN_PROGRESS) {
        STATUS.put(word, "In Progress");
      }
      for (String word : RandomEvents.SUCCESS) {
        STATUS.put(word, "Success");
      }
      for (String word : RandomEvents.FAILED) {
        STATUS.put(word, "Failed");
      }
    }

    final Set<DeadLetterReason> faults = EnumSet.noneOf(DeadLetterReason.class);
    // Why the times and the response time cannot be read that cannot be.
    private final Set<DeadLetterReason> unreadable = EnumSet.noneOf(DeadLetterReason.class);
    private final EventLimits limits;
    private final Map<String, Field> fields;
    private final Map<String, Object> row = new LinkedHashMap<>();
    private final List<String> truncated = new ArrayList<>();
    private final ObjectNode extra = JACKSON.createObjectNode();

    Reading(byte[] json, EventLimits limits) throws IOException {
      this.limits = limits;
      this.fields = fieldsOf(json);
      readKeys();
      boolean ended = readTimes();
      for (String name : List.of("function", "source_type", "source", "trace_id")) {
        row.put(name, text(name, fields, name, limits.maxNameBytes(), extra));
      }
      readDeployment();
      readError();
      putErrorGroup();
      for (String name : List.of("input", "output")) {
        Field document = take(name);
        row.put(
            name, document.isAbsent() ? "" : cut(name, document.source, limits.maxInputBytes()));
      }
      readResources();
      readPhases();
      row.put("stdout", captured("stdout", ended));
      row.put("stderr", captured("stderr", ended));
      row.put("retention_days", 30);
      fields.forEach((name, field) -> extra.set(field.name, field.value));
    }

    /** Compares all there is, the extra fields as far as they fit. */
    void check(Map<String, Object> actual, ScriptEvent event, byte[] json) throws IOException {
      String source = new String(json, UTF_8);
      assertThat(faults).as(source).isEmpty();
      Map<String, Object> actualRow = new LinkedHashMap<>(actual);
      String actualExtra = (String) actualRow.remove("extra");
      assertThat(actualRow.remove("redacted")).as(source).isEqualTo(List.of());
      List<Object> actualTruncated = new ArrayList<>((List<?>) actualRow.remove("truncated"));
      boolean incomplete = actualTruncated.remove("extra");
      actualRow.put("stdout", event.stdout == null ? null : new String(event.stdout, UTF_8));
      actualRow.put("stderr", event.stderr == null ? null : new String(event.stderr, UTF_8));

      assertThat(actualRow).as(source).containsExactlyInAnyOrderEntriesOf(row);
      assertThat(actualTruncated).as(source).containsExactlyInAnyOrderElementsOf(truncated);
      assertThat(actualExtra.getBytes(UTF_8).length).isLessThanOrEqualTo(limits.maxInputBytes());
      JsonNode actualFields =
          actualExtra.isEmpty() ? JACKSON.createObjectNode() : JACKSON.readTree(actualExtra);
      if (actualExtra.isEmpty() || !incomplete) {
        assertThat(actualExtra.isEmpty()).as(source).isEqualTo(incomplete || extra.isEmpty());
      }
      if (!incomplete) {
        assertThat(actualFields).as(source).isEqualTo(extra);
      } else {
        actualFields
            .fieldNames()
            .forEachRemaining(name -> assertThat(extra.has(name)).as(name).isTrue());
      }
    }

    private void readKeys() {
      Field attempt = take("attempt");
      BigDecimal number = wholeNumber(attempt);
      if (number == null && !attempt.isMissing()) {
        extra.set("attempt", attempt.value);
      }
      for (String name : List.of("account", "run_id", "script")) {
        Field key = take(name);
        if (key.isMissing()) {
          if (!name.equals("account")) {
            faults.add(DeadLetterReason.MISSING_FIELD);
          }
          row.put(name, "default");
        } else if (!key.isText()) {
          faults.add(DeadLetterReason.WRONG_TYPE);
        } else {
          if (key.text().getBytes(UTF_8).length > limits.maxNameBytes()) {
            faults.add(DeadLetterReason.BAD_VALUE);
          }
          boolean again =
              name.equals("run_id") && number != null && number.compareTo(BigDecimal.ONE) > 0;
          row.put(name, key.text() + (again ? "#" + number.toBigInteger() : ""));
        }
      }
    }

    /** A whole number from 0 to the largest UInt32, which may be in quotes; else null. */
    private static BigDecimal wholeNumber(Field field) {
      if (!field.isAbsent() && (field.value.isNumber() || field.text().matches("[0-9]{1,10}"))) {
        BigDecimal number = new BigDecimal(field.text());
        if (number.signum() >= 0
            && number.compareTo(BigDecimal.valueOf(0xffff_ffffL)) <= 0
            && number.remainder(BigDecimal.ONE).signum() == 0) {
          return number;
        }
      }
      return null;
    }

    private boolean readTimes() {
      Field word = take("status");
      String status = "";
      if (word.isMissing()) {
        faults.add(DeadLetterReason.MISSING_FIELD);
      } else if (!word.isText()) {
        faults.add(DeadLetterReason.WRONG_TYPE);
      } else {
        String normal = word.text().replaceAll("[\\s_-]", "").toLowerCase(Locale.ROOT);
        status = STATUS.getOrDefault(normal, "");
        if (status.isEmpty()) {
          faults.add(DeadLetterReason.BAD_VALUE);
        }
        row.put("original_status", cut("original_status", word.text(), limits.maxNameBytes()));
      }
      boolean ended = !status.equals("In Progress");
      Instant start = time(take("started_at"));
      Field endField = take("ended_at");
      Instant end = time(endField);
      Field responseTimeField = take("response_time_ms");
      Double responseTime = responseTime(responseTimeField);
      if (!ended) {
        keep(endField);
      }
      if (!status.equals("Success")) {
        keep(responseTimeField);
      }
      if (start != null && end != null && ended) {
        if (end.isBefore(start.minusSeconds(60))) {
          faults.add(DeadLetterReason.BAD_VALUE);
        }
        end = end.isBefore(start) ? start : end;
        if (responseTime == null) {
          responseTime = (micros(end) - micros(start)) / 1000.0;
        }
      }
      if (start == null && end != null && responseTime == null && ended) {
        start = end;
      }
      if (start == null) {
        if (end == null || responseTime == null) {
          faults.addAll(unreadable.isEmpty() ? Set.of(DeadLetterReason.MISSING_FIELD) : unreadable);
          start = ARRIVAL;
        } else {
          start = limited(end.minus(Math.round(responseTime * 1000), ChronoUnit.MICROS));
        }
      }
      if (end == null && ended && responseTime != null) {
        end = limited(start.plus(Math.round(responseTime * 1000), ChronoUnit.MICROS));
      }
      row.put("status", status);
      row.put("version", ended ? 2 : 1);
      row.put("executed_on", start.truncatedTo(ChronoUnit.MILLIS));
      row.put("response_time", status.equals("Success") ? responseTime : null);
      row.put("ended_on", ended && end != null ? end.truncatedTo(ChronoUnit.MILLIS) : null);
      return ended;
    }

    private static long micros(Instant time) {
      return time.getEpochSecond() * 1_000_000 + time.getNano() / 1000;
    }

    private Double responseTime(Field field) {
      if (field.isMissing()) {
        return null;
      }
      Double millis = figure(field);
      if (millis == null) {
        setUnreadable(field, DeadLetterReason.WRONG_TYPE);
        return null;
      }
      if (Double.isInfinite(millis) || millis < 0 || millis > 1e12) {
        setUnreadable(field, DeadLetterReason.BAD_VALUE);
        return null;
      }
      return millis == 0 ? 0.0 : millis;
    }

    /** A number, which may be in quotes; else null. */
    private static Double figure(Field field) {
      boolean number =
          !field.isAbsent()
              && (field.value.isNumber()
                  || field.text().strip().matches("-?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]+)?"));
      return number ? Double.valueOf(field.text().strip()) : null;
    }

    private Instant time(Field field) {
      if (field.isMissing()) {
        return null;
      }
      if (!field.value.isTextual() && !field.value.isNumber()) {
        setUnreadable(field, DeadLetterReason.WRONG_TYPE);
        return null;
      }
      String text = field.value.isTextual() ? field.value.textValue() : field.source;
      BigDecimal number;
      try {
        Instant time = OffsetDateTime.parse(text).toInstant();
        return limited(time.truncatedTo(ChronoUnit.MICROS));
      } catch (RuntimeException noText) {
        try {
          number = new BigDecimal(text);
        } catch (NumberFormatException noNumber) {
          setUnreadable(field, DeadLetterReason.BAD_VALUE);
          return null;
        }
      }
      int unit = 6;
      for (String bound : List.of("1e11", "1e14", "1e17")) {
        unit -= number.abs().compareTo(new BigDecimal(bound)) >= 0 ? 3 : 0;
      }
      BigDecimal micros = number.movePointRight(unit).setScale(0, RoundingMode.FLOOR);
      if (micros.abs().compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
        setUnreadable(field, DeadLetterReason.BAD_VALUE);
        return null;
      }
      return limited(Instant.EPOCH.plus(micros.longValue(), ChronoUnit.MICROS));
    }

    private void setUnreadable(Field field, DeadLetterReason reason) {
      unreadable.add(reason);
      keep(field);
    }

    private void keep(Field field) {
      if (!field.isMissing()) {
        extra.set(field.name, field.value);
      }
    }

    private Instant limited(Instant time) {
      if (time.isBefore(Instant.EPOCH)) {
        faults.add(DeadLetterReason.NEGATIVE_TIME);
      } else if (time.isBefore(ARRIVAL.minus(Duration.ofDays(30)))) {
        faults.add(DeadLetterReason.TOO_OLD);
      } else if (time.truncatedTo(ChronoUnit.MILLIS).isAfter(ARRIVAL.plus(Duration.ofDays(1)))) {
        faults.add(DeadLetterReason.TOO_FAR_AHEAD);
      }
      return time;
    }

    private void readDeployment() {
      Field version = take("deployment_version");
      BigDecimal number = wholeNumber(version);
      row.put("deployment_version", number == null ? 0 : unsigned(number.longValueExact()));
      if (number == null && !version.isMissing()) {
        Field id = fields.getOrDefault("deployment_id", Field.ABSENT);
        if (id.isMissing() && version.isText()) {
          fields.put("deployment_id", version);
        } else {
          extra.set("deployment_version", version.value);
        }
      }
      row.put(
          "deployment_id",
          text("deployment_id", fields, "deployment_id", limits.maxNameBytes(), extra));
    }

    private static Object unsigned(long number) {
      return number <= Integer.MAX_VALUE ? (Object) (int) number : (Object) number;
    }

    private void readPhases() throws IOException {
      Map<String, Double> read = new LinkedHashMap<>();
      row.put("phases", read);
      Field phases = take("phases");
      if (phases.isAbsent()) {
        return;
      }
      if (!phases.value.isObject()) {
        extra.set("phases", phases.value);
        return;
      }
      ObjectNode rest = JACKSON.createObjectNode();
      boolean wasCut = false;
      for (Map.Entry<String, Field> phase : fieldsOf(phases.source.getBytes(UTF_8)).entrySet()) {
        Double millis = figure(phase.getValue());
        if (millis != null && millis >= 0 && millis <= 1e18) {
          List<String> cutNames = new ArrayList<>(truncated);
          read.put(cut("phases", phase.getKey(), limits.maxNameBytes()), millis + 0.0);
          wasCut |= truncated.size() > cutNames.size();
          truncated.clear();
          truncated.addAll(cutNames);
        } else if (!phase.getValue().isAbsent()) {
          rest.set(phase.getKey(), phase.getValue().value);
        }
      }
      if (wasCut) {
        truncated.add("phases");
      }
      if (!rest.isEmpty()) {
        extra.set("phases", rest);
      }
    }

    private void putErrorGroup() {
      boolean hasFailed = "Failed".equals(row.get("status"));
      row.put(
          "error_group",
          hasFailed
              ? new ErrorGroups().of(utf8("error_code"), utf8("error_message"), utf8("error_stack"))
              : 0L);
    }

    private byte[] utf8(String column) {
      return ((String) row.get(column)).getBytes(UTF_8);
    }

    private void readError() throws IOException {
      row.put("error_code", "");
      row.put("error_message", "");
      row.put("error_stack", "");
      Field error = fields.getOrDefault("error", Field.ABSENT);
      if (error.isAbsent() || !error.value.isObject()) {
        row.put(
            "error_message",
            text("error", fields, "error_message", limits.maxMessageBytes(), extra));
        return;
      }
      fields.remove("error");
      Map<String, Field> parts = fieldsOf(error.source.getBytes(UTF_8));
      ObjectNode rest = JACKSON.createObjectNode();
      row.put("error_code", text("code", parts, "error_code", limits.maxNameBytes(), rest));
      row.put(
          "error_message", text("message", parts, "error_message", limits.maxMessageBytes(), rest));
      Field stack = parts.getOrDefault("stack_trace", Field.ABSENT);
      if (!stack.isAbsent() && stack.value.isArray()) {
        parts.remove("stack_trace");
        row.put("error_stack", cut("error_stack", lines(stack), limits.maxStackTraceBytes()));
      } else {
        row.put(
            "error_stack",
            text("stack_trace", parts, "error_stack", limits.maxStackTraceBytes(), rest));
      }
      parts.forEach((name, field) -> rest.set(field.name, field.value));
      if (!rest.isEmpty()) {
        extra.set("error", rest);
      }
    }

    private void readResources() throws IOException {
      for (String name : List.of("memory_bytes", "cpu_ms", "gpu_percent", "cold_start")) {
        row.put(name, null);
      }
      Field resources = take("resources");
      if (resources.isAbsent()) {
        return;
      }
      if (!resources.value.isObject()) {
        extra.set("resources", resources.value);
        return;
      }
      Map<String, Field> parts = fieldsOf(resources.source.getBytes(UTF_8));
      ObjectNode rest = JACKSON.createObjectNode();
      parts.forEach(
          (name, field) -> {
            boolean figure = List.of("memory_bytes", "cpu_ms", "gpu_percent").contains(name);
            double value = figure(field) == null ? -1 : figure(field);
            if (figure && value >= 0 && value < 0x1p63) {
              row.put(name, name.equals("memory_bytes") ? (Object) (long) value : (Object) value);
            } else if (name.equals("cold_start") && field.value.isBoolean()) {
              row.put(name, field.value.booleanValue());
            } else if (!(figure || name.equals("cold_start")) || !field.isAbsent()) {
              rest.set(field.name, field.value);
            }
          });
      if (!rest.isEmpty()) {
        extra.set("resources", rest);
      }
    }

    private String captured(String name, boolean ended) throws IOException {
      Field field = take(name);
      if (field.isMissing()) {
        return null;
      }
      if (ended && field.value.isArray()) {
        return lines(field);
      }
      if (ended && field.value.isTextual()) {
        return field.value.textValue();
      }
      if (ended && field.value.isNumber()) {
        return field.source;
      }
      extra.set(name, field.value);
      return null;
    }

    private Field take(String name) {
      Field field = fields.remove(name);
      return field == null ? Field.ABSENT : field;
    }

    private String text(
        String name, Map<String, Field> from, String column, int maxBytes, ObjectNode rest) {
      Field field = from.remove(name);
      if (field == null || field.isAbsent()) {
        return "";
      }
      if (field.value.isTextual() || field.value.isNumber()) {
        String text = field.value.isTextual() ? field.value.textValue() : field.source;
        return cut(column, text, maxBytes);
      }
      rest.set(field.name, field.value);
      return "";
    }

    private String cut(String column, String text, int maxBytes) {
      StringBuilder kept = new StringBuilder();
      int bytes = 0;
      for (int character : text.codePoints().toArray()) {
        bytes += Character.toString(character).getBytes(UTF_8).length;
        if (bytes > maxBytes) {
          truncated.add(column);
          break;
        }
        kept.appendCodePoint(character);
      }
      return kept.toString();
    }

    /** Items one below the other, strings as their text. */
    private static String lines(Field array) throws IOException {
      List<String> lines = new ArrayList<>();
      for (Field item : itemsOf(array.source.getBytes(UTF_8))) {
        lines.add(item.value.isTextual() ? item.value.textValue() : item.source);
      }
      assertThat(lines).hasSameSizeAs((ArrayNode) array.value);
      return String.join("\n", lines);
    }

    /** The fields of an object; of those with one name, the last. */
    private static Map<String, Field> fieldsOf(byte[] json) throws IOException {
      Map<String, Field> fields = new LinkedHashMap<>();
      try (JsonParser parser = new JsonFactory().createParser(json)) {
        assertThat(parser.nextToken()).isEqualTo(JsonToken.START_OBJECT);
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String name = parser.currentName();
          parser.nextToken();
          fields.put(name, fieldAt(name, parser, json));
        }
      }
      OTHER_NAMES.forEach((name, others) -> useFirstName(fields, name, others));
      return fields;
    }

    /** Of several names of one field, the first one with a value counts. */
    private static void useFirstName(Map<String, Field> fields, String name, List<String> others) {
      List<String> names = new ArrayList<>(others);
      names.add(0, name);
      List<String> present = fields.keySet().stream().filter(names::contains).toList();
      names.retainAll(present);
      if (present.isEmpty()) {
        return;
      }
      String chosen =
          names.stream()
              .filter(found -> !fields.get(found).isMissing())
              .findFirst()
              .orElse(present.get(0));
      Field field = fields.remove(chosen);
      names.forEach(found -> fields.computeIfPresent(found, (n, f) -> f.isAbsent() ? null : f));
      Field other = fields.remove(name);
      fields.put(name, field);
      if (other != null) {
        fields.put("unused " + name, other);
      }
    }

    private static List<Field> itemsOf(byte[] json) throws IOException {
      List<Field> items = new ArrayList<>();
      try (JsonParser parser = new JsonFactory().createParser(json)) {
        assertThat(parser.nextToken()).isEqualTo(JsonToken.START_ARRAY);
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          items.add(fieldAt("", parser, json));
        }
      }
      return items;
    }

    private static Field fieldAt(String name, JsonParser parser, byte[] json) throws IOException {
      int from = (int) parser.currentTokenLocation().getByteOffset();
      parser.skipChildren();
      parser.finishToken();
      int to = (int) parser.currentLocation().getByteOffset();
      byte[] source = Arrays.copyOfRange(json, from, to);
      return new Field(name, JACKSON.readTree(source), new String(source, UTF_8));
    }
  }
}
