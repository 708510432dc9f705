package dev.scriptanalytics.track;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.event.Script;
import dev.scriptanalytics.pattern.NewShape;
import dev.scriptanalytics.row.EntryGroups;
import dev.scriptanalytics.row.LogEntry;
import dev.scriptanalytics.row.LogRow;
import dev.scriptanalytics.row.RowBinaryBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NewShapesTest {
  private static final long DAY = Duration.ofDays(1).toNanos() / 1000;
  private static final long NOW = 20_000 * DAY + 5;

  private int heldBack;
  private final List<NewShape> passedOn = new ArrayList<>();
  private final NewShapes shapes = new NewShapes(passedOn::add, () -> heldBack++);
  private final EntryGroups groups = new EntryGroups();
  private final RowBinaryBuffer buffer = new RowBinaryBuffer();

  @Test
  void passesOnWhatIsNewWithItsScriptTextAndTime() {
    byte[] row = row("acme", "pay", "order 17 is paid", NOW);
    shapes.of(row);

    assertThat(passedOn).hasSize(1);
    NewShape shape = passedOn.get(0);
    assertThat(shape.script()).isEqualTo(Script.of("acme", "pay"));
    assertThat(new String(shape.text(), UTF_8)).isEqualTo("order * is paid");
    assertThat(shape.shape()).isEqualTo(LogRow.shape(row));
    assertThat(shape.seen()).isEqualTo(NOW);
  }

  @Test
  void passesAShapeOfAScriptOnOnce() {
    see("acme", "pay", "order 17 is paid");
    see("acme", "pay", "order 18 is paid");
    assertThat(passedOn).hasSize(1);

    see("acme", "buy", "order 17 is paid");
    see("globex", "pay", "order 17 is paid");
    see("acme", "pay", "order 17 is lost");
    see("acme", "pay", "order 17 is paid");
    assertThat(passedOn).hasSize(4);
  }

  @Test
  void doesNotTakeOneAccountAndScriptForAnother() {
    see("a", "bc", "a message");
    see("ab", "c", "a message");

    assertThat(passedOn).hasSize(2);
  }

  @Test
  void passesNothingOnThatSaysNothingOrWhoseScriptIsUnknownOrThatIsRemoved() {
    see("acme", "pay", " ");
    see("acme", "", "a message");
    LogRow view = new LogRow().wrap(row("acme", "pay", "a message", NOW));
    shapes.of(view.tombstone(buffer));
    shapes.of(LogRow.deleted(row("acme", "pay", "a message", NOW)));

    assertThat(passedOn).isEmpty();
  }

  @Test
  void passesAShapeInUseOnEveryMonth() {
    for (int day = 0; day < 3 * 32; day++) {
      shapes.of(row("acme", "pay", "a message", NOW + day * DAY));
    }

    assertThat(passedOn).hasSizeBetween(3, 4);
  }

  @Test
  void remembersAsManyShapesAsItsTableHasRoomFor() {
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < 9_000; i++) {
        see("acme", "script" + i, "a message");
      }
    }

    assertThat(passedOn.size()).isBetween(9_000, 9_200);
    assertThat(heldBack).isZero();
  }

  @Test
  void passesOnAtMostOneOfEightBeyondItsAllowance() {
    for (int i = 0; i < 100_000; i++) {
      see("acme", "pay", "message " + word(i));
    }

    assertThat(passedOn.size()).isBetween(10_000, 10_000 + 100_000 / 8);
    assertThat(passedOn.size() + heldBack).isEqualTo(100_000);
  }

  @Test
  void passesOnLaterWhatItHeldBack() {
    for (int i = 0; i < 50_000; i++) {
      see("acme", "pay", "message " + word(i));
    }
    Set<String> texts = new HashSet<>();
    passedOn.forEach(shape -> texts.add(new String(shape.text(), UTF_8)));
    assertThat(texts).doesNotContain("message " + word(49_999));

    for (int i = 0; i < 8; i++) {
      see("acme", "pay", "message " + word(49_999));
    }
    assertThat(new String(passedOn.get(passedOn.size() - 1).text(), UTF_8))
        .isEqualTo("message " + word(49_999));
  }

  /** A word without digits, which would be masked. */
  private static String word(int number) {
    StringBuilder word = new StringBuilder("w");
    for (int rest = number; rest > 0; rest /= 20) {
      word.append((char) ('g' + rest % 20));
    }
    return word.toString();
  }

  private void see(String account, String script, String message) {
    shapes.of(row(account, script, message, NOW));
  }

  private byte[] row(String account, String script, String message, long timestamp) {
    LogEntry entry = new LogEntry();
    entry.account = account.getBytes(UTF_8);
    entry.script = script.getBytes(UTF_8);
    entry.message = message.getBytes(UTF_8);
    entry.timestamp = timestamp;
    groups.set(entry);
    buffer.reset();
    entry.writeTo(LogRow.AS_IT_CAME, buffer);
    return buffer.copy();
  }
}
