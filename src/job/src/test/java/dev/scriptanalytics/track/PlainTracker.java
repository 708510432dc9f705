package dev.scriptanalytics.track;

import dev.scriptanalytics.event.DeadLetterReason;
import dev.scriptanalytics.event.Script;
import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.rollup.Fact;
import dev.scriptanalytics.row.RowReader;
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
import java.util.Set;
import java.util.TreeSet;

/**
 * The oracle: what a tracker must make of a history, by the rules alone. It goes through one run
 * after another with the list of its events, and has no tables, bytes or state.
 */
final class PlainTracker {
  private static final Set<String> OF_THE_FIRST =
      Set.of("account", "script", "executed_on", "retention_days");

  final List<Map<String, Object>> runRows = new ArrayList<>();
  final List<String> logs = new ArrayList<>();
  final List<GivenFact> facts = new ArrayList<>();
  final Set<String> deadLetters = new TreeSet<>();
  int duplicates;

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
    private Map<String, Object> start;
    private long startArrival;
    private Map<String, Object> end;
    private ScriptEvent endEvent;
    private long finishedAt;
    private boolean endWaits;
    private boolean timedOut;

    void timePasses(long now) {
      if (end == null && start != null && isOverdue(now)) {
        failByRule();
      }
      if (end != null && finishedAt + rules.awaitStartMillis() < now) {
        endWaits = false;
      }
      long memoryHours = Duration.ofMillis(rules.memoryMillis()).toHours();
      if (end != null && hour(finishedAt).plus(memoryHours, ChronoUnit.HOURS).isBefore(hour(now))) {
        start = null;
        end = null;
        endWaits = false;
        timedOut = false;
      }
    }

    private boolean isOverdue(long now) {
      return rules.timeoutMillis() > 0 && startArrival + rules.timeoutMillis() < now;
    }

    void receives(ScriptEvent event, Map<String, Object> row) {
      if (row.get("status").equals("In Progress")) {
        receivesStart(event, row);
      } else if (end == null && start != null && isOverdue(event.arrival)) {
        failByRule();
        deadLetter(event, DeadLetterReason.END_AFTER_TIMEOUT);
      } else if (timedOut) {
        deadLetter(event, DeadLetterReason.END_AFTER_TIMEOUT);
      } else if (end == null) {
        receivesFirstEnd(event, row);
      } else if (end.get("status").equals(row.get("status"))
          && String.valueOf(end.get("response_time"))
              .equals(String.valueOf(row.get("response_time")))) {
        duplicates++;
      } else {
        deadLetter(event, DeadLetterReason.CONTRADICTING_END);
      }
    }

    private void receivesStart(ScriptEvent event, Map<String, Object> row) {
      if (start != null) {
        duplicates++;
        return;
      }
      start = row;
      startArrival = event.arrival;
      if (end == null) {
        runRows.add(row);
        fact(Fact.Kind.SEEN, row, event.arrival);
      } else if (endWaits) {
        runRows.add(merge(end));
        log(3);
      } else {
        deadLetter(event, DeadLetterReason.LATE_START);
      }
    }

    private void receivesFirstEnd(ScriptEvent event, Map<String, Object> row) {
      end = row;
      endEvent = event;
      finishedAt = event.arrival;
      Map<String, Object> whole = row;
      if (start == null) {
        endWaits = true;
        fact(Fact.Kind.SEEN, row, event.arrival);
      } else {
        whole = merge(start);
        if (!whole.get("deployment_version").equals(start.get("deployment_version"))) {
          fact(Fact.Kind.UNSEEN, start, event.arrival);
          fact(Fact.Kind.SEEN, whole, event.arrival);
        }
      }
      runRows.add(whole);
      fact(
          row.get("status").equals("Success") ? Fact.Kind.SUCCEEDED : Fact.Kind.FAILED,
          whole,
          event.arrival);
      log(start == null ? 2 : 3);
    }

    private void failByRule() {
      Duration timeout = Duration.ofMillis(rules.timeoutMillis());
      end = new LinkedHashMap<>(start);
      end.put("version", 3);
      end.put("status", "Failed");
      end.put("ended_on", ((Instant) start.get("executed_on")).plus(timeout));
      end.put("error_code", "timeout");
      end.put("error_message", "No end within " + timeout + " (run.timeout)");
      finishedAt = startArrival + rules.timeoutMillis();
      timedOut = true;
      runRows.add(end);
      fact(Fact.Kind.FAILED, end, finishedAt);
    }

    private Map<String, Object> merge(Map<String, Object> first) {
      Map<String, Object> whole = new LinkedHashMap<>();
      for (String column : end.keySet()) {
        Object value = end.get(column);
        boolean unknown = value == null || value.equals("") || value.equals(0);
        whole.put(column, unknown ? start.get(column) : value);
      }
      OF_THE_FIRST.forEach(column -> whole.put(column, first.get(column)));
      whole.put("version", 3);
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
