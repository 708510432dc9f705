package dev.scriptanalytics.decode;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EqualEntriesTest {
  private final EqualEntries entries = new EqualEntries();

  @Test
  void countsTheEqualEntriesBeforeEach() {
    assertThat(entries.add(1, 1)).isZero();
    assertThat(entries.add(1, 2)).isZero();
    assertThat(entries.add(2, 1)).isZero();
    assertThat(entries.add(1, 1)).isEqualTo(1);
    assertThat(entries.add(1, 2)).isEqualTo(1);
    assertThat(entries.add(1, 1)).isEqualTo(2);
  }

  @Test
  void forgetsTheEntriesOfTheRecordBefore() {
    for (int i = 0; i < 10_000; i++) {
      assertThat(entries.add(i, 0)).isZero();
    }
    entries.clear();

    assertThat(entries.add(0, 0)).isZero();
    entries.clear();
    assertThat(entries.add(0, 0)).isZero();
    assertThat(entries.add(0, 0)).isEqualTo(1);
    entries.clear();
    assertThat(entries.add(0, 0)).isZero();
  }
}
