package dev.scriptanalytics.local.stack;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecordLinesTest {

  @Test
  void areWhatStandsBetweenLineFeeds() throws IOException {
    assertThat(linesOf("one\ntwo\n")).containsExactly("one", "two");
  }

  @Test
  void keepTheLastLineThatNothingEnds() throws IOException {
    assertThat(linesOf("one\ntwo")).containsExactly("one", "two");
  }

  @Test
  void keepEmptyLinesAndEveryOtherByte() throws IOException {
    assertThat(linesOf("\n\r\n\u0000\u00ff\n\n")).containsExactly("", "\r", "\u0000\u00ff", "");
  }

  @Test
  void mayBeNone() throws IOException {
    assertThat(linesOf("")).isEmpty();
  }

  @Test
  void mayBeLongerThanAnyBuffer() throws IOException {
    String first = "a".repeat(3_000_000);
    String second = "b".repeat((1 << 20) - 1);
    assertThat(linesOf(first + "\n" + second + "\nc").equals(List.of(first, second, "c"))).isTrue();
  }

  private static List<String> linesOf(String text) throws IOException {
    List<String> lines = new ArrayList<>();
    try (RecordLines records =
        new RecordLines(new ByteArrayInputStream(text.getBytes(ISO_8859_1)))) {
      for (byte[] line = records.next(); line != null; line = records.next()) {
        lines.add(new String(line, ISO_8859_1));
      }
    }
    return lines;
  }
}
