package dev.scriptanalytics.track;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TerminalLineTest {
  private final TerminalLine terminal = new TerminalLine();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "a",
        "  a\tb  ",
        "ä€😀\u0000\u0001\u0085\u2028",
        "👩\u200d🚀 e\u0301",
        "[31m"
      })
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
    "😀b|c,c b",
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
    "aE[2Cb,a  b",
    "aE[2ab,a  b",
    "abcE[2`x,axc",
    "abcE7deE8x,abcxe",
    "abcE[sdeE[ux,abcxe",
    "abcE8x,abcx",
    "abc|E[J,''",
    "abc|E[JdE[J,d",
    "abc|E[2Xd,d c",
    "abc|E[9Xd,d",
    "abc|E[1P,bc",
    "abc|E[P,bc",
    "abcdE[3DE[2P,ad",
    "abcE[3P,abc",
    "abc|E[9P,''",
    "abc|E[2@,'  abc'",
    "abc|E[@x,xabc",
    "abc<E[?1P,abc"
  })
  void overwrites(String line, String shown) {
    String output = line.replace('|', '\r').replace('<', '\b').replace('E', '\u001b');
    assertThat(shown(output)).isEqualTo(shown);
  }

  // In half of a wide character, a blank stays.
  @ParameterizedTest
  @CsvSource({
    "日本語|ab,ab本語",
    "日本語|abc,abc 語",
    "日本語|a,a 本語",
    "日本語<x,日本 x",
    "日本語<<<x,日 x語",
    "日本語E[3Gx,日x 語",
    "日本語E[4GE[K,日",
    "日本語E[2GE[1K,'  本語'",
    "日本語|E[1P,' 本語'",
    "日本語E[2GE[1@x,' x 本語'",
    "한국|ab,ab국",
    "ｆｕｌｌ|ab,abｕｌｌ",
    "x日|本,本 ",
    "😀😀|ab,ab😀",
    "😀<<x,x",
    "❤\ufe0fx|ab,abx",
    "❤x|a,ax",
    "1\ufe0f\u20e3x|ab,abx",
    "👨\u200d👩\u200d👧x|ab,abx",
    "👍🏽x|ab,abx",
    "🇩🇪🇫🇷|ab,ab🇫🇷",
    "🇩x|a,ax",
    "cafe\u0301!<x,cafe\u0301x",
    "e\u0301\u0302x|a,ax",
    "\u1100\u1161\u11a8x|ab,abx",
    "ab|e\u0301,e\u0301b",
    "a|\u0301b,\u0301b"
  })
  void overwritesWholeCharacters(String line, String shown) {
    String output = line.replace('|', '\r').replace('<', '\b').replace('E', '\u001b');
    assertThat(shown(output)).isEqualTo(shown);
  }

  @ParameterizedTest
  @CsvSource({
    "TaE[m,TaE",
    "abT1|x,xbT1",
    "abcdefghij|Tx,abcdefghxj",
    "abc|Tx,abcTx",
    "aTb|E[3Gx,a x     b",
    "日Tb|E[9Gx,日Tx"
  })
  void takesATabForTheCellsUpToTheNextStop(String line, String shown) {
    String output = line.replace('|', '\r').replace('T', '\t').replace('E', '\u001b');
    assertThat(shown(output)).isEqualTo(shown.replace('T', '\t').replace("E", ""));
  }

  @Test
  void removesBellsAndShifts() {
    assertThat(shown("a\u0007b \u000f")).isEqualTo("ab ");
    assertThat(shown("\u001b[1ma\u001b[m\u000fb\u000e")).isEqualTo("ab");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\u000b", "\f"})
  void endsTheLineWhereATerminalGoesToTheNextOne(String end) {
    assertThat(shown("ab|c".replace('|', '\r') + end + "de")).isEqualTo("cb");
    assertThat(terminal.lineEnd()).isEqualTo(4);
    assertThat(shown("ab")).isEqualTo("ab");
    assertThat(terminal.lineEnd()).isEqualTo(2);
  }

  @Test
  void keepsTheTextOfLinks() {
    assertThat(shown("see \u001b]8;id=1;https://a.example/b\u0007the log\u001b]8;;\u0007 now"))
        .isEqualTo("see the log now");
  }

  @Test
  void movesNoMoreOfALineThanATerminalHas() {
    String line = "x".repeat(2000);
    assertThat(shown(line + "\r\u001b[P")).isEqualTo(line);
    assertThat(shown(line + "\r\u001b[3@")).isEqualTo(line);
    assertThat(shown(line + "\u001b[9D\u001b[P")).hasSize(1999);
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
