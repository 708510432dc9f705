package dev.scriptanalytics.decode;

import static dev.scriptanalytics.decode.DecodedLogs.ATTRIBUTES;
import static dev.scriptanalytics.decode.DecodedLogs.HASH_KEY;
import static dev.scriptanalytics.event.DeadLetterReason.MISSING_FIELD;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The message of a log entry may be any JSON, and JSON may have escapes. */
class LogMessageTest {
  private static final Instant ARRIVAL = Instant.parse("2025-05-14T06:10:00Z");
  private static final String TIMED = "\"timestamp\":1747202847";

  private final LogDecoder decoder =
      new LogDecoder(
          DecodedLogs.limits(Duration.ofDays(30)),
          EventRules.DEFAULT,
          HASH_KEY,
          ATTRIBUTES,
          DecodedLogs.UNMASKED);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'' | ``",
        "'text' | text",
        "42 | 42",
        "-0.50 | -0.50",
        "true | true",
        "['a', 'b'] | ['a', 'b']",
        "[] | []",
        "{} | {}",
        "{'a':{'message':'m'}} | {'a':{'message':'m'}}",
        "{'message':''} | {'message':''}",
        "{'message':['m']} | {'message':['m']}",
        "{'city':'Z\\u00fcrich'} | {'city':'Zürich'}",
      })
  void isTheTextOfAStringAndTheJsonOfAnythingElse(String message, String expected)
      throws Exception {
    assertThat(row(TIMED, "'message':" + message))
        .containsEntry("log_message", quotes(expected))
        .containsEntry("extra", "");
    assertThat(korelogger("'log.message':" + message))
        .containsEntry("log_message", quotes(expected))
        .containsEntry("metadata", "");
  }

  @ParameterizedTest
  @ValueSource(strings = {"message", "msg", "errorMessage", "error_message"})
  void isTheTextThatAnObjectHas(String name) throws Exception {
    assertThat(row(TIMED, "'message':{'" + name + "':'Z\\u00fcrich','code':7}"))
        .containsEntry("log_message", "Zürich")
        .containsEntry("extra", quotes("{'message':{'code':7}}"));
    assertThat(korelogger("'log.message':{'" + name + "':507}"))
        .containsEntry("log_message", "507")
        .containsEntry("metadata", "");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'message':{'msg':'m'}} | m | ``",
        "{'message':{'a':1}} | {'a':1} | ``",
        "{'code':7,'msg':{'a':1}} | {'a':1} | {'message':{'code':7}}",
        "{'message':{'errorMessage':'m','b':2},'a':1} | m |"
            + " {'message':{'a':1},'message.message':{'b':2}}",
        "{'message':{'message':{'message':{'message':{'a':1}}}}} | {'message':{'a':1}} | ``",
      })
  void isTheTextOfAnObjectWithinTheObject(String message, String expected, String extra)
      throws Exception {
    assertThat(row(TIMED, "'message':" + message))
        .containsEntry("log_message", quotes(expected))
        .containsEntry("extra", quotes(extra));
  }

  @Test
  void takesTheErrorOfTheOuterObjectFirst() throws Exception {
    assertThat(
            row(
                TIMED,
                "'message':{'errorType':'Outer','message':{'errorType':'Inner','msg':'m',"
                    + "'stackTrace':'at f'}}"))
        .containsEntry("log_message", "m")
        .containsEntry("error_code", "Outer")
        .containsEntry("stack_trace", "at f")
        .containsEntry("extra", quotes("{'message.message':{'errorType':'Inner'}}"));
  }

  @Test
  void tellsTheErrorOfAnObject() throws Exception {
    String error =
        "{'errorType':'TypeError','errorMessage':'bad job',"
            + "'stackTrace':['TypeError: bad job','    at f (x.mjs:1:1)']}";

    assertThat(row(TIMED, "'message':" + error))
        .containsEntry("log_message", "bad job")
        .containsEntry("error_code", "TypeError")
        .containsEntry("stack_trace", "TypeError: bad job\n    at f (x.mjs:1:1)")
        .containsEntry("extra", "");
    assertThat(row(TIMED, "'message':{'errorType':'E','stackTrace':'at f'}"))
        .as("an object without a text is its JSON")
        .containsEntry("log_message", quotes("{'errorType':'E','stackTrace':'at f'}"))
        .containsEntry("error_code", "E")
        .containsEntry("stack_trace", "at f");
  }

  @Test
  void leavesTheErrorThatTheEntryItselfNames() throws Exception {
    assertThat(
            row(
                TIMED,
                "'message':{'message':'m','errorType':'E','stackTrace':['b']}",
                "'error_code':'OWN','stack_trace':'a'"))
        .containsEntry("error_code", "OWN")
        .containsEntry("stack_trace", "a")
        .containsEntry("extra", quotes("{'message':{'errorType':'E','stackTrace':['b']}}"));
    assertThat(row(TIMED, "'message':{'msg':'m','errorType':'E'}", "'metadata':{'errorCode':7}"))
        .containsEntry("error_code", "7");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'level':'info'",
        "'message':null,'run_id':'r'",
        "'metadata':{}",
        "'jobId':7",
        "'duration':3.2"
      })
  void mayBeMissingWhereAnotherFieldTellsOfAnEntry(String fields) throws Exception {
    assertThat(row(TIMED, fields)).containsEntry("log_message", "");
  }

  @Test
  void mayBeNullInASpanButNotMissing() throws Exception {
    assertThat(korelogger("'log.message':null")).containsEntry("log_message", "");
    assertThatThrownBy(() -> korelogger("'run_id':'r'"))
        .hasMessageStartingWith("attributes has no log.message");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ",'message':null",
        ",'x':1",
        ",'level':null,'logs':[7],'attributes':{'a':1},'start_time':7"
      })
  void isMissedWhereNothingTellsOfAnEntry(String fields) {
    assertThatThrownBy(() -> decode("{" + TIMED + fields + "}"))
        .hasMessage("message is missing (read are message, msg; event.alias.message adds names)")
        .isInstanceOfSatisfying(
            UnusableRecordException.class, e -> assertThat(e.reason()).isEqualTo(MISSING_FIELD));
  }

  @Test
  void neverMakesADeadLetterWhateverItsType() throws Exception {
    Random random = new Random(17);
    for (int i = 0; i < 5_000; i++) {
      String message = document(random, 0);

      assertThat(row(TIMED, "'level':'info'", "'message':" + message).get("log_level"))
          .as(message)
          .isEqualTo("Info");
      assertThat(korelogger("'log.message':" + message)).as(message).isNotNull();
    }
  }

  private static String document(Random random, int depth) {
    String[] names = {"message", "msg", "errorMessage", "errorType", "stackTrace", "a\\u00e4"};
    return switch (random.nextInt(depth > 3 ? 6 : 8)) {
      case 0 -> "null";
      case 1 -> String.valueOf(random.nextBoolean());
      case 2 -> String.valueOf(random.nextGaussian() * 1e6);
      case 3 -> "'\\ud83d \\n\\u0000'";
      case 4 -> "'Z\\u00fcrich'";
      case 5 -> "''";
      case 6 -> "[" + document(random, depth + 1) + " , " + document(random, depth + 1) + "]";
      default ->
          "{'"
              + names[random.nextInt(names.length)]
              + "' : "
              + document(random, depth + 1)
              + ",'"
              + names[random.nextInt(names.length)]
              + "':"
              + document(random, depth + 1)
              + "}";
    };
  }

  // Escapes

  @Test
  void writesTheCharactersOfMetadataAndExtraSoThatSearchesFindThem() throws Exception {
    assertThat(
            row(
                TIMED,
                "'message':'m'",
                "'metadata':{'city':'Z\\u00fcrich','\\u20ac':'\\ud83d\\ude00\\n\\u0000'}",
                "'tags':['\\u003cb\\u003e','\\udc00']"))
        .containsEntry("metadata", quotes("{'city':'Zürich','€':'😀\\n\\u0000'}"))
        .containsEntry("extra", quotes("{'tags':['<b>','\ufffd']}"));
  }

  @Test
  void keepsMetadataWithoutSuchEscapesAsItCame() throws Exception {
    assertThat(row(TIMED, "'message':'m'", "'metadata':{ 'a' : '\\u0007\\\\u00e4', 'b':1.0 }"))
        .containsEntry("metadata", quotes("{ 'a' : '\\u0007\\\\u00e4', 'b':1.0 }"));
  }

  private Map<String, Object> row(String... fields) throws UnusableRecordException {
    return decode("{" + String.join(",", fields) + "}");
  }

  private Map<String, Object> korelogger(String attributes) throws UnusableRecordException {
    return decode("{'start_time':1747202847,'attributes':{" + attributes + "}}");
  }

  private Map<String, Object> decode(String json) throws UnusableRecordException {
    DecodedLogs decoded = DecodedLogs.of(decoder, quotes(json).getBytes(UTF_8), ARRIVAL);
    assertThat(decoded.unusable()).isEmpty();
    assertThat(decoded.events()).hasSize(1);
    return decoded.rows().get(0);
  }

  private static String quotes(String text) {
    return text.replace('\'', '"');
  }
}
