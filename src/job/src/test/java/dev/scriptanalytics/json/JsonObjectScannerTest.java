package dev.scriptanalytics.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.management.ThreadMXBean;
import dev.scriptanalytics.json.JsonObjectScanner.Kind;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonObjectScannerTest {
  private static final int A = 0;
  private static final int B = 1;

  private final JsonObjectScanner scanner = new JsonObjectScanner("a", "b");

  @Test
  void tellsTheKindOfEveryValue() throws JsonSyntaxException {
    JsonObjectScanner kinds = new JsonObjectScanner("s", "n", "t", "f", "o", "l", "z", "absent");
    scan(kinds, "{\"s\":\"\",\"n\":0,\"t\":true,\"f\":false,\"o\":{},\"l\":[],\"z\":null}");

    assertThat(IntStream.range(0, 8).mapToObj(kinds::kind))
        .containsExactly(
            Kind.STRING,
            Kind.NUMBER,
            Kind.TRUE,
            Kind.FALSE,
            Kind.OBJECT,
            Kind.ARRAY,
            Kind.NULL,
            Kind.ABSENT);
  }

  @Test
  void givesValuesAsTheBytesTheyCameAs() throws JsonSyntaxException {
    scan(scanner, " { \"a\" : { \"x\" : [ 1 , \"}\" ] } , \"b\" : \"te\\\"xt\" } ");

    assertThat(raw(A)).isEqualTo("{ \"x\" : [ 1 , \"}\" ] }");
    assertThat(raw(B)).isEqualTo("te\\\"xt");
    assertThat(scanner.escaped(A)).isFalse();
    assertThat(scanner.escaped(B)).isTrue();
  }

  @Test
  void readsAnObjectInTheMiddleOfAnArray() throws JsonSyntaxException {
    byte[] bytes = "}{\"a\":\"x\"}{".getBytes(UTF_8);
    scanner.scan(bytes, 1, bytes.length - 1);

    assertThat(scanner.string(A)).isEqualTo("x");
    assertThat(scanner.source()).isSameAs(bytes);
  }

  @Test
  void forgetsTheFieldsOfTheTextBefore() throws JsonSyntaxException {
    scan(scanner, "{\"a\":\"\\n\",\"other\":1}");
    scan(scanner, "{\"b\":\"x\"}");

    assertThat(scanner.kind(A)).isEqualTo(Kind.ABSENT);
    assertThat(scanner.escaped(A)).isFalse();
    assertThat(scanner.unknownFields()).isZero();
  }

  @Test
  void takesTheLastOfFieldsOfTheSameName() throws JsonSyntaxException {
    scan(scanner, "{\"a\":\"\\n\",\"b\":1,\"a\":{},\"\\u0061\":\"last\"}");

    assertThat(scanner.string(A)).isEqualTo("last");
    assertThat(scanner.escaped(A)).isFalse();
  }

  @Test
  void findsFieldsInAnyOrder() throws JsonSyntaxException {
    for (int round = 0; round < 3; round++) {
      scan(scanner, "{\"a\":1,\"b\":2}");
      assertThat(scanner.number(A)).isEqualTo(1);
      assertThat(scanner.number(B)).isEqualTo(2);
      scan(scanner, "{\"b\":3,\"a\":4}");
      assertThat(scanner.number(A)).isEqualTo(4);
      assertThat(scanner.number(B)).isEqualTo(3);
      scan(scanner, "{\"ax\":5,\"\":6,\"b\":7}");
      assertThat(scanner.kind(A)).isEqualTo(Kind.ABSENT);
      assertThat(scanner.number(B)).isEqualTo(7);
    }
  }

  @Test
  void findsEveryOfManyNames() throws JsonSyntaxException {
    String[] names =
        IntStream.range(0, 500)
            .mapToObj(i -> "n".repeat(i % 40) + Integer.toString(i, 7))
            .distinct()
            .toArray(String[]::new);
    JsonObjectScanner many = new JsonObjectScanner(names);
    for (int field = names.length - 1; field >= 0; field--) {
      scan(many, "{\"" + names[field] + "\":" + field + ",\"" + names[field] + "_\":0}");
      assertThat(many.number(field)).isEqualTo(field);
      assertThat(many.unknownFields()).isEqualTo(1);
    }
  }

  @Test
  void findsNamesThatNeedEscapes() throws JsonSyntaxException {
    JsonObjectScanner odd = new JsonObjectScanner("a\"b", "tab\t", "", "über", "😀");
    for (int round = 0; round < 2; round++) {
      scan(
          odd,
          "{\"a\\\"b\":0,\"tab\\u0009\":1,\"\":2,\"\\u00fCber\":3,\"\\uD83D\\uDE00\":4,\"\\u0061\":5}");
      for (int field = 0; field < 5; field++) {
        assertThat(odd.number(field)).isEqualTo(field);
      }
      assertThat(odd.unknownFields()).isEqualTo(1);
    }
    assertThatThrownBy(() -> scan(odd, "{\"a\"b\":0}")).isInstanceOf(JsonSyntaxException.class);
  }

  @Test
  void refusesANameGivenTwiceToTheConstructor() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new JsonObjectScanner("a", "b", "a"))
        .withMessage("Field named twice: a");
  }

  @Test
  void findsAFieldByAnyOfItsNames() throws JsonSyntaxException {
    JsonObjectScanner named =
        new JsonObjectScanner(List.of(List.of("run_id", "runId", "id"), List.of("b")));
    for (String name : List.of("run_id", "runId", "id", "r\\u0075nId", "run_id")) {
      scan(named, "{\"" + name + "\" : 7,\"b\":1}");

      assertThat(named.number(0)).isEqualTo(7);
      assertThat(named.number(1)).isEqualTo(1);
      assertThat(named.nameStart(0)).isEqualTo(1);
      assertThat(named.unknownFields()).isZero();
    }
  }

  @Test
  void prefersTheFirstOfSeveralNamesAndKeepsTheOthersAsUnknownFields() throws JsonSyntaxException {
    JsonObjectScanner named = new JsonObjectScanner(List.of(List.of("a", "b", "c")));
    for (String json :
        List.of(
            "{\"a\":1,\"b\":\"x\",\"c\":[2]}",
            "{\"b\":\"x\",\"c\":[2],\"a\":1}",
            "{\"c\":[2],\"b\":\"x\",\"a\":1}",
            "{\"c\":[2],\"a\":0,\"b\":\"x\",\"a\":1}")) {
      scan(named, json);

      assertThat(named.number(0)).as(json).isEqualTo(1);
      assertThat(unknown(named)).containsExactlyInAnyOrder("\"b\":\"x\"", "\"c\":[2]");
    }
  }

  @Test
  void prefersANameWithAValue() throws JsonSyntaxException {
    JsonObjectScanner named = new JsonObjectScanner(List.of(List.of("a", "b")));
    for (String json : List.of("{\"a\":null,\"b\":1}", "{\"b\":1,\"a\":null}")) {
      scan(named, json);

      assertThat(named.number(0)).as(json).isEqualTo(1);
      assertThat(named.unknownFields()).isZero();
    }
    scan(named, "{\"a\":\"\",\"b\":1}");
    assertThat(named.number(0)).isEqualTo(1);
    assertThat(unknown(named)).containsExactly("\"a\":\"\"");
  }

  @Test
  void keepsUnknownFieldsInOrderAsTheyCame() throws JsonSyntaxException {
    scan(scanner, "{\"x\" : [1, 2],\"a\":1,\"\\u0078\":\"y\" ,\"x\":null}");

    assertThat(unknown()).containsExactly("\"x\" : [1, 2]", "\"\\u0078\":\"y\"", "\"x\":null");
  }

  @Test
  void takesThousandsOfUnknownFieldsAndVeryLongNames() throws JsonSyntaxException {
    StringBuilder json = new StringBuilder("{\"").append("é".repeat(200_000)).append("\":1");
    for (int i = 0; i < 10_000; i++) {
      json.append(",\"unknown").append(i).append("\":").append(i);
    }
    scan(scanner, json.append(",\"a\":7}").toString());

    assertThat(scanner.unknownFields()).isEqualTo(10_001);
    assertThat(unknown()[10_000]).isEqualTo("\"unknown9999\":9999");
    assertThat(scanner.number(A)).isEqualTo(7);

    scan(scanner, "{\"x\":1}");
    assertThat(unknown()).containsExactly("\"x\":1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          \\" \\\\ \\/        | " \\ /
          x\\b\\f\\n\\r\\ty   | 'x\b\f\n\r\ty'
          \\u0041\\u00e9\\u20AC | Aé€
          \\u0000              | '\0'
          \\ud83d\\ude00!      | 😀!
          \\ud83d              | \ufffd
          \\ude00\\ud83d       | \ufffd\ufffd
          \\ud83d\\u0041       | \ufffdA
          \\ud83d\\ud83d\\ude00 | \ufffd😀
          \\ud83dude00         | \ufffdude00
          \\ud83d\\\\ude00     | \ufffd\\ude00
          """)
  void decodesEscapes(String json, String text) throws JsonSyntaxException {
    scan(scanner, "{\"a\":\"" + json + "\"}");

    assertThat(scanner.string(A)).isEqualTo(text);
    byte[] target = new byte[json.length() + 3];
    int end = JsonText.unescape(scanner.source(), scanner.start(A), scanner.end(A), target, 3);
    assertThat(new String(target, 3, end - 3, UTF_8)).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "-0",
        "0.0",
        "-0.0",
        "120.5",
        "137.99881935119629",
        "9007199254740992",
        "9007199254740993",
        "9007199254740993.0",
        "0.1",
        "0.0000000000000000000001",
        "0.00000000000000000000001",
        "1e23",
        "1E-5",
        "1.7976931348623157e308",
        "1.7976931348623159e308",
        "-1e400",
        "4.9e-324",
        "2.4703282292062327e-324",
        "2.2250738585072012e-308",
        "6.631236846766476e-316",
        "1e-400",
        "123456789012345678901234567890.5",
      })
  void readsNumbersAsJavaDoes(String number) throws JsonSyntaxException {
    scan(scanner, "{\"a\":" + number + "}");

    assertThat(Double.doubleToRawLongBits(scanner.number(A)))
        .isEqualTo(Double.doubleToRawLongBits(Double.parseDouble(number)));
  }

  @Test
  void readsLongNumbersWithLargeExponentsAsJavaDoes() throws JsonSyntaxException {
    scan(scanner, "{\"a\":1" + "0".repeat(900) + "e-12000,\"b\":0." + "0".repeat(900) + "1e12000}");

    assertThat(scanner.number(A)).isZero();
    assertThat(scanner.number(B)).isInfinite();
  }

  @Test
  void givesNoTextOfANumberAndNoNumberOfAText() throws JsonSyntaxException {
    scan(scanner, "{\"a\":1,\"b\":\"1\"}");

    assertThatIllegalStateException()
        .isThrownBy(() -> scanner.string(A))
        .withMessage("a is NUMBER, not STRING");
    assertThatIllegalStateException()
        .isThrownBy(() -> scanner.number(B))
        .withMessage("b is STRING, not NUMBER");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          ``             | expected the '{' of an object, found the end of the text at byte 0
          [1]            | expected the '{' of an object, found '[' at byte 0
          {"a":1} x      | expected nothing after the object, found 'x' at byte 8
          {"a":1,}       | expected a field's name in quotes, found '}' at byte 7
          {"a" 1}        | expected ':' after a field's name, found '1' at byte 5
          {"a":}         | expected a value, found '}' at byte 5
          {"a":1 "b":2}  | expected ',' or '}' after a field, found '"' at byte 7
          {"a":01}       | expected ',' or '}' after a field, found '1' at byte 6
          {"a":-x}       | expected a digit, found 'x' at byte 6
          {"a":1.}       | expected a digit, found '}' at byte 7
          {"a":nul}      | expected true, false or null, found '}' at byte 8
          {"a":[1 2]}    | expected ',' or ']' after an item, found '2' at byte 8
          {"a":{"b" :}}  | expected a value, found '}' at byte 11
          {"a":"b        | expected the closing quote of a string, found the end of the text at byte 7
          {"a":"\\x"}    | expected an escape that JSON knows, found 'x' at byte 7
          {"a":"\\u12g4"} | expected four hexadecimal digits after \\u, found 'g' at byte 10
          {"a":"\u0001"} | expected an escape for a control character, found byte 0x01 at byte 6
          """)
  void saysWhatIsWrongAndWhere(String json, String message) {
    byte[] bytes = ("  " + json + " ".repeat(20) + "\"").getBytes(UTF_8);
    JsonSyntaxException refused =
        catchThrowableOfType(
            JsonSyntaxException.class, () -> scanner.scan(bytes, 2, bytes.length - 21));

    assertThat(refused).hasMessage(message);
    assertThat(message).endsWith("at byte " + refused.at());
    assertThat(refused.getStackTrace()).isEmpty();
  }

  @Test
  void limitsNestingAndTheLengthOfNumbers() {
    assertThatThrownBy(() -> scan(scanner, "{\"a\":" + "[".repeat(1000) + "]".repeat(1000) + "}"))
        .hasMessage("more than 1000 levels of nesting at byte 1004");
    assertThatThrownBy(() -> scan(scanner, "{\"a\":-" + "1".repeat(1001) + "}"))
        .hasMessage("number of more than 1000 digits at byte 5");
  }

  @Test
  void allocatesNothingForAGoodRecord() throws JsonSyntaxException {
    JsonObjectScanner reused =
        new JsonObjectScanner("run_id", "script", "status", "response_time_ms", "input");
    byte[] json =
        """
        {"run_id":"run_12345","script":"Qb\\u0061l","status":"success","response_time_ms":\
        137.99881935119629,"input":{"a":[1,{"b":null}]},"unknown":true,"st\\u0061tus":"ok"}"""
            .getBytes(UTF_8);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    double sum = readRepeatedly(reused, json);
    long before = threads.getCurrentThreadAllocatedBytes();
    sum += readRepeatedly(reused, json);
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;

    assertThat(sum).isPositive();
    assertThat(allocated).isLessThan(RECORDS);
  }

  private static final int RECORDS = 20_000;

  private static double readRepeatedly(JsonObjectScanner scanner, byte[] json)
      throws JsonSyntaxException {
    byte[] text = new byte[100];
    double sum = 0;
    for (int i = 0; i < RECORDS; i++) {
      if (Utf8.isValid(json, 0, json.length)) {
        scanner.scan(json, 0, json.length);
      }
      sum += scanner.number(3);
      sum += JsonText.unescape(json, scanner.start(1), scanner.end(1), text, 0);
      sum += scanner.unknownEnd(0);
    }
    return sum;
  }

  private static void scan(JsonObjectScanner scanner, String json) throws JsonSyntaxException {
    byte[] bytes = json.getBytes(UTF_8);
    scanner.scan(bytes, 0, bytes.length);
  }

  private String raw(int field) {
    return text(scanner.start(field), scanner.end(field));
  }

  private String[] unknown() {
    return unknown(scanner);
  }

  private static String[] unknown(JsonObjectScanner of) {
    return IntStream.range(0, of.unknownFields())
        .mapToObj(
            i ->
                new String(
                    of.source(), of.unknownStart(i), of.unknownEnd(i) - of.unknownStart(i), UTF_8))
        .toArray(String[]::new);
  }

  private String text(int start, int end) {
    return new String(scanner.source(), start, end - start, UTF_8);
  }
}
