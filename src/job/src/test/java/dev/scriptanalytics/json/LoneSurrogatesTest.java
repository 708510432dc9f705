package dev.scriptanalytics.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoneSurrogatesTest {
  @Test
  void putsAReplacementForEachHalf() {
    assertThat(replaced("{\"a\":\"x\\ud83d\",\"b\":1}")).isEqualTo("{\"a\":\"x\\ufffd\",\"b\":1}");
    assertThat(replaced("[\"\\uDE00\"]")).isEqualTo("[\"\\ufffd\"]");
    assertThat(replaced("[\"\\ud83d\\ud83d\\ude00\"]")).isEqualTo("[\"\\ufffd\\ud83d\\ude00\"]");
    assertThat(replaced("[\"\\ud83d\\n\\ude00\"]")).isEqualTo("[\"\\ufffd\\n\\ufffd\"]");
    assertThat(replaced("{\"\\ud83d\":\"\\\\\\ud83d\"}"))
        .isEqualTo("{\"\\ufffd\":\"\\\\\\ufffd\"}");
    assertThat(replaced("\"\\ud83d\"")).isEqualTo("\"\\ufffd\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "\"\"",
        "[\"\\ud83d\\ude00 \\uD83D\\uDE00\"]",
        "[\"\\\\ud83d\"]",
        "{\"a\":\"caf\u00e9 \\u00e9 \\ufffd\"}"
      })
  void givesBackTheVeryDocumentWhereThereIsNone(String json) {
    byte[] bytes = json.getBytes(UTF_8);

    assertThat(LoneSurrogates.replaced(bytes)).isSameAs(bytes);
  }

  @Test
  void leavesTheDocumentItWasGivenAlone() {
    byte[] bytes = "[\"\\ud83d\"]".getBytes(UTF_8);

    LoneSurrogates.replaced(bytes);

    assertThat(bytes).isEqualTo("[\"\\ud83d\"]".getBytes(UTF_8));
  }

  private static String replaced(String json) {
    return new String(LoneSurrogates.replaced(json.getBytes(UTF_8)), UTF_8);
  }
}
