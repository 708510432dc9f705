package dev.scriptanalytics.track;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PendingBudgetTest {
  private final PendingLogs logs = new PendingLogs();

  @Test
  void countsTheBytesOfItsRunsWhateverHappensToThem() {
    PendingBudget budget = new PendingBudget(Long.MAX_VALUE);
    Deque<PendingRun> expected = new ArrayDeque<>();
    Random random = new Random(7);
    for (int step = 0; step < 10_000; step++) {
      PendingRun oldest = expected.peekFirst();
      switch (random.nextInt(4)) {
        case 0 -> {
          PendingRun run = logs.add(step, step, step);
          budget.add(run);
          expected.addLast(run);
        }
        case 1 -> {
          if (oldest != null) {
            oldest.addRow(new byte[random.nextInt(500)]);
            oldest.addRow(new byte[random.nextInt(500)]);
            budget.resize(oldest);
          }
        }
        case 2 -> {
          if (oldest != null) {
            oldest.removeRows();
            oldest.retractable = lines(random.nextInt(20));
            budget.resize(oldest);
          }
        }
        default -> {
          if (expected.size() > 10) {
            budget.remove(expected.removeFirst());
          }
        }
      }
      assertThat(budget.bytes()).isEqualTo(expected.stream().mapToLong(PendingRun::bytes).sum());
      assertThat(budget.size()).isEqualTo(expected.size());
      assertThat(budget.oldest()).isSameAs(expected.peekFirst());
    }
  }

  @Test
  void evictsTheOldestRunsUntilTheRestFits() {
    PendingRun one = logs.add(1, 1, 1);
    PendingRun two = logs.add(2, 2, 2);
    PendingRun three = logs.add(3, 3, 3);
    PendingBudget budget = new PendingBudget(two.bytes() + three.bytes() + 100);
    budget.add(one);
    budget.add(two);
    assertThat(budget.evict()).isNull();

    budget.add(three);
    assertThat(budget.evict()).isSameAs(one);
    assertThat(budget.evict()).isNull();

    three.addRow(new byte[200]);
    assertThat(budget.evict()).as("a change counts once it is announced").isNull();
    budget.resize(three);
    assertThat(budget.evict()).isSameAs(two);
    assertThat(budget.evict()).isNull();
    assertThat(budget.bytes()).isEqualTo(three.bytes());
  }

  @Test
  void countsAHeldRunPassesItOverAndEvictsItFirst() {
    PendingRun one = logs.add(1, 1, 1);
    PendingRun two = logs.add(2, 2, 2);
    PendingBudget budget = new PendingBudget(one.bytes() + two.bytes());
    budget.add(one);
    budget.add(two);
    budget.hold(one);
    assertThat(budget.oldest()).isSameAs(two);
    assertThat(budget.size()).isEqualTo(2);
    assertThat(budget.bytes()).isEqualTo(one.bytes() + two.bytes());
    assertThat(budget.evict()).isNull();

    two.addRow(new byte[1]);
    budget.resize(two);
    assertThat(budget.evict()).isSameAs(one);
    assertThat(budget.evict()).isNull();
    assertThat(budget.bytes()).isEqualTo(two.bytes());

    budget.hold(two);
    assertThat(budget.oldest()).isNull();
    budget.remove(two);
    assertThat(budget.size()).isZero();
    assertThat(budget.bytes()).isZero();
  }

  @Test
  void evictsARunThatIsLargerThanEverything() {
    PendingBudget budget = new PendingBudget(10);
    PendingRun run = logs.add(1, 1, 1);
    budget.add(run);

    assertThat(budget.evict()).isSameAs(run);
    assertThat(budget.evict()).isNull();
    assertThat(budget.bytes()).isZero();
    assertThat(budget.oldest()).isNull();
  }

  private static RetractableLines lines(int count) {
    RetractableLines lines = new RetractableLines(new byte[4], new byte[8], new byte[12], 0L, 30);
    for (int line = 1; line <= count; line++) {
      lines.add(line, line % 2 == 0, line, new byte[line]);
    }
    return lines;
  }
}
