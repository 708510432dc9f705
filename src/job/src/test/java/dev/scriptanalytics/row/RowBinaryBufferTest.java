package dev.scriptanalytics.row;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.json.JsonText;
import dev.scriptanalytics.json.Utf8;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RowBinaryBufferTest {
  private final RowBinaryBuffer row = new RowBinaryBuffer();

  @Test
  void writesNumbersInTheirWidthLittleEndian() {
    row.uint8(0xFE);
    row.uint16(0xFEDC);
    row.uint32(0xFEDC_BA98L);
    row.int64(-2);
    row.float64(1.5);

    assertThat(hex())
        .isEqualTo("fe dc fe 98 ba dc fe fe ff ff ff ff ff ff ff 00 00 00 00 00 00 f8 3f");
  }

  @Test
  void writesNullablesAsAMarkAndTheValue() {
    row.nullableFloat64(Double.NaN);
    row.nullableFloat64(-0.0);
    row.nullableInt64(7, false);
    row.nullableInt64(7, true);
    row.nullableUInt8(1, false);
    row.nullableUInt8(1, true);

    assertThat(hex())
        .isEqualTo("01 00 00 00 00 00 00 00 00 80 01 00 07 00 00 00 00 00 00 00 01 00 01");
  }

  @Test
  void writesStringsWithTheirLength() {
    row.string("xaäx".getBytes(UTF_8), 1, 4);
    row.string("b".getBytes(UTF_8));
    row.string(new byte[0]);

    assertThat(hex()).isEqualTo("03 61 c3 a4 01 62 00");
  }

  @Test
  void writesArraysAsTheirCountAndItems() {
    row.varint(2);
    row.string("input".getBytes(UTF_8));
    row.string("output".getBytes(UTF_8));

    assertThat(hex()).isEqualTo("02 05 69 6e 70 75 74 06 6f 75 74 70 75 74");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 00",
    "1, 01",
    "127, 7f",
    "128, 80 01",
    "300, ac 02",
    "16383, ff 7f",
    "16384, 80 80 01",
    "2097151, ff ff 7f",
    "2097152, 80 80 80 01",
    "9223372036854775807, ff ff ff ff ff ff ff ff 7f",
    "-1, ff ff ff ff ff ff ff ff ff 01",
  })
  void writesLengthsInLeb128(long value, String bytes) {
    row.varint(value);

    assertThat(hex()).isEqualTo(bytes);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          abc             | 9 | abc   | false
          abc             | 3 | abc   | false
          abc             | 2 | ab    | true
          abc             | 0 | ''    | true
          ''              | 0 | ''    | false
          aä              | 2 | a     | true
          a\\n\\u00e4     | 4 | 'a\nä' | false
          a\\n\\u00e4     | 3 | 'a\n' | true
          \\ud83d\\ude00  | 4 | 😀    | false
          \\ud83d\\ude00  | 3 | ''    | true
          \\ud83d         | 3 | \ufffd | false
          \\ud83d         | 2 | ''    | true
          """)
  void writesJsonStringsDecodedAndCutBetweenCharacters(
      String json, int maxBytes, String text, boolean cut) {
    byte[] bytes = ("\"" + json + "\"").getBytes(UTF_8);
    row.uint8(0xAA);
    boolean told = row.jsonString(bytes, 1, bytes.length - 1, json.contains("\\"), maxBytes);
    row.uint8(0xBB);

    RowBinaryBuffer expected = new RowBinaryBuffer();
    expected.uint8(0xAA);
    expected.string(text.getBytes(UTF_8));
    expected.uint8(0xBB);
    assertThat(row.copy()).isEqualTo(expected.copy());
    assertThat(told).isEqualTo(cut);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 100, 126, 127, 128, 129, 16_382, 16_383, 16_384, 300_000})
  void writesTheRightLengthOfStringsThatShrinkInDecoding(int length) {
    for (String end : new String[] {"", "\\n", "\\u20ac", "\\u0041\\ud83d\\ude00"}) {
      byte[] json = ("x".repeat(length) + end).getBytes(UTF_8);
      byte[] text = new byte[json.length];
      text = Arrays.copyOf(text, JsonText.unescape(json, 0, json.length, text, 0));
      for (int maxBytes : new int[] {0, 5, 127, 128, length, text.length, Integer.MAX_VALUE}) {
        row.reset();
        boolean cut = row.jsonString(json, 0, json.length, true, maxBytes);

        RowBinaryBuffer expected = new RowBinaryBuffer();
        expected.string(text, 0, Utf8.cut(text, 0, text.length, maxBytes));
        assertThat(row.copy()).isEqualTo(expected.copy());
        assertThat(cut).isEqualTo(maxBytes < text.length);
      }
    }
  }

  @Test
  void keepsWhatWasWrittenAsItGrows() {
    Random random = new Random(1);
    byte[] bytes = new byte[100_000];
    random.nextBytes(bytes);
    for (int round = 0; round < 3; round++) {
      row.reset();
      for (byte b : bytes) {
        row.uint8(b);
      }
    }

    assertThat(row.size()).isEqualTo(bytes.length);
    assertThat(row.copy()).isEqualTo(bytes);
    assertThat(Arrays.copyOf(row.buffer(), row.size())).isEqualTo(bytes);
  }

  @Test
  void givesUpTheBufferOfAGiantRow() {
    row.string(new byte[10_000_000]);
    assertThat(row.size()).isEqualTo(10_000_004);
    row.reset();

    assertThat(row.size()).isZero();
    assertThat(row.buffer().length).isLessThan(1 << 20);
    row.uint8(7);
    assertThat(hex()).isEqualTo("07");
  }

  @Test
  void keepsTheBufferOfAnUsualRow() {
    row.string(new byte[100_000]);
    byte[] buffer = row.buffer();
    row.reset();

    assertThat(row.buffer()).isSameAs(buffer);
  }

  private String hex() {
    return HexFormat.ofDelimiter(" ").formatHex(row.copy());
  }
}
