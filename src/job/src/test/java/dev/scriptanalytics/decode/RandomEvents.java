package dev.scriptanalytics.decode;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Makes run events that are JSON, and otherwise anything: fields in any subset, order and number,
 * of any type, escaped here and there; a good part of them can be used.
 */
final class RandomEvents {
  private static final String[] OPTIONAL_TEXTS = {
    "account", "deployment_id", "function", "source_type", "source", "trace_id"
  };

  /** The status words of EVENTS.md, without what separates their parts. */
  static final List<String> IN_PROGRESS =
      List.of("inprogress", "started", "running", "queued", "pending", "scheduled");

  static final List<String> SUCCESS =
      List.of(
          "success",
          "succeeded",
          "successful",
          "complete",
          "completed",
          "done",
          "finished",
          "passed",
          "ok");

  static final List<String> FAILED =
      List.of(
          "failed",
          "failure",
          "error",
          "errored",
          "timeout",
          "timedout",
          "cancelled",
          "canceled",
          "aborted",
          "killed",
          "crashed",
          "terminated",
          "interrupted");

  private static final List<List<String>> STATUS_WORDS = List.of(IN_PROGRESS, SUCCESS, FAILED);
  private static final String[] CHARACTERS = {
    "a", "Z", "0", " ", "\"", "\\", "/", "\n", "\r", "\t", "\u0000", "\u001f", "\u007f", "é", "ß",
    "\u0800", "€", "\u2028", "\uffff", "😀", "𝒳", "{", "}", "[", "]", ",", ":"
  };

  /** The depth from which a document is no container. */
  private static final int LEAVES = 5;

  private static final Map<String, String> OTHER_NAMES =
      Map.of(
          "runId",
          "run_id",
          "job_id",
          "run_id",
          "startedAt",
          "started_at",
          "responseTimeMs",
          "response_time_ms");

  private final Random random;
  private final Instant arrival;

  RandomEvents(long seed, Instant arrival) {
    this.random = new Random(seed);
    this.arrival = arrival;
  }

  /** The next event, in UTF-8. */
  byte[] next() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    JsonFactory factory =
        new JsonFactoryBuilder().configure(JsonWriteFeature.ESCAPE_NON_ASCII, chance(4)).build();
    try (JsonGenerator to = factory.createGenerator(bytes)) {
      if (chance(3)) {
        to.setCharacterEscapes(new SomeLetters(random));
      }
      if (chance(4)) {
        to.useDefaultPrettyPrinter();
      }
      to.writeStartObject();
      List<String> fields = fields();
      Collections.shuffle(fields, random);
      for (String field : fields) {
        to.writeFieldName(field);
        value(field, to);
      }
      to.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** The event with a piece of it changed, left out, doubled, or taken from the other. */
  static byte[] mutated(byte[] bytes, byte[] other, Random random) {
    int at = random.nextInt(bytes.length + 1);
    int length = Math.min(random.nextInt(12), bytes.length - at);
    ByteArrayOutputStream mutated = new ByteArrayOutputStream();
    mutated.write(bytes, 0, at);
    switch (random.nextInt(9)) {
      case 0 -> {
        return mutated.toByteArray().length == 0 ? bytes : mutated.toByteArray();
      }
      case 1 -> mutated.write(random.nextInt(256));
      case 2 -> mutated.writeBytes("{}[],:\"\\0-.eE tfn\u00e4".getBytes(UTF_8));
      case 3 -> mutated.write(bytes, at, length);
      case 4 -> {
        int from = random.nextInt(other.length);
        mutated.write(other, from, random.nextInt(other.length - from));
      }
      case 5 -> mutated.write("{}[],:\"\\0-1.eE tfn".charAt(random.nextInt(18)));
      case 6 -> mutated.writeBytes("-".getBytes(UTF_8));
      case 7 -> {
        return random.nextInt(50) == 0 ? new byte[0] : bytes;
      }
      default -> at += length;
    }
    mutated.write(bytes, at, bytes.length - at);
    return mutated.toByteArray();
  }

  private List<String> fields() {
    List<String> fields = new ArrayList<>();
    add(fields, 60, "run_id", "script", "status");
    switch (random.nextInt(8)) {
      case 0 -> add(fields, 10, "ended_at", "response_time_ms");
      case 1, 2 -> add(fields, 60, "started_at", "ended_at");
      case 3 -> add(fields, 60, "started_at", "response_time_ms");
      case 4 -> add(fields, 60, "started_at", "ended_at", "response_time_ms");
      default -> add(fields, 60, "started_at");
    }
    for (String field : OPTIONAL_TEXTS) {
      maybe(fields, field);
    }
    for (String field :
        List.of(
            "attempt",
            "phases",
            "deployment_version",
            "input",
            "output",
            "error",
            "stdout",
            "stderr",
            "resources")) {
      maybe(fields, field);
    }
    for (String alias : List.of("runId", "job_id", "startedAt", "responseTimeMs")) {
      if (chance(20)) {
        fields.add(alias);
      }
    }
    for (int i = random.nextInt(8) - 5; i > 0; i--) {
      fields.add(chance(2) ? "x" + random.nextInt(3) : text(6));
    }
    String again = fields.get(random.nextInt(fields.size()));
    // Of equal names the last counts, and of several names the first: not both at once here.
    if (chance(6) && !OTHER_NAMES.containsKey(again) && !OTHER_NAMES.containsValue(again)) {
      fields.add(again);
    }
    return fields;
  }

  /** Adds the fields but for one in so many. */
  private void add(List<String> fields, int butOneIn, String... names) {
    for (String name : names) {
      if (!chance(butOneIn)) {
        fields.add(name);
      }
    }
  }

  private void maybe(List<String> fields, String field) {
    if (chance(2)) {
      fields.add(field);
    }
  }

  private void value(String name, JsonGenerator to) throws IOException {
    String field = OTHER_NAMES.getOrDefault(name, name);
    boolean key = List.of("run_id", "script", "status", "account").contains(field);
    if (chance(key || field.endsWith("_at") || field.startsWith("response") ? 100 : 8)) {
      // Its names may be equal, and so it is no object of phases.
      document(to, field.equals("phases") ? LEAVES : 0);
      return;
    }
    switch (field) {
      case "status" -> to.writeString(status());
      case "started_at", "ended_at" -> time(field.equals("ended_at") ? 60 : 0, to);
      case "response_time_ms" -> number(to);
      case "phases" -> phases(to);
      case "deployment_version", "attempt" -> {
        String version = Integer.toString(random.nextInt(field.equals("attempt") ? 4 : 100));
        if (chance(3)) {
          to.writeString(version);
        } else {
          to.writeNumber(version + (chance(3) ? ".0" : ""));
        }
      }
      case "input", "output" -> document(to, 0);
      case "error" -> {
        if (chance(4)) {
          to.writeString(text(40));
        } else {
          error(to);
        }
      }
      case "stdout", "stderr" -> textOrLines(to);
      case "resources" -> resources(to);
      default -> {
        if (field.startsWith("x")) {
          document(to, 0);
        } else {
          to.writeString(text(12));
        }
      }
    }
  }

  private String status() {
    if (chance(60)) {
      return text(5);
    }
    StringBuilder word = new StringBuilder();
    List<String> words = STATUS_WORDS.get(random.nextInt(STATUS_WORDS.size()));
    for (char letter : words.get(random.nextInt(words.size())).toCharArray()) {
      if (chance(10)) {
        word.append(" _-".charAt(random.nextInt(3)));
      }
      word.append(chance(3) ? Character.toUpperCase(letter) : letter);
    }
    return word.toString();
  }

  private void time(int plusSeconds, JsonGenerator to) throws IOException {
    long millisAgo = chance(60) ? random.nextLong(60L * 86_400_000) : random.nextInt(600_000);
    if (chance(60)) {
      millisAgo = -random.nextLong(2L * 86_400_000);
    }
    if (chance(200)) {
      to.writeNumber(-random.nextInt(1, 1_000_000));
      return;
    }
    Instant time =
        arrival
            .minusMillis(millisAgo)
            .plusSeconds(plusSeconds)
            .plusNanos(random.nextInt(1_000_000));
    BigDecimal seconds =
        BigDecimal.valueOf(time.getEpochSecond())
            .add(BigDecimal.valueOf(time.getNano()).movePointLeft(9));
    switch (random.nextInt(8)) {
      case 0 -> to.writeNumber(seconds.toPlainString());
      case 1 -> to.writeNumber(time.toEpochMilli());
      case 2 -> to.writeNumber(seconds.movePointRight(6).toPlainString());
      case 3 -> to.writeNumber(seconds.movePointRight(9).toBigInteger());
      case 4 -> to.writeNumber(time.getEpochSecond() + "e" + random.nextInt(2));
      case 5 -> {
        ZoneOffset offset = ZoneOffset.ofTotalSeconds(60 * (random.nextInt(24 * 60) - 12 * 60));
        to.writeString(OffsetDateTime.ofInstant(time, offset).toString());
      }
      default -> to.writeString(time.toString());
    }
  }

  private String figure() {
    return switch (random.nextInt(30)) {
      case 0 -> "-" + random.nextInt(3);
      case 1 -> "1e" + random.nextInt(400);
      case 2 -> "0";
      case 3, 4, 5, 6 -> random.nextInt(1000) + "." + random.nextInt(1000);
      case 7, 8 -> random.nextInt(1000) + "E-" + random.nextInt(3);
      default -> Integer.toString(random.nextInt(100_000));
    };
  }

  /** A figure, now and then in quotes. */
  private void number(JsonGenerator to) throws IOException {
    if (chance(6)) {
      to.writeString(figure());
    } else {
      to.writeNumber(figure());
    }
  }

  private void phases(JsonGenerator to) throws IOException {
    to.writeStartObject();
    List<String> names = new ArrayList<>(List.of("queue", "cold start", "inference", "ä\n\""));
    Collections.shuffle(names, random);
    for (String name : names.subList(0, random.nextInt(names.size()))) {
      to.writeFieldName(name);
      if (chance(6)) {
        document(to, 0);
      } else {
        number(to);
      }
    }
    to.writeEndObject();
  }

  private void error(JsonGenerator to) throws IOException {
    to.writeStartObject();
    List<String> fields = new ArrayList<>();
    for (String field : List.of("code", "errorCode", "message", "stack_trace", "cause")) {
      maybe(fields, field);
    }
    Collections.shuffle(fields, random);
    for (String field : fields) {
      to.writeFieldName(field);
      if (chance(6) || field.equals("cause")) {
        document(to, 0);
      } else if (field.equals("stack_trace")) {
        textOrLines(to);
      } else {
        to.writeString(text(20));
      }
    }
    to.writeEndObject();
  }

  private void resources(JsonGenerator to) throws IOException {
    to.writeStartObject();
    List<String> fields = new ArrayList<>();
    for (String field :
        List.of("memory_bytes", "cpu_ms", "cpuMs", "gpu_percent", "cold_start", "disk")) {
      maybe(fields, field);
    }
    Collections.shuffle(fields, random);
    for (String field : fields) {
      to.writeFieldName(field);
      if (chance(8) || field.equals("disk")) {
        document(to, 0);
      } else if (field.equals("cold_start")) {
        to.writeBoolean(chance(2));
      } else {
        number(to);
      }
    }
    to.writeEndObject();
  }

  private void textOrLines(JsonGenerator to) throws IOException {
    if (chance(2)) {
      to.writeString(text(30));
      return;
    }
    to.writeStartArray();
    for (int i = random.nextInt(5); i > 0; i--) {
      switch (random.nextInt(8)) {
        case 0 -> to.writeNumber(figure());
        case 1 -> to.writeNull();
        case 2 -> document(to, 0);
        default -> to.writeString(text(20));
      }
    }
    to.writeEndArray();
  }

  private void document(JsonGenerator to, int depth) throws IOException {
    switch (random.nextInt(depth >= LEAVES ? 5 : 7)) {
      case 0 -> to.writeNull();
      case 1 -> to.writeBoolean(chance(2));
      case 2 -> to.writeNumber(figure());
      case 3, 4 -> to.writeString(text(10));
      case 5 -> {
        to.writeStartArray();
        for (int i = random.nextInt(4); i > 0; i--) {
          document(to, depth + 1);
        }
        to.writeEndArray();
      }
      default -> {
        to.writeStartObject();
        for (int i = random.nextInt(4); i > 0; i--) {
          to.writeFieldName(chance(3) ? "run_id" : text(5));
          document(to, depth + 1);
        }
        to.writeEndObject();
      }
    }
  }

  private String text(int maxCharacters) {
    StringBuilder text = new StringBuilder();
    boolean plain = chance(2);
    for (int i = random.nextInt(maxCharacters + 1); i > 0; i--) {
      text.append(plain ? "abcxyz" : CHARACTERS[random.nextInt(CHARACTERS.length)]);
    }
    return text.toString();
  }

  private boolean chance(int oneIn) {
    return random.nextInt(oneIn) == 0;
  }

  /** Escapes letters that need no escape. */
  private static final class SomeLetters extends CharacterEscapes {
    private static final long serialVersionUID = 1;

    private final int[] escapes = standardAsciiEscapesForJSON();

    SomeLetters(Random random) {
      for (int letter = 'a'; letter <= 'z'; letter++) {
        if (random.nextInt(4) == 0) {
          escapes[letter] = CharacterEscapes.ESCAPE_STANDARD;
        }
      }
    }

    @Override
    public int[] getEscapeCodesForAscii() {
      return escapes;
    }

    @Override
    public SerializableString getEscapeSequence(int character) {
      return null;
    }
  }
}
