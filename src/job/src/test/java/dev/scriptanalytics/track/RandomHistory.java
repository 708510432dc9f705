package dev.scriptanalytics.track;

import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.track.RunEvents.Event;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/**
 * Events of some runs as bad as producers and networks make them: in any order, often duplicated,
 * some hours late, with clocks that differ, and some contradicting others. Some ids belong to two
 * runs. Input and output of each event say which run it belongs to.
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
    Run run = new Run(id, startMillis);
    if (chance(0.3)) {
      // Another run of the same id, which differs from this one in each of its events.
      Run other =
          switch (random.nextInt(3)) {
            case 0 -> new Run(id, startMillis + random.nextInt(200_000)).of("Other");
            case 1 -> {
              run.version = 1;
              yield new Run(id, startMillis + random.nextInt(200_000)).withVersion(2);
            }
            default -> {
              run.isPlain = true;
              long hours = random.nextInt((int) Duration.ofHours(6).toMillis());
              yield new Run(id, startMillis + 180_000 + hours).plain();
            }
          };
      send(other);
    }
    send(run);
    if (chance(0.3)) {
      for (int i = 0; i < 3; i++) {
        long millis = startMillis + random.nextInt(1 + (int) run.responseTime) + delay();
        history.add(
            LogRecords.entry(
                id, id + "-" + i, "streamed", RunEvents.T.plusMillis(millis), entry -> {}));
      }
    }
  }

  /** A run as it really was, whatever its events say. */
  private final class Run {
    final String id;
    final long startMillis;
    final long responseTime =
        random.nextInt((int) Duration.ofMinutes(random.nextBoolean() ? 1 : 90).toMillis());
    String script = "Qbalance";
    int version;
    boolean isPlain;

    Run(String id, long startMillis) {
      this.id = id;
      this.startMillis = startMillis;
    }

    Run of(String name) {
      script = name;
      return this;
    }

    Run withVersion(int number) {
      version = number;
      return this;
    }

    /** All its events tell its start. */
    Run plain() {
      isPlain = true;
      return this;
    }

    /** A text that all its events have, and no events of another run. */
    String mark() {
      return id + "/" + script + "/" + version + "/" + startMillis;
    }

    private Event common(Event event) {
      event.with("script", script);
      if (version != 0) {
        event.with("deployment_version", version);
      } else if (!isPlain && chance(0.3)) {
        event.with("deployment_version", 1 + random.nextInt(2));
      }
      if (chance(0.2)) {
        event.with("deployment_id", "d-" + random.nextInt(2));
      }
      if (chance(0.5)) {
        event.with("function", "f" + random.nextInt(3));
      }
      return event;
    }

    /** The start as another clock tells it, mostly within the skew. */
    private Instant toldStart() {
      long skew =
          switch (random.nextInt(8)) {
            case 0 -> random.nextInt(20_000) - 10_000;
            case 1 -> random.nextInt(80_000) - 40_000;
            default -> 0;
          };
      return RunEvents.T.plusMillis(startMillis + skew);
    }

    Event start() {
      boolean isQueued = !isPlain && chance(0.2);
      Event start = isQueued ? events.queued(id) : events.start(id);
      start.startedAt(isQueued ? toldStart().minusMillis(delay()) : toldStart());
      return common(start).with("input", mark());
    }

    Event end() {
      Instant start = toldStart();
      boolean succeeded = chance(0.7);
      Event end;
      if (!isPlain && chance(0.3)) {
        Instant endedAt = start.plusMillis(responseTime);
        end = succeeded ? events.untimedSuccess(id, endedAt) : events.untimedFailure(id, endedAt);
      } else if (succeeded) {
        end = events.success(id, responseTime + random.nextInt(2) / 8.0).startedAt(start);
      } else {
        end = events.failure(id).startedAt(start);
        if (chance(0.5)) {
          end.endedAt(start.plusMillis(responseTime));
        }
      }
      if (chance(0.3)) {
        // The first line of the library is what a run streams, if it streams.
        end.with("stdout", "out of " + mark() + "\nINFO :: streamed\nERROR :: streamed");
      }
      return common(end).with("output", mark());
    }
  }

  private void send(Run run) {
    int starts = chance(0.8) ? chance(0.3) ? 2 : 1 : 0;
    for (int i = 0; i < starts; i++) {
      send(run.start(), run.startMillis);
    }
    int ends = chance(0.85) ? chance(0.25) ? 2 : 1 : 0;
    for (int i = 0; i < ends; i++) {
      send(run.end(), run.startMillis + run.responseTime);
    }
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
