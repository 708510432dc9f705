package dev.scriptanalytics.redact;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.SimpleCounter;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedactorTest {
  private static final String EMAIL = "\\b[\\w.]{1,64}@[\\w.]+";
  private static final String PIN = "\\b\\d{4}\\b";
  private static final String PASSWORD = "\"password\":\\s*\"[^\"]*\"";

  private final Counter failures = new SimpleCounter();

  // Texts

  @Test
  void masksWhatMatchesByTheNameOfThePattern() {
    Redactor redactor = redactor("email", EMAIL, "pin", PIN);

    assertThat(text(redactor, "mail a.b@c.de, pin 1234 and 5678!"))
        .isEqualTo("mail [redacted:email], pin [redacted:pin] and [redacted:pin]!");
  }

  @Test
  void givesBackTheVeryArrayWhereNothingMatches() {
    Redactor redactor = redactor("email", EMAIL, "end", "^x$");

    for (String text :
        new String[] {"", "nobody at home", "{\"a\":[1,\"b\\n\\u00e4\"]}", "ä😀", "{"}) {
      byte[] bytes = text.getBytes(UTF_8);
      assertThat(redactor.text(bytes)).isSameAs(bytes);
      assertThat(redactor.json(bytes)).isSameAs(bytes);
      assertThat(redactor.object(bytes)).isSameAs(bytes);
      assertThat(redactor.excerpt(bytes, 100)).isSameAs(bytes);
    }
  }

  @Test
  void doesNothingWithoutPatterns() {
    Redactor redactor = new Redactor(Redaction.NONE, failures);
    byte[] large = new byte[1 << 20];

    assertThat(redactor.isActive()).isFalse();
    assertThat(redactor.text(large)).isSameAs(large);
    assertThat(redactor.json(large)).isSameAs(large);
    assertThat(redactor.object(large)).isSameAs(large);
    assertThat(redactor.beginning(large, 10)).isSameAs(large);
    assertThat(redactor.excerpt(large, 10)).hasSize(10);
  }

  @Test
  void letsEveryPatternSeeTheTextAsItCame() {
    assertThat(text(redactor("a-digits", "\\d{4}", "b-key", "key=\\w+ \\w+"), "key=1234 abcd!"))
        .as("of two that overlap, all of it is masked, by the name of what began first")
        .isEqualTo("[redacted:b-key]!");
    assertThat(text(redactor("word", "[a-z]+", "x", "redacted"), "abc 1"))
        .isEqualTo("[redacted:word] 1");
    assertThat(text(redactor("a", "b", "b", "c"), "abcd")).isEqualTo("a[redacted:a][redacted:b]d");
  }

  @Test
  void ignoresMatchesOfNothing() {
    assertThat(text(redactor("x", "(?<=a)x*"), "a ax")).isEqualTo("a a[redacted:x]");
  }

  @Test
  void keepsCharactersOutsideOfTheBasicPlaneWhole() {
    Redactor redactor = redactor("smile", "😀+", "pin", PIN);

    assertThat(text(redactor, "😁😀😀😁 ä 1234 😀"))
        .isEqualTo("😁[redacted:smile]😁 ä [redacted:pin] [redacted:smile]");
    assertThat(json(redactor, "{\"😁\":\"\\ud83d\\ude00\\ud83d\\ude01\",\"b\":\"\\ud83d😁\"}"))
        .isEqualTo("{\"😁\":\"[redacted:smile]\\ud83d\\ude01\",\"b\":\"\\ud83d😁\"}");
  }

  @Test
  void changesNothingElseInBytesThatAreNotUtf8() {
    byte[] bytes = "\u0000\u00ff\u00c3 a@b.c \u00e4\u0080".getBytes(ISO_8859_1);

    assertThat(redactor("email", EMAIL).excerpt(bytes, 100))
        .isEqualTo("\u0000\u00ff\u00c3 [redacted:email] \u00e4\u0080".getBytes(ISO_8859_1));
  }

  // JSON

  @Test
  void masksInsideOfStringsAndNamesAndLeavesTheRestAsItIs() {
    Redactor redactor = redactor("email", EMAIL);

    assertThat(json(redactor, "{ \"to\" : \"me a@b.c, you\",\"x@y.z\":[1.50, true ,null] }"))
        .isEqualTo(
            "{ \"to\" : \"me [redacted:email], you\",\"[redacted:email]\":[1.50, true ,null] }");
    assertThat(json(redactor, "\"a@b.c\"")).isEqualTo("\"[redacted:email]\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "4111111111111111 | '\"[redacted:card]\"'",
        "[-4111111111111111,1] | '[\"[redacted:card]\",1]'",
        "{\"n\": 4111111111111111.5e3} | '{\"n\": \"[redacted:card]\"}'",
      })
  void makesAStringOfANumberThatIsMasked(String number, String masked) {
    assertThat(json(redactor("card", "\\d{16}"), number)).isEqualTo(masked);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"to\":\"a\\u0040b.c\"} | {\"to\":\"[redacted:email]\"}",
        "{\"\\u0061\\u0040b\":1} | {\"[redacted:email]\":1}",
        "[\"\\\"\\u0061@b\\\"\\n\"] | [\"\\\"[redacted:email]\\\"\\n\"]",
        "{\"body\":\"{\\\"to\\\":\\\"a@b\\\"}\"} | {\"body\":\"{\\\"to\\\":\\\"[redacted:email]\\\"}\"}",
      })
  void letsNoEscapeHideAMatch(String json, String masked) {
    assertThat(json(redactor("email", EMAIL), json)).isEqualTo(masked);
  }

  @Test
  void takesNoLetterOfAnEscapeForText() {
    assertThat(json(redactor("n", "n\\d+"), "[\"\\n12\",\"n12\"]"))
        .isEqualTo("[\"\\n12\",\"[redacted:n]\"]");
    assertThat(json(redactor("hex", "u[0-9a-f]{4}"), "[\"\\u00e4\"]")).isEqualTo("[\"\\u00e4\"]");
  }

  @Test
  void masksEachNameAndValueThatAPatternMatchesAcross() {
    Redactor redactor = redactor("pw", PASSWORD, "pin", "\"pin\": *\\d+");

    assertThat(json(redactor, "{\"user\":\"me\",\"password\": \"s3cret\",\"n\":1}"))
        .isEqualTo("{\"user\":\"me\",\"[redacted:pw]\": \"[redacted:pw]\",\"n\":1}");
    assertThat(json(redactor, "{\"pin\":12,\"n\":[3]}"))
        .isEqualTo("{\"[redacted:pin]\":\"[redacted:pin]\",\"n\":[3]}");
    assertThat(json(redactor, "{\"p\\u0061ssword\":\"x\"}"))
        .isEqualTo("{\"[redacted:pw]\":\"[redacted:pw]\"}");
    assertThat(json(redactor, "{\"password\":\"half\\\"other half\"}"))
        .as("a value that the pattern takes for shorter than it is")
        .isEqualTo("{\"[redacted:pw]\":\"[redacted:pw]\"}");
  }

  @Test
  void doesNotTakeADocumentForOneValue() {
    assertThat(json(redactor("email", "[^\\s@]+@[^\\s@]+"), "{\"a\":1,\"to\":\"a@b\",\"c\":2}"))
        .isEqualTo("{\"a\":1,\"to\":\"[redacted:email]\",\"c\":2}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"^\\d{4}$", "\\A\\d{4}\\z", "(?<!.)\\d{4}(?!.)", "\\d++\\Z"})
  void knowsWhereAValueBeginsAndEnds(String pattern) {
    assertThat(json(redactor("pin", pattern), "{\"a\":\"1234\",\"b\":[5678],\"c\":\"x1234x\"}"))
        .isEqualTo("{\"a\":\"[redacted:pin]\",\"b\":[\"[redacted:pin]\"],\"c\":\"x1234x\"}");
    assertThat(json(redactor("pin", pattern), "{\"a\":\"1234\",\"b\":[5678],\"c\":\"x12"))
        .as("also in one that is cut")
        .contains("{\"a\":\"[redacted:pin]\",\"b\":[[redacted:pin]],\"c\":\"x");
  }

  @Test
  void masksAValueThatAPatternKnowsByItsName() {
    Redactor redactor = redactor("pw", "(?<=\"pw\":\")[^\"]+", "pin", "(?<=\"pin\":)\\d+");

    assertThat(json(redactor, "{\"pw\":\"abc\",\"pin\":12}"))
        .isEqualTo("{\"pw\":\"[redacted:pw]\",\"pin\":\"[redacted:pin]\"}");
  }

  @Test
  void leavesSyntaxAlone() {
    byte[] json = "{\"a\":[{}]}".getBytes(UTF_8);

    assertThat(redactor("braces", "[{}\\[\\]]+").json(json)).isSameAs(json);
  }

  @Test
  void neverMasksAMask() {
    assertThat(json(redactor("word", "[a-z]+"), "{\"abc\":\"def 1\"}"))
        .isEqualTo("{\"[redacted:word]\":\"[redacted:word] 1\"}");
    assertThat(json(redactor("all", "\\S+"), "{\"a\":\"b c\",\"d\":1}"))
        .isEqualTo("{\"[redacted:all]\":\"[redacted:all]\",\"[redacted:all]\":\"[redacted:all]\"}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"to\":\"a@b.c | {\"to\":\"[redacted:email]",
        "{\"to\":\"a\\u0040b.c | {\"to\":\"[redacted:email]",
        "to a@b.c: 1 | to [redacted:email]: 1",
        "{\"a\":1}{\"a@b\":1} | {\"a\":1}{\"[redacted:email]\":1}",
        "\"a@b\\ | \"[redacted:email]\\",
        "a@b \\u12 | [redacted:email] \\u12",
      })
  void takesWhatIsNoJsonForAText(String text, String masked) {
    assertThat(json(redactor("email", EMAIL), text)).isEqualTo(masked);
  }

  @Test
  void masksDocumentsOfAnyDepthAndLength() {
    Redactor redactor = redactor("email", EMAIL);
    String deep = "[".repeat(5000) + "\"a@b\"" + "]".repeat(5000);
    String tooDeep = "[".repeat(100_000) + "\"a@b\"";
    String digits = "[\"a@b\"," + "9".repeat(5000) + ",\"" + "x".repeat(200_000) + "\"]";

    assertThat(json(redactor, deep).equals(deep.replace("a@b", "[redacted:email]"))).isTrue();
    assertThat(json(redactor, tooDeep).equals(tooDeep.replace("a@b", "[redacted:email]"))).isTrue();
    assertThat(json(redactor, digits).equals(digits.replace("a@b", "[redacted:email]"))).isTrue();
    assertThat(failures.getCount()).isZero();
  }

  @Test
  void makesAnObjectOfWhateverBecomesOfAnObject() throws Exception {
    Redactor redactor = redactor("email", EMAIL, "slow", "(x|y)*z");

    assertThat(object(redactor, "{\"to\":\"a@b\"}")).isEqualTo("{\"to\":\"[redacted:email]\"}");
    assertThat(object(redactor, "{\"to\":\"a@b\""))
        .isEqualTo("{\"redacted\":\"{\\\"to\\\":\\\"[redacted:email]\\\"\"}");
    assertThat(object(redactor, "{\"a\":\"" + "xy".repeat(1 << 19) + "\"}"))
        .isEqualTo("{\"redacted\":\"[redacted:slow]\"}");
    assertThat(object(redactor, "[\"a@b\"]")).isEqualTo("{\"redacted\":[\"[redacted:email]\"]}");
  }

  // Limits

  @Test
  void masksTheWholeValueWhereAPatternBacktracksWithoutEnd() {
    Redactor redactor = redactor("email", EMAIL, "evil", "(a+)+$");
    String text = "x@y " + "a".repeat(5000) + "!";

    assertThat(text(redactor, text)).isEqualTo("[redacted:evil]");
    assertThat(json(redactor, "[\"" + text + "\"]")).isEqualTo("\"[redacted:evil]\"");
    assertThat(failures.getCount()).isEqualTo(2);
    assertThat(text(redactor, "x@y b")).as("the next one").isEqualTo("[redacted:email] b");
  }

  @Test
  void masksTheWholeValueWhereAPatternNeedsMoreStackThanThereIs() {
    Redactor redactor = redactor("deep", "(a|b)*c");
    String text = "ab".repeat(1 << 19);

    assertThat(text(redactor, text)).isEqualTo("[redacted:deep]");
    assertThat(json(redactor, "{\"x\":\"" + text + "\"}")).isEqualTo("\"[redacted:deep]\"");
    assertThat(failures.getCount()).isEqualTo(2);
    assertThat(text(redactor, "abc!")).isEqualTo("[redacted:deep]!");
  }

  @Test
  void seesAllOfAMatchThatBeginsBeforeTheCut() {
    Redactor redactor = redactor("pin", "pin-\\d+");
    byte[] text =
        ("x".repeat(90) + "pin-" + "1".repeat(60_000) + "y".repeat(100_000)).getBytes(UTF_8);

    byte[] seen = redactor.beginning(text, 100);

    assertThat(seen).hasSize(100 + (64 << 10));
    assertThat(redactor.text(seen)).asString(UTF_8).startsWith("x".repeat(90) + "[redacted:pin]yy");
    assertThat(redactor.excerpt(text, 100))
        .asString(UTF_8)
        .isEqualTo("x".repeat(90) + "[redacted:");
    byte[] smaller = "abc".getBytes(UTF_8);
    assertThat(redactor.beginning(smaller, Integer.MAX_VALUE)).isSameAs(smaller);
  }

  @Test
  void cutsNoCharacterWhereItStopsLooking() {
    Redactor redactor = redactor("pin", PIN);
    byte[] text = ("x" + "ä".repeat(100_000)).getBytes(UTF_8);

    assertThat(redactor.beginning(text, 100)).hasSize(99 + (64 << 10));
    assertThat(redactor.excerpt(new byte[] {(byte) 0x80, (byte) 0x80}, 1)).hasSize(1);
  }

  @Test
  void survivesSerialization() throws Exception {
    Redaction redaction = new Redaction(Map.of("email", Pattern.compile(EMAIL)));

    assertThat(text(new Redactor(InstantiationUtil.clone(redaction), failures), "a@b"))
        .isEqualTo("[redacted:email]");
    assertThat(redaction).hasToString("{email=" + EMAIL + "}");
  }

  private Redactor redactor(String... namesAndPatterns) {
    Map<String, Pattern> patterns = new TreeMap<>();
    for (int i = 0; i < namesAndPatterns.length; i += 2) {
      patterns.put(namesAndPatterns[i], Pattern.compile(namesAndPatterns[i + 1]));
    }
    return new Redactor(new Redaction(patterns), failures);
  }

  private static String text(Redactor redactor, String text) {
    return new String(redactor.text(text.getBytes(UTF_8)), UTF_8);
  }

  private static String json(Redactor redactor, String json) {
    return new String(redactor.json(json.getBytes(UTF_8)), UTF_8);
  }

  private static String object(Redactor redactor, String json) throws JsonProcessingException {
    String object = new String(redactor.object(json.getBytes(UTF_8)), UTF_8);
    assertThat(new ObjectMapper().readTree(object).isObject()).isTrue();
    return object;
  }
}
