package dev.scriptanalytics.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NeedlessEscapesTest {
  private static final ObjectMapper JACKSON = new ObjectMapper();

  @ParameterizedTest
  @CsvSource({
    "Z\\u00fcrich, Zürich",
    "\\u00FC\\u00fc, üü",
    "\\u20ac and \\ud83d\\ude00, € and 😀",
    "\\u003ca href=x\\u003e\\u0026, <a href=x>&",
    "https:\\/\\/a.example\\/b, https://a.example/b",
    "\\u2028, \u2028",
    "\\ufffd, \ufffd",
    "\\u00e4\\u0000\\u00e4, ä\\u0000ä",
    "\\\\u00e4\\u00e4, \\\\u00e4ä",
  })
  void writesTheCharacter(String escaped, String decoded) {
    assertThat(decoded("{\"" + escaped + "\":[\"" + escaped + "\",1]}"))
        .isEqualTo("{\"" + decoded + "\":[\"" + decoded + "\",1]}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\\u0000",
        "\\u001f",
        "\\u0022",
        "\\u005c",
        "\\u005C",
        "\\\\u00e4",
        "\\\\\\\\/",
        "\\\"\\b\\f\\n\\r\\t",
        "Zürich 😀",
        ""
      })
  void leavesWhatMustBeEscapedOrIsNotEscaped(String text) {
    byte[] json = ("{\"a\":\"" + text + "\"}").getBytes(UTF_8);

    assertThat(NeedlessEscapes.decoded(json)).isSameAs(json);
  }

  @ParameterizedTest
  @CsvSource({
    "\\ud83d, \ufffd",
    "\\uDE00, \ufffd",
    "\\ud83d\\u0041, \ufffdA",
    "\\ud83d\\n, \ufffd\\n",
    "\\ud83d\\ud83d\\ude00, \ufffd😀",
  })
  void putsTheReplacementCharacterForHalfOfAPair(String escaped, String decoded) {
    assertThat(decoded("[\"" + escaped + "\"]")).isEqualTo("[\"" + decoded + "\"]");
  }

  @Test
  void putsTheReplacementCharacterIntoNamesAndBehindBackslashes() {
    assertThat(decoded("{\"\\ud83d\":\"\\\\\\ud83d\"}")).isEqualTo("{\"\ufffd\":\"\\\\\ufffd\"}");
    assertThat(decoded("\"\\ud83d\"")).isEqualTo("\"\ufffd\"");
  }

  @Test
  void leavesTheDocumentItWasGivenAlone() {
    byte[] bytes = "[\"\\ud83d\"]".getBytes(UTF_8);

    NeedlessEscapes.decoded(bytes);

    assertThat(bytes).isEqualTo("[\"\\ud83d\"]".getBytes(UTF_8));
  }

  @Test
  void neverChangesWhatADocumentMeans() throws Exception {
    Random random = new Random(17);
    String[] parts = {
      "\\u00e4",
      "\\ud83d\\ude00",
      "\\/",
      "\\\\",
      "\\\"",
      "\\u0022",
      "\\u005c",
      "\\u0007",
      "\\n",
      "u00e4",
      "ä",
      "😀",
      "x",
      "/",
      "\\u003c",
      "\\u007f"
    };
    for (int i = 0; i < 5_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int part = random.nextInt(12); part > 0; part--) {
        text.append(parts[random.nextInt(parts.length)]);
      }
      String json = "{\"" + text + "\":\"" + text + "\"}";

      String decoded = decoded(json);

      assertThat(JACKSON.readTree(decoded)).as(json).isEqualTo(JACKSON.readTree(json));
      assertThat(decoded(decoded)).isEqualTo(decoded);
    }
  }

  private static String decoded(String json) {
    return new String(NeedlessEscapes.decoded(json.getBytes(UTF_8)), UTF_8);
  }
}
