package dev.scriptanalytics.track;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TerminalLineTest {
  private final TerminalLine terminal = new TerminalLine();

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "a", "  a\tb  ", "ä€😀\u0000\u0007\u0085\u2028", "[31m"})
  void showsATextWithoutControlsUnchanged(String line) {
    assertThat(shown(line)).isEqualTo(line);
    assertThat(shown(line + "\r")).as("with the end of Windows").isEqualTo(line);
  }

  // The escape character is written as E.
  @ParameterizedTest
  @CsvSource({
    "E[31mERROR: E[0mred,ERROR: red",
    "E[38;5;196maE[38:2::1:2:3mbE[m,ab",
    "E[1AE[2Ja,a",
    "E[?25laE[?25h,a",
    "E(BaE[m,a",
    "E7aE8E=E>,a",
    "E]8;;https://a.example/E\\aE]8;;E\\b,ab",
    "EPq123E\\a,a",
    "a\u009b31mb,ab",
    "aE,a",
    "aE[,a",
    "aE[31,a",
    "E[3äb,äb",
    "Eä,ä"
  })
  void removesEscapeSequences(String line, String shown) {
    assertThat(shown(line.replace('E', '\u001b').replace("\u001bRROR", "ERROR"))).isEqualTo(shown);
  }

  @Test
  void removesTitles() {
    assertThat(shown("\u001b]0;my title\u0007a")).isEqualTo("a");
    assertThat(shown("\u001b]0;my title\u009ca")).isEqualTo("a");
    assertThat(shown("\u001b]0;without an end")).isEqualTo("0;without an end");
    assertThat(shown("\u001b]0;a\u001b[1mb")).isEqualTo("0;ab");
  }

  @ParameterizedTest
  @CsvSource({
    "10%|20%|100%,100%",
    "abc|x,xbc",
    "abc|   |d,d",
    "abc|,abc",
    "abc|||d,dbc",
    "|a,a",
    "😀b|c,cb",
    "abc<<x,axc",
    "abc<<_,a_c",
    "a<a_<b,ab",
    "<<<a,a",
    "abc|E[K,''",
    "abc|xE[K,x",
    "abcE[1K|d,d",
    "abcE[2K|d,d",
    "abcE[1GxE[0K,x",
    "abcE[0Gx,xbc",
    "abcE[2Dx,axc",
    "abcE[9Dx,xbc",
    "aE[3Gb,a b",
    "aE[2Cb,a  b"
  })
  void overwrites(String line, String shown) {
    String output = line.replace('|', '\r').replace('<', '\b').replace('E', '\u001b');
    assertThat(shown(output)).isEqualTo(shown);
  }

  @Test
  void limitsHowFarTheCursorMoves() {
    assertThat(shown("\u001b[999999999Cx\u001b[999999999C\u001b[99999999999Gy")).hasSize(1025);
  }

  @Test
  void readsAPartOfAText() {
    assertThat(terminal.shown("ab\rcd\u001b[1me", 1, 4)).isEqualTo("c");
    assertThat(terminal.shown("abc", 1, 2)).isEqualTo("b");
  }

  private String shown(String line) {
    return terminal.shown(line, 0, line.length());
  }
}
