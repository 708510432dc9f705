package dev.scriptanalytics.track;

import static dev.scriptanalytics.event.DeadLetterReason.CONTRADICTING_END;
import static dev.scriptanalytics.event.DeadLetterReason.CONTRADICTING_START;

import dev.scriptanalytics.event.DeadLetterReason;
import dev.scriptanalytics.event.Script;
import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.event.ScriptEvent.Kind;
import dev.scriptanalytics.rollup.Fact;
import dev.scriptanalytics.row.RowReader;
import dev.scriptanalytics.shape.ErrorGroups;
import dev.scriptanalytics.track.Tracked.GivenFact;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * The oracle: what a tracker must make of a history, by the rules alone. It goes through one run
 * after another with the list of its events, and has no tables, bytes or state.
 */
final class PlainTracker {
  private static final Set<String> OF_THE_FIRST =
      Set.of("account", "script", "executed_on", "retention_days");
  private static final long MAX_SKEW_SECONDS = 60;
  private static final long TIMEOUT_GROUP =
      new ErrorGroups().of("timeout".getBytes(StandardCharsets.UTF_8), new byte[0], new byte[0]);

  final List<Map<String, Object>> runRows = new ArrayList<>();
  final List<String> logs = new ArrayList<>();
  final List<GivenFact> facts = new ArrayList<>();
  final Set<String> deadLetters = new TreeSet<>();
  int duplicates;
  int timedOutRuns;

  private final TrackingRules rules;

  /** Before each event the watermark is just before its arrival; at the end it is {@code end}. */
  PlainTracker(TrackingRules rules, List<ScriptEvent> history, long end) {
    this.rules = rules;
    Map<Object, List<ScriptEvent>> runs = new LinkedHashMap<>();
    for (ScriptEvent event : history) {
      if (event.kind == ScriptEvent.Kind.LOG) {
        continue;
      }
      Map<String, Object> row = RowReader.runRow(event.row);
      runs.computeIfAbsent(List.of(row.get("account"), row.get("run_id")), r -> new ArrayList<>())
          .add(event);
    }
    for (List<ScriptEvent> events : runs.values()) {
      Run run = new Run();
      for (ScriptEvent event : events) {
        run.timePasses(event.arrival - 1);
        run.receives(event, RowReader.runRow(event.row));
      }
      run.timePasses(end);
    }
  }

  private final class Run {
    // The row of the run as it is known now; null before the first event.
    private Map<String, Object> known;
    private Map<String, Object> start;
    // When the execution began; null if unknown, as of a run that is only queued.
    private Instant begun;
    private long startArrival;
    private Map<String, Object> end;
    private ScriptEvent endEvent;
    private boolean isFinished;
    private long finishedAt;
    private boolean endWaits;
    private boolean timedOut;

    void timePasses(long now) {
      if (isOpen() && isOverdue(now)) {
        failByRule();
      }
      if (isUntimed() && endEvent.arrival + rules.awaitStartMillis() < now) {
        deadLetter(endEvent, DeadLetterReason.MISSING_FIELD);
        forget();
      }
      if (isFinished && finishedAt + rules.awaitStartMillis() < now) {
        endWaits = false;
      }
      long memoryHours = Duration.ofMillis(rules.memoryMillis()).toHours();
      if (isFinished && hour(finishedAt).plus(memoryHours, ChronoUnit.HOURS).isBefore(hour(now))) {
        forget();
      }
    }

    private void forget() {
      known = null;
      start = null;
      begun = null;
      end = null;
      isFinished = false;
      endWaits = false;
      timedOut = false;
    }

    private boolean isOpen() {
      return start != null && !isFinished;
    }

    /** The end is known, the start is not, and the end does not tell it. */
    private boolean isUntimed() {
      return end != null && !isFinished;
    }

    private boolean isOverdue(long now) {
      return rules.timeoutMillis() > 0 && startArrival + rules.timeoutMillis() < now;
    }

    void receives(ScriptEvent event, Map<String, Object> row) {
      boolean isStart = row.get("status").equals("In Progress");
      if (known != null && belongsToAnotherRun(event, row)) {
        deadLetter(event, isStart ? CONTRADICTING_START : CONTRADICTING_END);
      } else if (isStart) {
        receivesStart(event, row);
      } else {
        receivesEnd(event, row);
      }
    }

    private boolean belongsToAnotherRun(ScriptEvent event, Map<String, Object> row) {
      for (String column : List.of("script", "deployment_version", "deployment_id")) {
        boolean bothKnow = !isUnknown(known.get(column)) && !isUnknown(row.get(column));
        if (bothKnow && !known.get(column).equals(row.get(column))) {
          return true;
        }
      }
      return begun != null
          && event.kind == Kind.RUN
          && Math.abs(seconds(begun, row.get("executed_on"))) > MAX_SKEW_SECONDS;
    }

    private static long seconds(Object from, Object to) {
      return ((Instant) to).getEpochSecond() - ((Instant) from).getEpochSecond();
    }

    private void receivesStart(ScriptEvent event, Map<String, Object> row) {
      if (start != null) {
        duplicates++;
        if (isOpen() && begun == null && event.kind == Kind.RUN) {
          begun = (Instant) row.get("executed_on");
        }
      } else if (isUntimed()
          && seconds(end.get("ended_on"), row.get("executed_on")) > MAX_SKEW_SECONDS) {
        deadLetter(event, CONTRADICTING_START);
      } else if (!isFinished) {
        open(event, row);
        if (end != null) {
          finish(end, endEvent, event.arrival);
        }
      } else if (endWaits) {
        start = row;
        known = merge(end);
        runRows.add(known);
        log(3);
      } else {
        start = row;
        deadLetter(event, DeadLetterReason.LATE_START);
      }
    }

    private void open(ScriptEvent event, Map<String, Object> row) {
      known = row;
      start = row;
      begun = event.kind == Kind.RUN ? (Instant) row.get("executed_on") : null;
      startArrival = event.arrival;
      runRows.add(row);
      fact(Fact.Kind.SEEN, row, event.arrival);
    }

    private void receivesEnd(ScriptEvent event, Map<String, Object> row) {
      if (isOpen() && isOverdue(event.arrival)) {
        failByRule();
      }
      if (timedOut) {
        deadLetter(event, DeadLetterReason.END_AFTER_TIMEOUT);
      } else if (end != null && !isSameEnd(event, row)) {
        deadLetter(event, CONTRADICTING_END);
      } else if (end == null && start == null && event.kind == Kind.UNTIMED_END) {
        known = row;
        end = row;
        endEvent = event;
      } else if (isUntimed() && event.kind == Kind.RUN) {
        duplicates++;
        finishWithoutStart(event, row);
      } else if (end != null) {
        duplicates++;
      } else if (start == null) {
        finishWithoutStart(event, row);
      } else if (row.get("ended_on") != null
          && seconds(row.get("ended_on"), begun == null ? start.get("executed_on") : begun)
              > MAX_SKEW_SECONDS) {
        deadLetter(event, CONTRADICTING_END);
      } else {
        finish(row, event, event.arrival);
      }
    }

    private boolean isSameEnd(ScriptEvent event, Map<String, Object> row) {
      boolean bothTellResponseTime = endEvent.kind == Kind.RUN && event.kind == Kind.RUN;
      return end.get("status").equals(row.get("status"))
          && Objects.equals(end.get("ended_on"), row.get("ended_on"))
          && (!bothTellResponseTime
              || Objects.equals(end.get("response_time"), row.get("response_time")));
    }

    private void finishWithoutStart(ScriptEvent event, Map<String, Object> row) {
      end = row;
      endEvent = event;
      endWaits = true;
      begun = (Instant) row.get("executed_on");
      fact(Fact.Kind.SEEN, row, event.arrival);
      finished(row, 2, event.arrival);
    }

    private void finish(Map<String, Object> row, ScriptEvent event, long arrival) {
      end = row;
      endEvent = event;
      Map<String, Object> whole = merge(start);
      if (event.kind == Kind.UNTIMED_END) {
        boolean hasResponseTime = begun != null && row.get("status").equals("Success");
        whole.put("response_time", hasResponseTime ? millisSinceBegin(row) : null);
      }
      boolean hasMoved =
          !whole.get("deployment_version").equals(start.get("deployment_version"))
              || (whole.get("deployment_version").equals(0)
                  && !whole.get("deployment_id").equals(start.get("deployment_id")));
      if (hasMoved) {
        fact(Fact.Kind.UNSEEN, start, arrival);
        fact(Fact.Kind.SEEN, whole, arrival);
      }
      finished(whole, 3, arrival);
    }

    private double millisSinceBegin(Map<String, Object> ended) {
      return Math.max(0, Duration.between(begun, (Instant) ended.get("ended_on")).toMillis());
    }

    private void finished(Map<String, Object> whole, int version, long arrival) {
      known = whole;
      isFinished = true;
      finishedAt = arrival;
      runRows.add(whole);
      boolean succeeded = whole.get("status").equals("Success");
      fact(succeeded ? Fact.Kind.SUCCEEDED : Fact.Kind.FAILED, whole, arrival);
      log(version);
    }

    private void failByRule() {
      Duration timeout = Duration.ofMillis(rules.timeoutMillis());
      known = new LinkedHashMap<>(start);
      known.put("version", 3);
      known.put("status", "Failed");
      known.put("ended_on", ((Instant) start.get("executed_on")).plus(timeout));
      known.put("error_code", "timeout");
      known.put("error_message", "No end within " + timeout + " (run.timeout)");
      known.put("error_group", TIMEOUT_GROUP);
      isFinished = true;
      finishedAt = startArrival + rules.timeoutMillis();
      timedOut = true;
      timedOutRuns++;
      runRows.add(known);
      fact(Fact.Kind.FAILED, known, finishedAt);
    }

    private Map<String, Object> merge(Map<String, Object> first) {
      Map<String, Object> whole = new LinkedHashMap<>();
      for (String column : end.keySet()) {
        Object value = end.get(column);
        whole.put(column, isUnknown(value) ? start.get(column) : value);
      }
      OF_THE_FIRST.forEach(column -> whole.put(column, first.get(column)));
      whole.put("version", 3);
      Instant executedOn = (Instant) first.get("executed_on");
      if (end.get("ended_on") instanceof Instant endedOn && endedOn.isBefore(executedOn)) {
        whole.put("ended_on", executedOn);
      }
      Set<Object> truncated = new LinkedHashSet<>((List<?>) start.get("truncated"));
      truncated.addAll((List<?>) end.get("truncated"));
      whole.put("truncated", List.copyOf(truncated));
      return whole;
    }

    private void log(int version) {
      if (endEvent.stdout != null) {
        logs.add(
            end.get("run_id")
                + " "
                + version
                + " "
                + new String(endEvent.stdout, StandardCharsets.UTF_8));
      }
    }
  }

  private static boolean isUnknown(Object value) {
    return value == null || value.equals("") || value.equals(0);
  }

  private void deadLetter(ScriptEvent event, DeadLetterReason reason) {
    deadLetters.add(event.origin.offset() + " " + reason);
  }

  private void fact(Fact.Kind kind, Map<String, Object> row, long arrival) {
    Double responseTime = (Double) row.get("response_time");
    facts.add(
        new GivenFact(
            kind,
            Script.of((String) row.get("account"), (String) row.get("script")),
            (int) row.get("deployment_version"),
            ((Instant) row.get("executed_on")).truncatedTo(ChronoUnit.MINUTES),
            hour(arrival),
            kind == Fact.Kind.SUCCEEDED && responseTime != null ? responseTime : Double.NaN));
  }

  private static Instant hour(long millis) {
    return Instant.ofEpochMilli(millis).truncatedTo(ChronoUnit.HOURS);
  }
}
