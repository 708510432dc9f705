package dev.scriptanalytics.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptanalytics.json.JsonObjectScanner.Kind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Whatever the text, the scanner gives Jackson's verdict, and where both accept it, Jackson's
 * fields.
 *
 * <p>Jackson runs with its defaults but for limits on the length of names and strings, which the
 * scanner has not; and what looks like UTF-16 or UTF-32 is read as UTF-8 all the same.
 */
class JsonObjectScannerAgainstJacksonTest {
  private static final String[] NAMES = {
    "a", "run_id", "status", "deployment_version", "", "a\"b", "über", "€😀",
  };
  private static final String[] OTHER_NAMES = {
    "b",
    "run_i",
    "run_id_",
    "Status",
    "deployment_versiom",
    "\\",
    "ube\u0301r",
    "\ud83d\ude01",
    "\0",
  };

  private static final ObjectMapper JACKSON = mapper(new JsonFactory());
  private static final ObjectMapper JACKSON_UTF8 =
      mapper(JsonFactory.builder().disable(JsonFactory.Feature.CHARSET_DETECTION).build());

  private final JsonObjectScanner scanner = new JsonObjectScanner(NAMES);
  private int accepted;
  private int refused;

  @Test
  void findsTheSameInRandomObjects() {
    Random random = new Random(1);
    for (int i = 0; i < 120_000; i++) {
      compare(randomObject(random).getBytes(UTF_8), random);
    }
    assertThat(accepted).isEqualTo(120_000);
  }

  @Test
  void judgesMutatedObjectsAlike() {
    Random random = new Random(2);
    for (int i = 0; i < 200_000; i++) {
      byte[] bytes = randomObject(random).getBytes(UTF_8);
      for (int mutations = 1 + random.nextInt(3); mutations > 0; mutations--) {
        bytes = mutated(bytes, random);
      }
      compare(bytes, random);
    }
    assertThat(accepted).isGreaterThan(20_000);
    assertThat(refused).isGreaterThan(50_000);
  }

  @Test
  void judgesSoupsOfTokensAlike() {
    String[] tokens = {
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      "\"",
      "\\",
      "\"a\"",
      "\"a\":",
      ",\"b\":",
      "\"\"",
      "null",
      "true",
      "false",
      "nul",
      "True",
      "0",
      "-",
      "1",
      "12",
      ".",
      ".5",
      "e",
      "E+",
      "-0",
      "1e5",
      "NaN",
      "+1",
      "Infinity",
      " ",
      "\n",
      "\t",
      "\r",
      "\f",
      "\u0000",
      "\u001f",
      "\u007f",
      "\u00a0",
      "\u2028",
      "\ufeff",
      "é",
      "😀",
      "\\n",
      "\\u",
      "\\u0041",
      "\\ud83d",
      "\\ude00",
      "\\x",
      "'",
      "'a'",
      "/**/",
      "//",
      "#",
      "x",
      "{}",
      "[]",
      "\"a\":1",
      "\"run_id\":\"x\"",
    };
    Random random = new Random(3);
    for (int i = 0; i < 150_000; i++) {
      StringBuilder json = new StringBuilder(random.nextInt(8) == 0 ? "" : "{");
      if (random.nextBoolean()) {
        json.append("\"a\":");
      }
      for (int count = random.nextInt(7); count > 0; count--) {
        json.append(tokens[random.nextInt(tokens.length)]);
      }
      compare(json.append(random.nextInt(8) == 0 ? "" : "}").toString().getBytes(UTF_8), random);
    }
    assertThat(accepted).isGreaterThan(2_000);
    assertThat(refused).isGreaterThan(50_000);
  }

  @Test
  void judgesEveryTruncationAlike() {
    Random random = new Random(4);
    for (int i = 0; i < 200; i++) {
      byte[] bytes = ("\ufeff" + randomObject(random)).getBytes(UTF_8);
      for (int length = 0; length < bytes.length; length++) {
        compare(Arrays.copyOf(bytes, length), random);
      }
    }
    assertThat(refused).isGreaterThan(10_000);
  }

  @Test
  void hasTheSameLimitOfNesting() {
    Random random = new Random(5);
    for (int depth = 990; depth <= 1010; depth++) {
      for (int i = 0; i < 20; i++) {
        StringBuilder opening = new StringBuilder();
        StringBuilder closing = new StringBuilder();
        for (int level = 1; level < depth; level++) {
          boolean object = i == 0 || (i > 1 && random.nextBoolean());
          opening.append(object ? "{\"k\":" : "[");
          closing.append(object ? '}' : ']');
        }
        String inner = List.of("0", "\"\"", "null", "true").get(i % 4);
        String name = i < 10 ? "a" : "x";
        String json = "{\"" + name + "\":" + opening + inner + closing.reverse() + "}";
        compare(json.getBytes(UTF_8), random);
        compare(json.replace("0", "[]").getBytes(UTF_8), random);
        compare(json.replace("\"\"", "{}").getBytes(UTF_8), random);
        compare(json.replace("]", "}").getBytes(UTF_8), random);
      }
    }
    assertThat(accepted).isGreaterThan(300);
    assertThat(refused).isGreaterThan(300);
  }

  @Test
  void hasTheSameLimitOfDigits() {
    Random random = new Random(6);
    for (int i = 0; i < 3_000; i++) {
      int digits = 990 + random.nextInt(20);
      int integer = 1 + random.nextInt(digits);
      int fraction = random.nextInt(digits - integer + 1);
      int exponent = digits - integer - fraction;
      String number =
          (random.nextBoolean() ? "-" : "")
              + digits(random, integer, random.nextInt(4) == 0 ? "0" : "9")
              + (fraction == 0 ? "" : "." + digits(random, fraction, ""))
              + (exponent == 0
                  ? ""
                  : (random.nextBoolean() ? "e-" : "E") + digits(random, exponent, "0"));
      compare(("{\"a\":" + number + "}").getBytes(UTF_8), random);
      compare(("{\"x\":[" + number + "]}").getBytes(UTF_8), random);
    }
    assertThat(accepted).isGreaterThan(1_000);
    assertThat(refused).isGreaterThan(1_000);
  }

  @Test
  void survivesBytesThatAreNotUtf8() {
    Random random = new Random(7);
    int refusals = 0;
    for (int i = 0; i < 50_000; i++) {
      byte[] bytes = randomObject(random).getBytes(UTF_8);
      for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      try {
        scanner.scan(bytes, 0, bytes.length);
        describeScanned();
      } catch (JsonSyntaxException e) {
        refusals++;
      }
    }
    assertThat(refusals).isBetween(10_000, 49_999);
  }

  private void compare(byte[] json, Random random) {
    if (!Utf8.isValid(json, 0, json.length)) {
      return;
    }
    // What stands around the text must not matter, even where it would complete it.
    byte[] before = random.nextBoolean() ? new byte[0] : "{\"a\":\"\\".getBytes(UTF_8);
    byte[] after = random.nextBoolean() ? new byte[0] : "0\":0}]}\"}".getBytes(UTF_8);
    byte[] all = Arrays.copyOf(before, before.length + json.length + after.length);
    System.arraycopy(json, 0, all, before.length, json.length);
    System.arraycopy(after, 0, all, before.length + json.length, after.length);

    String scanned;
    try {
      scanner.scan(all, before.length, before.length + json.length);
      scanned = describeScanned();
      accepted++;
    } catch (JsonSyntaxException e) {
      scanned = "refused";
      refused++;
    }
    String parsed = describeParsed(json);
    if (!scanned.equals(parsed)) {
      assertThat(scanned).as(new String(json, UTF_8)).isEqualTo(parsed);
    }
  }

  private String describeScanned() {
    List<String> fields = new ArrayList<>();
    for (int field = 0; field < NAMES.length; field++) {
      Kind kind = scanner.kind(field);
      fields.add(
          switch (kind) {
            case STRING -> "\"" + scanner.string(field);
            case NUMBER -> describe(scanner.number(field));
            case OBJECT, ARRAY ->
                kind + describeTree(scanner.source(), scanner.start(field), scanner.end(field));
            case NULL, TRUE, FALSE -> kind + raw(scanner.start(field), scanner.end(field));
            case ABSENT -> kind.toString();
          });
    }
    for (int i = 0; i < scanner.unknownFields(); i++) {
      String field = "{" + raw(scanner.unknownStart(i), scanner.unknownEnd(i)) + "}";
      fields.add(describeTree(field.getBytes(UTF_8), 0, field.getBytes(UTF_8).length));
    }
    return String.join("\n", fields);
  }

  private String raw(int start, int end) {
    return new String(scanner.source(), start, end - start, UTF_8);
  }

  private static String describeTree(byte[] json, int start, int end) {
    try {
      return withoutLoneSurrogates(JACKSON_UTF8.readTree(json, start, end - start).toString());
    } catch (IOException e) {
      return "not a tree: " + e.getMessage();
    }
  }

  private static String describe(double number) {
    return Long.toHexString(Double.doubleToRawLongBits(number));
  }

  private static String describeParsed(byte[] json) {
    String[] fields = new String[NAMES.length];
    Arrays.fill(fields, Kind.ABSENT.toString());
    List<String> unknown = new ArrayList<>();
    boolean otherEncoding = false;
    for (int i = 0; i < Math.min(4, json.length); i++) {
      otherEncoding |= json[i] == 0;
    }
    ObjectMapper jackson = otherEncoding ? JACKSON_UTF8 : JACKSON;
    try (JsonParser parser = jackson.createParser(json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return "refused";
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        int field = Arrays.asList(NAMES).indexOf(name);
        JsonToken value = parser.nextToken();
        if (field < 0) {
          String tree = jackson.readTree(parser).toString();
          unknown.add(
              withoutLoneSurrogates(
                  "{" + jackson.getNodeFactory().textNode(name) + ":" + tree + "}"));
          continue;
        }
        fields[field] =
            switch (value) {
              case VALUE_STRING -> "\"" + withoutLoneSurrogates(parser.getText());
              case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT ->
                  describe(Double.parseDouble(parser.getText()));
              case VALUE_NULL -> Kind.NULL + "null";
              case VALUE_TRUE -> Kind.TRUE + "true";
              case VALUE_FALSE -> Kind.FALSE + "false";
              case START_OBJECT ->
                  Kind.OBJECT + withoutLoneSurrogates(jackson.readTree(parser).toString());
              default -> Kind.ARRAY + withoutLoneSurrogates(jackson.readTree(parser).toString());
            };
      }
      if (parser.nextToken() != null) {
        return "refused";
      }
    } catch (JsonProcessingException e) {
      return "refused";
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    unknown.addAll(0, Arrays.asList(fields));
    return String.join("\n", unknown);
  }

  /** Half of a surrogate pair has no UTF-8. */
  private static String withoutLoneSurrogates(String text) {
    StringBuilder result = new StringBuilder(text.length());
    text.codePoints()
        .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xFFFD : c)
        .forEach(result::appendCodePoint);
    return result.toString();
  }

  private static ObjectMapper mapper(JsonFactory factory) {
    factory.setStreamReadConstraints(
        StreamReadConstraints.builder()
            .maxNameLength(Integer.MAX_VALUE)
            .maxStringLength(Integer.MAX_VALUE)
            .build());
    return new ObjectMapper(factory);
  }

  private static String randomObject(Random random) {
    StringBuilder json = new StringBuilder();
    writeObject(random, json.append(random.nextInt(20) == 0 ? "\ufeff" : ""), 0);
    return space(random, json).toString();
  }

  private static void writeObject(Random random, StringBuilder json, int depth) {
    space(random, json).append('{');
    int fields = random.nextInt(depth == 0 ? 9 : 3);
    for (int i = 0; i < fields; i++) {
      String[] names = random.nextInt(3) == 0 ? OTHER_NAMES : NAMES;
      space(random, json.append(i == 0 ? "" : ","));
      writeString(random, json, names[random.nextInt(names.length)]);
      space(random, json).append(':');
      writeValue(random, json, depth + 1);
    }
    space(random, json).append('}');
  }

  private static void writeValue(Random random, StringBuilder json, int depth) {
    space(random, json);
    switch (random.nextInt(depth < 4 ? 9 : 7)) {
      case 0 -> json.append(random.nextInt(2000) - 1000);
      case 1 -> json.append(random.nextLong());
      case 2 -> json.append(randomFloat(random));
      case 3 -> json.append(List.of("null", "true", "false").get(random.nextInt(3)));
      case 4, 5, 6 -> writeString(random, json, randomText(random));
      case 7 -> writeObject(random, json, depth);
      default -> {
        json.append('[');
        for (int items = random.nextInt(4); items > 0; items--) {
          writeValue(random, json, depth + 1);
          json.append(items == 1 ? "" : ",");
        }
        space(random, json).append(']');
      }
    }
    space(random, json);
  }

  private static String randomFloat(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> Double.toString(random.nextInt(1_000_000) / 1000.0);
      case 1 -> {
        double any = Double.longBitsToDouble(random.nextLong());
        yield Double.isFinite(any) ? Double.toString(any) : "-0.0";
      }
      case 2 -> random.nextInt(10) + "." + digits(random, 1 + random.nextInt(30), "");
      default -> {
        String sign = List.of("", "+", "-").get(random.nextInt(3));
        yield digits(random, 1 + random.nextInt(25), "7") + "e" + sign + random.nextInt(400);
      }
    };
  }

  private static String digits(Random random, int count, String first) {
    StringBuilder digits = new StringBuilder(first);
    while (digits.length() < count) {
      digits.append((char) ('0' + random.nextInt(10)));
    }
    return digits.toString();
  }

  private static String randomText(Random random) {
    StringBuilder text = new StringBuilder();
    int kind = random.nextInt(4);
    for (int length = random.nextInt(30); length > 0; length--) {
      text.appendCodePoint(
          switch (kind) {
            case 0, 1 -> 'a' + random.nextInt(26);
            case 2 -> random.nextInt(0x250);
            default -> Character.MIN_CODE_POINT + random.nextInt(Character.MAX_CODE_POINT + 1);
          });
    }
    return text.toString();
  }

  /** Writes what must be escaped in any way there is, and now and then what need not be. */
  private static void writeString(Random random, StringBuilder json, String text) {
    boolean escapes = random.nextInt(4) == 0;
    json.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      int shorthand = "\"\\/\b\f\n\r\t".indexOf(c);
      if (shorthand >= 0 && random.nextBoolean()) {
        json.append('\\').append("\"\\/bfnrt".charAt(shorthand));
      } else if (c < ' '
          || c == '"'
          || c == '\\'
          || (escapes && random.nextInt(4) == 0 && !Character.isSurrogate(c))
          || (Character.isSurrogate(c) && (escapes || text.length() % 2 == 0))) {
        String hex = String.format("%04x", (int) c);
        json.append("\\u").append(random.nextBoolean() ? hex : hex.toUpperCase(Locale.ROOT));
      } else {
        json.append(c);
      }
    }
    json.append('"');
  }

  private static StringBuilder space(Random random, StringBuilder json) {
    while (random.nextInt(12) == 0) {
      json.append(" \t\n\r".charAt(random.nextInt(4)));
    }
    return json;
  }

  private static byte[] mutated(byte[] json, Random random) {
    String spice = "{}[]:,\"\\0123456789+-.eEu \t\n\r\0\u0001\u001f\u007fantfl/'#";
    byte[] some = {(byte) spice.charAt(random.nextInt(spice.length()))};
    int from = random.nextInt(json.length + 1);
    int to = Math.min(json.length, from + random.nextInt(4));
    return switch (random.nextInt(6)) {
      case 0 -> spliced(json, from, Math.min(json.length, from + 1), some);
      case 1 -> spliced(json, from, from, some);
      case 2 -> spliced(json, from, to, new byte[0]);
      case 3 -> spliced(json, from, from, Arrays.copyOfRange(json, from, to));
      case 4 -> spliced(json, from, from, "\\ud83d".getBytes(UTF_8));
      default -> random.nextInt(5) == 0 ? Arrays.copyOf(json, from) : spliced(json, from, to, some);
    };
  }

  private static byte[] spliced(byte[] json, int from, int to, byte[] replacement) {
    ByteArrayOutputStream result = new ByteArrayOutputStream();
    result.write(json, 0, from);
    result.write(replacement, 0, replacement.length);
    result.write(json, to, json.length - to);
    return result.toByteArray();
  }
}
