package dev.scriptanalytics.testkit.sample;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/**
 * Reads events as the contract of topic {@code script-runs} says, in the plainest way that there
 * is: a reading that knows nothing of how the events were made.
 */
public final class ReadRuns {
  private static final Set<String> QUEUED = Set.of("queued", "pending", "scheduled");
  private static final Set<String> STARTED = Set.of("inprogress", "started", "running");
  private static final Set<String> SUCCEEDED =
      Set.of(
          "success",
          "succeeded",
          "successful",
          "complete",
          "completed",
          "done",
          "finished",
          "passed",
          "ok");
  private static final Set<String> FAILED =
      Set.of(
          "failed",
          "failure",
          "error",
          "errored",
          "timeout",
          "timedout",
          "cancelled",
          "canceled",
          "aborted",
          "killed",
          "crashed",
          "terminated",
          "interrupted");
  private static final long CLOCK_SKEW_MILLIS = 60_000;

  private final JsonMapper mapper = new JsonMapper();
  private final Map<String, Run> runs = new LinkedHashMap<>();
  private final List<byte[]> refused = new ArrayList<>();
  private int contradictions;

  /** What is known of one run. */
  public static final class Run {
    public String account;
    public String script;
    public boolean ended;
    public boolean failed;
    public Double responseTime;
    public Long startedAt;
    public Long endedAt;
    public int deploymentVersion;
    public String deploymentId = "";
    public int events;

    /** Of a run that ended at a told time, the time since its start unless it is told. */
    private Double knownResponseTime() {
      return responseTime == null && ended && !failed && endedAt != null
          ? Double.valueOf((double) (endedAt - startedAt))
          : responseTime;
    }
  }

  /** One script's runs, to be compared with a ledger. */
  public record Count(long succeeded, long failed, long inProgress, List<Double> responseTimes) {}

  /** Takes the events in the order in which they come. */
  public void read(byte[] event) {
    try {
      JsonNode json = mapper.readTree(new String(event, StandardCharsets.UTF_8));
      String id = json.path("run_id").asText();
      if (id.startsWith("run_") || id.startsWith("job_")) {
        read(json);
      } else {
        refused.add(event);
      }
    } catch (JsonProcessingException e) {
      refused.add(event);
    }
  }

  private void read(JsonNode event) {
    int attempt = event.path("attempt").asInt(1);
    String id = event.get("run_id").textValue() + (attempt == 1 ? "" : "#" + attempt);
    Run run = runs.computeIfAbsent(id, of -> new Run());
    String script = event.get("script").textValue();
    Long startedAt = startedAt(event);
    if (contradicts(run, script, startedAt)) {
      contradictions++;
      return;
    }
    run.account = event.has("account") ? event.get("account").textValue() : "default";
    run.script = script;
    run.events++;
    run.deploymentVersion =
        Math.max(run.deploymentVersion, event.path("deployment_version").asInt());
    run.deploymentId = event.path("deployment_id").asText(run.deploymentId);
    if (run.startedAt == null) {
      run.startedAt = startedAt;
    }
    String status =
        event.get("status").textValue().toLowerCase(Locale.ROOT).replaceAll("[ _-]", "");
    boolean failed = FAILED.contains(status);
    if (STARTED.contains(status) || QUEUED.contains(status)) {
      return;
    }
    if (!failed && !SUCCEEDED.contains(status)) {
      throw new AssertionError("No such status: " + status);
    }
    if (!run.ended) {
      run.ended = true;
      run.failed = failed;
      run.responseTime = failed ? null : responseTime(event);
      run.endedAt = event.has("ended_at") ? millis(event.get("ended_at")) : null;
    } else if (run.failed != failed) {
      contradictions++;
    }
  }

  private static boolean contradicts(Run run, String script, Long startedAt) {
    boolean otherScript = run.script != null && !run.script.equals(script);
    boolean otherTime =
        run.startedAt != null
            && startedAt != null
            && Math.abs(run.startedAt - startedAt) > CLOCK_SKEW_MILLIS;
    return otherScript || otherTime;
  }

  /** Null if an end does not tell it. */
  private static Long startedAt(JsonNode event) {
    if (event.has("started_at")) {
      return millis(event.get("started_at"));
    }
    return event.has("response_time_ms")
        ? (long) (millis(event.get("ended_at")) - event.get("response_time_ms").doubleValue())
        : null;
  }

  private static Double responseTime(JsonNode event) {
    if (event.has("response_time_ms")) {
      return event.get("response_time_ms").doubleValue();
    }
    return event.has("ended_at") && event.has("started_at")
        ? (double) (millis(event.get("ended_at")) - millis(event.get("started_at")))
        : null;
  }

  private static long millis(JsonNode time) {
    if (time.isTextual()) {
      return OffsetDateTime.parse(time.textValue()).toInstant().toEpochMilli();
    }
    BigDecimal number = new BigDecimal(time.asText());
    return number.compareTo(BigDecimal.valueOf(100_000_000_000L)) < 0
        ? number.movePointRight(3).longValueExact()
        : number.longValueExact();
  }

  /** By the run's id. */
  public Map<String, Run> runs() {
    return runs;
  }

  /** Records that are no event of a run. */
  public List<byte[]> refused() {
    return refused;
  }

  /** Events that differ from those of their run which came before. */
  public int contradictions() {
    return contradictions;
  }

  /** By account and script. */
  public Map<List<String>, Count> counts() {
    Map<List<String>, List<Run>> scripts = new LinkedHashMap<>();
    for (Run run : runs.values()) {
      scripts
          .computeIfAbsent(List.of(run.account, run.script), script -> new ArrayList<>())
          .add(run);
    }
    Map<List<String>, Count> counts = new TreeMap<>((a, b) -> a.toString().compareTo(b.toString()));
    scripts.forEach(
        (script, of) ->
            counts.put(
                script,
                new Count(
                    of.stream().filter(run -> run.ended && !run.failed).count(),
                    of.stream().filter(run -> run.failed).count(),
                    of.stream().filter(run -> !run.ended).count(),
                    of.stream()
                        .map(Run::knownResponseTime)
                        .filter(Objects::nonNull)
                        .sorted()
                        .toList())));
    return counts;
  }
}
