package dev.scriptanalytics.track;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.track.RetractableLines.Line;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RetractableLinesTest {
  private final RetractableLines lines =
      new RetractableLines(new byte[3], new byte[4], new byte[5], 7, 30);

  @Test
  void removesAllLinesWithAHashOnce() {
    lines.add(1, false, 50, "one".getBytes(UTF_8));
    lines.add(2, false, -9, "two".getBytes(UTF_8));
    lines.add(1, true, 50, "one".getBytes(UTF_8));
    int bytes = lines.bytes();

    List<Line> removed = lines.remove(50);

    assertThat(removed).extracting(Line::number).containsExactly(1, 1);
    assertThat(removed).extracting(Line::isStderr).containsExactly(false, true);
    assertThat(lines.size()).isOne();
    assertThat(lines.remove(50)).isEmpty();
    assertThat(lines.remove(0)).isEmpty();
    assertThat(lines.remove(-9)).extracting(Line::number).containsExactly(2);
    assertThat(lines.size()).isZero();
    assertThat(lines.bytes()).isEqualTo(3 + 4 + 5).isLessThan(bytes);
  }

  @Test
  void findsEachLineWhateverWasAddedAndRemovedBefore() {
    Random random = new Random(5);
    List<Line> expected = new ArrayList<>();
    for (int step = 0; step < 5000; step++) {
      long hash = random.nextInt(300) - 150L;
      if (random.nextInt(3) > 0) {
        lines.add(step, step % 2 == 0, hash, new byte[step % 10]);
        expected.add(new Line(step << 1 | (step % 2 == 0 ? 1 : 0), hash, new byte[step % 10]));
      } else {
        List<Integer> places =
            expected.stream().filter(line -> line.hash() == hash).map(Line::place).toList();
        assertThat(lines.remove(hash)).extracting(Line::place).isEqualTo(places);
        expected.removeIf(line -> line.hash() == hash);
      }
      assertThat(lines.size()).isEqualTo(expected.size());
    }
  }
}
