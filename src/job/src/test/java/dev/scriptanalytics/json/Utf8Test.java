package dev.scriptanalytics.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Utf8Test {
  private final CharsetDecoder decoder =
      UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT);
  private final CharBuffer decoded = CharBuffer.allocate(1000);

  @Test
  void judgesEverySequenceOfUpToThreeBytesAsJavaDoes() {
    assertSameVerdict(new byte[0]);
    for (int length = 1; length <= 3; length++) {
      byte[] bytes = new byte[length];
      for (int number = 0; number < 1 << (8 * length); number++) {
        for (int i = 0; i < length; i++) {
          bytes[i] = (byte) (number >> (8 * i));
        }
        assertSameVerdict(bytes);
      }
    }
  }

  @Test
  void judgesSequencesOfFourBytesAsJavaDoes() {
    int[] edges = {0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF};
    byte[] bytes = new byte[4];
    for (int first = 0xE0; first <= 0xFF; first++) {
      for (int second = 0; second <= 0xFF; second++) {
        for (int third : edges) {
          for (int fourth : edges) {
            bytes[0] = (byte) first;
            bytes[1] = (byte) second;
            bytes[2] = (byte) third;
            bytes[3] = (byte) fourth;
            assertSameVerdict(bytes);
          }
        }
      }
    }
  }

  @Test
  void judgesRandomTextsAsJavaDoes() {
    Random random = new Random(1);
    int valid = 0;
    for (int i = 0; i < 200_000; i++) {
      StringBuilder text = new StringBuilder();
      int others = random.nextInt(50);
      for (int length = random.nextInt(100); length > 0; length--) {
        boolean ascii = random.nextInt(50) >= others;
        text.appendCodePoint(random.nextInt(ascii ? 0x80 : Character.MAX_CODE_POINT + 1));
      }
      byte[] bytes = text.toString().getBytes(UTF_8);
      if (bytes.length > 0 && random.nextBoolean()) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(0x100);
      }
      valid += assertSameVerdict(bytes) ? 1 : 0;
    }
    assertThat(valid).isBetween(90_000, 190_000);
  }

  @Test
  void looksOnlyAtTheBytesAskedFor() {
    byte[] bytes = "\0\0ab€".getBytes(UTF_8);
    bytes[0] = (byte) 0xFF;
    bytes[1] = (byte) 0xC3;

    assertThat(Utf8.isValid(bytes, 2, 7)).isTrue();
    assertThat(Utf8.isValid(bytes, 2, 6)).isFalse();
    assertThat(Utf8.isValid(bytes, 1, 7)).isFalse();
    assertThat(Utf8.isValid(bytes, 0, 0)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "abc", "äöü", "a€b€", "😀😀", "aä€😀😀€äa"})
  void cutsBetweenCharacters(String text) {
    byte[] bytes = ("€" + text + "€").getBytes(UTF_8);
    int to = bytes.length - 3;
    for (int maxBytes = 0; maxBytes <= to; maxBytes++) {
      int end = Utf8.cut(bytes, 3, to, maxBytes);

      assertThat(end - 3).isBetween(0, maxBytes);
      assertThat(Utf8.isValid(bytes, 3, end)).isTrue();
      for (int longer = end + 1; longer <= Math.min(to, 3 + maxBytes); longer++) {
        assertThat(Utf8.isValid(bytes, 3, longer)).isFalse();
      }
    }
    assertThat(Utf8.cut(bytes, 3, to, Integer.MAX_VALUE)).isEqualTo(to);
  }

  private boolean assertSameVerdict(byte[] bytes) {
    decoded.clear();
    boolean expected = decoder.reset().decode(ByteBuffer.wrap(bytes), decoded, true).isUnderflow();
    if (Utf8.isValid(bytes, 0, bytes.length) != expected) {
      assertThat(!expected).as(HexFormat.of().formatHex(bytes)).isEqualTo(expected);
    }
    // Its neighbours must not complete it.
    byte[] all = new byte[bytes.length + 2];
    Arrays.fill(all, (byte) 0x80);
    System.arraycopy(bytes, 0, all, 1, bytes.length);
    if (Utf8.isValid(all, 1, 1 + bytes.length) != expected) {
      assertThat(!expected).as("inside: " + HexFormat.of().formatHex(bytes)).isEqualTo(expected);
    }
    return expected;
  }
}
