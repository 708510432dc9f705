package dev.scriptanalytics.testkit.ledger;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What was sent, per script: what any reader of the same events must find.
 *
 * <p>As a file it is one JSON object a line, one line a script, with every response time.
 */
public final class Ledger {
  private final Map<Script, Page> pages = new LinkedHashMap<>();
  private final Map<String, Long> deadLetters = new TreeMap<>();
  private final Map<RunKey, List<String>> orders = new LinkedHashMap<>();
  private boolean withLogs;

  /** A run as its log entries tell it. */
  public record RunKey(String account, String runId) {}

  /** Counts a run; each run is to be added once. */
  public void add(RunOutcome outcome) {
    Script script = new Script(outcome.account(), outcome.script());
    pages.computeIfAbsent(script, s -> new Page()).add(outcome);
  }

  /** Counts a log entry; each is to be added once. A script without any must then have none. */
  public void add(LogOutcome outcome) {
    withLogs = true;
    Script script = new Script(outcome.account(), outcome.script());
    Page page = pages.computeIfAbsent(script, s -> new Page());
    page.logs = page.logs.with(outcome);
  }

  /**
   * Tells in which order a reader must find entries of one instant, which are added as all others
   * are.
   *
   * @param messages of two or more entries, all that their run logged in that instant
   */
  public void addOrder(RunKey run, List<String> messages) {
    orders.put(run, List.copyOf(messages));
  }

  /**
   * The messages of entries of one instant in their order, by run; they are no part of the file.
   */
  public Map<RunKey, List<String>> orders() {
    return Collections.unmodifiableMap(orders);
  }

  /** Counts a record that nobody can use. */
  public void addDeadLetter(String reason) {
    deadLetters.merge(reason, 1L, Long::sum);
  }

  /** How many dead letters there must be, by reason; they are no part of the file. */
  public Map<String, Long> deadLetters() {
    return Collections.unmodifiableMap(deadLetters);
  }

  /** Every script that had a run or logged, in the order in which they were added. */
  public List<ScriptLedger> scripts() {
    List<ScriptLedger> scripts = new ArrayList<>();
    pages.forEach((script, page) -> scripts.add(page.close(script, withLogs)));
    return scripts;
  }

  /** Writes {@link #scripts} to {@code file}. */
  public void write(Path file) throws IOException {
    JsonFactory factory = new JsonFactory();
    try (BufferedWriter out = Files.newBufferedWriter(file);
        JsonGenerator json = factory.createGenerator(out)) {
      json.setRootValueSeparator(null);
      for (ScriptLedger script : scripts()) {
        json.writeStartObject();
        json.writeStringField("account", script.account());
        json.writeStringField("script", script.script());
        json.writeStringField("from", Instant.ofEpochMilli(script.from()).toString());
        json.writeStringField("to", Instant.ofEpochMilli(script.to()).toString());
        json.writeNumberField("total_runs", script.totalRuns());
        json.writeNumberField("succeeded", script.succeeded());
        json.writeNumberField("failed", script.failed());
        json.writeNumberField("in_progress", script.inProgress());
        json.writeArrayFieldStart("durations");
        for (double responseTime : script.responseTimes()) {
          json.writeNumber(responseTime);
        }
        json.writeEndArray();
        write(json, script.deployments());
        if (script.logs() != null) {
          write(json, script.logs());
        }
        json.writeEndObject();
        json.writeRaw('\n');
      }
    }
  }

  private static void write(JsonGenerator json, Map<DeploymentKey, RunCounts> deployments)
      throws IOException {
    json.writeArrayFieldStart("deployments");
    for (Map.Entry<DeploymentKey, RunCounts> of : deployments.entrySet()) {
      json.writeStartObject();
      json.writeNumberField("version", of.getKey().version());
      json.writeStringField("id", of.getKey().id());
      json.writeNumberField("succeeded", of.getValue().succeeded());
      json.writeNumberField("failed", of.getValue().failed());
      json.writeNumberField("in_progress", of.getValue().inProgress());
      json.writeNumberField("checksum", of.getValue().checksum());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void write(JsonGenerator json, LogLedger logs) throws IOException {
    json.writeObjectFieldStart("logs");
    json.writeStringField("from", Instant.ofEpochMilli(logs.from()).toString());
    json.writeStringField("to", Instant.ofEpochMilli(logs.to()).toString());
    json.writeNumberField("total", logs.counts().total());
    json.writeObjectFieldStart("by_level");
    for (Map.Entry<String, Long> level : logs.counts().byLevel().entrySet()) {
      json.writeNumberField(level.getKey(), level.getValue());
    }
    json.writeEndObject();
    json.writeNumberField("checksum", logs.counts().checksum());
    json.writeEndObject();
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IOException naming the file and the line that is no ledger of a script
   */
  public static List<ScriptLedger> read(Path file) throws IOException {
    JsonMapper mapper = new JsonMapper();
    List<ScriptLedger> scripts = new ArrayList<>();
    try (BufferedReader in = Files.newBufferedReader(file)) {
      String line;
      while ((line = in.readLine()) != null) {
        try {
          scripts.add(script(mapper.readTree(line)));
        } catch (JsonProcessingException | IllegalArgumentException | DateTimeException e) {
          throw new IOException(
              "%s, line %d is not a script's ledger: %s"
                  .formatted(file, scripts.size() + 1, e.getMessage()),
              e);
        }
      }
    }
    return scripts;
  }

  private static ScriptLedger script(JsonNode line) {
    double[] responseTimes = new double[line.required("durations").size()];
    Arrays.setAll(responseTimes, i -> line.get("durations").get(i).doubleValue());
    return new ScriptLedger(
        line.required("account").textValue(),
        line.required("script").textValue(),
        Instant.parse(line.required("from").asText()).toEpochMilli(),
        Instant.parse(line.required("to").asText()).toEpochMilli(),
        line.required("succeeded").longValue(),
        line.required("failed").longValue(),
        line.required("in_progress").longValue(),
        responseTimes,
        deployments(line.required("deployments")),
        line.has("logs") ? logs(line.get("logs")) : null);
  }

  private static Map<DeploymentKey, RunCounts> deployments(JsonNode deployments) {
    Map<DeploymentKey, RunCounts> byDeployment = new TreeMap<>();
    for (JsonNode of : deployments) {
      byDeployment.put(
          new DeploymentKey(of.required("version").intValue(), of.required("id").textValue()),
          new RunCounts(
              of.required("succeeded").longValue(),
              of.required("failed").longValue(),
              of.required("in_progress").longValue(),
              of.required("checksum").longValue()));
    }
    return byDeployment;
  }

  private static LogLedger logs(JsonNode logs) {
    Map<String, Long> byLevel = new TreeMap<>();
    logs.required("by_level")
        .properties()
        .forEach(level -> byLevel.put(level.getKey(), level.getValue().longValue()));
    return new LogLedger(
        Instant.parse(logs.required("from").asText()).toEpochMilli(),
        Instant.parse(logs.required("to").asText()).toEpochMilli(),
        new LogCounts(
            logs.required("total").longValue(), byLevel, logs.required("checksum").longValue()));
  }

  /** One script's runs and log entries while they are being added. */
  private static final class Page {
    private long from = Long.MAX_VALUE;
    private long to = Long.MIN_VALUE;
    private long succeeded;
    private long failed;
    private long inProgress;
    private double[] responseTimes = new double[16];
    private int size;
    private final Map<DeploymentKey, RunCounts> deployments = new TreeMap<>();
    private LogLedger logs = LogLedger.NONE;

    void add(RunOutcome outcome) {
      from = Math.min(from, outcome.startedAt());
      to = Math.max(to, outcome.startedAt() + 1);
      deployments.compute(
          outcome.deployment(),
          (deployment, counts) -> (counts == null ? RunCounts.NONE : counts).with(outcome));
      switch (outcome.status()) {
        case IN_PROGRESS -> inProgress++;
        case SUCCESS -> succeeded++;
        case FAILED -> failed++;
      }
      if (!Double.isNaN(outcome.responseTime())) {
        if (size == responseTimes.length) {
          responseTimes = Arrays.copyOf(responseTimes, 2 * size);
        }
        responseTimes[size++] = outcome.responseTime();
      }
    }

    ScriptLedger close(Script script, boolean withLogs) {
      double[] sorted = Arrays.copyOf(responseTimes, size);
      Arrays.sort(sorted);
      boolean ran = from < to;
      return new ScriptLedger(
          script.account(),
          script.name(),
          ran ? from : logs.from(),
          ran ? to : logs.to(),
          succeeded,
          failed,
          inProgress,
          sorted,
          new TreeMap<>(deployments),
          withLogs ? logs : null);
    }
  }
}
