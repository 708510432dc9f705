package dev.scriptanalytics.track;

import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.track.RunEvents.Event;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Events of some runs as bad as producers and networks make them: in any order, often duplicated,
 * some hours late, and some contradicting others.
 */
final class RandomHistory {
  private final Random random;
  private final RunEvents events = new RunEvents();
  private final List<ScriptEvent> history = new ArrayList<>();

  private RandomHistory(long seed) {
    random = new Random(seed);
  }

  /** The events of a seed, in order of arrival. */
  static List<ScriptEvent> of(long seed, int runs) {
    RandomHistory history = new RandomHistory(seed);
    for (int run = 0; run < runs; run++) {
      history.addRun("run-" + run);
    }
    history.history.sort(Comparator.comparingLong(event -> event.arrival));
    return history.history;
  }

  private void addRun(String id) {
    long startMillis = random.nextInt((int) Duration.ofHours(6).toMillis());
    long responseTime =
        random.nextInt((int) Duration.ofMinutes(random.nextBoolean() ? 1 : 90).toMillis());
    if (chance(0.8)) {
      Event start =
          common(events.start(id), startMillis).with("input", Map.of("n", random.nextInt(9)));
      send(start, startMillis);
      if (chance(0.1)) {
        send(common(events.start(id), startMillis - 90_000).with("script", "Other"), startMillis);
      }
    }
    if (chance(0.85)) {
      Event end =
          common(
              chance(0.7)
                  ? events.success(id, responseTime + random.nextInt(8) / 8.0)
                  : events.failure(id),
              startMillis);
      if (chance(0.3)) {
        end.with("stdout", "out of " + id);
      }
      send(end, startMillis + responseTime);
    }
    if (chance(0.4)) {
      for (int i = 0; i < 3; i++) {
        long millis = startMillis + random.nextInt(1 + (int) responseTime) + delay();
        history.add(
            LogRecords.entry(
                id, id + "-" + i, "streamed", RunEvents.T.plusMillis(millis), entry -> {}));
      }
    }
    if (chance(0.15)) {
      Event other = chance(0.5) ? events.success(id, responseTime + 9.0) : events.failure(id);
      send(common(other, startMillis).with("stdout", "another"), startMillis + responseTime);
    }
  }

  private Event common(Event event, long startMillis) {
    event.startedAt(RunEvents.T.plusMillis(startMillis));
    if (chance(0.5)) {
      event.with("deployment_version", 1 + random.nextInt(3));
    }
    if (chance(0.5)) {
      event.with("function", "f" + random.nextInt(3));
    }
    return event;
  }

  private void send(Event event, long millis) {
    long arrival = millis + delay();
    do {
      // Many arrive in the same millisecond, as in batches.
      event.arriving(RunEvents.T.plusMillis(arrival / 5000 * 5000));
      history.add(event.decoded());
      arrival += delay();
    } while (chance(0.3));
  }

  private long delay() {
    int most =
        switch (random.nextInt(10)) {
          case 0 -> 4 * 3600;
          case 1, 2 -> 20 * 60;
          default -> 10;
        };
    return 1000L * random.nextInt(most);
  }

  private boolean chance(double probability) {
    return random.nextDouble() < probability;
  }
}
