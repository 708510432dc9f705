package dev.scriptanalytics.rollup;

import static dev.scriptanalytics.rollup.SampleFacts.keyOf;
import static dev.scriptanalytics.rollup.SampleFacts.millis;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HourCalendarTest {
  private static final long END_OF_HOUR = millis(2 * 3600);
  private static final long SPREAD = HourCalendar.SPREAD.toMillis();

  private final HourCalendar calendar = new HourCalendar(Duration.ofHours(1));

  @Test
  void hasNothingDueUntilTheHourAndTheGraceAreOver() {
    add(1000);

    assertThat(calendar.takeDue(END_OF_HOUR - 1)).isEmpty();
  }

  @Test
  void hasEveryHourDueOnceWithinTheSpread() {
    Set<HourCells> added = add(1000);

    assertThat(takeAll(END_OF_HOUR + SPREAD)).isEqualTo(added);
    assertThat(takeAll(Long.MAX_VALUE)).isEmpty();
  }

  @Test
  void spreadsTheHoursEvenly() {
    add(60_000);

    int before = 0;
    for (int minute = 1; minute <= 10; minute++) {
      before += takeAll(END_OF_HOUR + SPREAD * minute / 10 - 1).size();
      assertThat(before).isBetween(6000 * minute - 700, 6000 * minute + 700);
    }
  }

  private Set<HourCells> add(int count) {
    Set<HourCells> hours = new HashSet<>();
    for (int i = 0; i < count; i++) {
      HourCells hour = new HourCells(keyOf("script " + i).ofHour());
      hours.add(hour);
      calendar.add(hour);
    }
    return hours;
  }

  private Set<HourCells> takeAll(long watermark) {
    Set<HourCells> all = new HashSet<>();
    List<HourCells> due = calendar.takeDue(watermark);
    while (!due.isEmpty()) {
      all.addAll(due);
      due = calendar.takeDue(watermark);
    }
    return all;
  }
}
