package dev.scriptanalytics.bench.throughput;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.scriptanalytics.testkit.sample.Delivery;
import dev.scriptanalytics.testkit.sample.Topic;
import java.io.IOException;
import java.util.HexFormat;

/**
 * The events of a case, in the order in which they are sent.
 *
 * <p>A run's event is some 380 bytes of JSON, a log entry some 300.
 */
final class EventStream {
  /** Whose the runs are. */
  static final String ACCOUNT = "acme";

  /** Where starts and ends are mixed, they are within so many events. */
  private static final int BLOCK = 4096;

  private static final int DUPLICATE_EACH = 100;
  private static final int DUPLICATE_BEHIND = 50;
  private static final long OPEN_RUNS = 1_000_000;
  private static final HexFormat HEX = HexFormat.of();

  private final BenchmarkRun.Stream runs;
  private final Workload workload;
  private final long runEvents;
  private final long eventsBeforeRestart;

  /**
   * The stream of a workload.
   *
   * @param runEvents how many events of runs are sent, duplicates included
   * @param from when the first run started, in milliseconds since 1970
   * @param windowMillis how much later the last one did
   */
  EventStream(Workload workload, long runEvents, long from, long windowMillis) {
    this.workload = workload;
    this.runEvents = workload.hasStarts() ? runEvents / BLOCK * BLOCK : runEvents;
    this.eventsBeforeRestart =
        switch (workload) {
          case REMEMBERED_RUNS -> runEvents * 2 / 3 / DUPLICATE_EACH * DUPLICATE_EACH;
          case OPEN_RUNS -> Math.min(OPEN_RUNS, this.runEvents / 4);
          default -> 0;
        };
    long runs =
        workload.hasStarts()
            ? this.runEvents / 2
            : this.runEvents - this.runEvents / DUPLICATE_EACH;
    this.runs = new BenchmarkRun.Stream(workload, runs, from, windowMillis);
  }

  /** How many runs there are. */
  long runs() {
    return runs.runs();
  }

  /** How many events of runs are sent, duplicates included. */
  long runEvents() {
    return runEvents;
  }

  /** How many log entries are sent. */
  long logEvents() {
    return runs() * workload.logsOfRun();
  }

  BenchmarkRun run(long number) {
    return runs.run(number);
  }

  /** What takes the deliveries. */
  interface Receiver {
    void accept(Delivery delivery) throws IOException, InterruptedException;
  }

  /** How many events of runs there are before the job is restarted; 0 where it is not. */
  long eventsBeforeRestart() {
    return eventsBeforeRestart;
  }

  /** How many runs these are of. */
  long runsBeforeRestart() {
    return workload == Workload.OPEN_RUNS ? eventsBeforeRestart : number(eventsBeforeRestart);
  }

  /**
   * Hands over events of runs, and the log entries of those runs.
   *
   * @param from position of the first, from 0
   * @param to behind the last
   */
  void send(long from, long to, Receiver receiver) throws IOException, InterruptedException {
    for (long position = from; position < to; position++) {
      if (workload == Workload.OPEN_RUNS) {
        receiver.accept(startOrEndOfOpen(position));
      } else if (workload.hasStarts()) {
        long event = position / BLOCK * BLOCK + (position * 1_640_531_527L & (BLOCK - 1));
        BenchmarkRun run = run(event / 2);
        receiver.accept(delivery(run, (event & 1) == 0 ? start(run) : end(run)));
      } else if (position % DUPLICATE_EACH == DUPLICATE_EACH - 1) {
        BenchmarkRun run = run(number(position - eventsBehind(position) - DUPLICATE_BEHIND));
        receiver.accept(delivery(run, end(run)));
      } else {
        BenchmarkRun run = run(number(position));
        receiver.accept(delivery(run, end(run)));
        for (int i = 0; i < workload.logsOfRun(); i++) {
          receiver.accept(new Delivery(0, Topic.LOGS, runId(run), log(run, i)));
        }
      }
    }
  }

  /** Starts until so many runs are open, then starts and ends in turn, then the remaining ends. */
  private Delivery startOrEndOfOpen(long position) {
    long open = eventsBeforeRestart;
    long after = position - open;
    long starts = runs() - open;
    if (after < 0 || (after < 2 * starts && after % 2 == 0)) {
      BenchmarkRun run = run(after < 0 ? position : open + after / 2);
      return delivery(run, start(run));
    }
    BenchmarkRun run = run(after < 2 * starts ? after / 2 : after - starts);
    return delivery(run, end(run));
  }

  // After a restart, duplicates are of what came before it.
  private long eventsBehind(long position) {
    return position < eventsBeforeRestart ? 0 : eventsBeforeRestart;
  }

  private static long number(long position) {
    return position - position / DUPLICATE_EACH;
  }

  private static Delivery delivery(BenchmarkRun run, byte[] event) {
    return new Delivery(0, runId(run), event);
  }

  static String script(int number) {
    return "script_" + number;
  }

  private static String runId(BenchmarkRun run) {
    return "run_" + HEX.toHexDigits(run.number(), 8) + HEX.toHexDigits(run.random(), 8);
  }

  /** One that is apart from all others, to be looked for: its run is called as its script. */
  static Delivery probe(String script, long startedAt) {
    byte[] event =
        head(FreshnessProbe.ACCOUNT, script, script, 1)
            .append(",\"function\":\"handle_order\",\"status\":\"success\",\"started_at\":")
            .append(startedAt)
            .append(",\"response_time_ms\":1}")
            .toString()
            .getBytes(US_ASCII);
    return new Delivery(0, script, event);
  }

  /** A log entry of such a run. */
  static Delivery probeLog(String script, long timestamp) {
    byte[] entry =
        head(FreshnessProbe.ACCOUNT, script, script, 1)
            .append(",\"log_id\":\"")
            .append(script)
            .append("\",\"timestamp\":")
            .append(timestamp)
            .append(",\"level\":\"INFO\",\"message\":\"probe\"}")
            .toString()
            .getBytes(US_ASCII);
    return new Delivery(0, Topic.LOGS, script, entry);
  }

  private static StringBuilder head(BenchmarkRun run) {
    return head(ACCOUNT, runId(run), script(run.script()), run.version());
  }

  private static StringBuilder head(String account, String runId, String script, int version) {
    return new StringBuilder(420)
        .append("{\"account\":\"")
        .append(account)
        .append("\",\"run_id\":\"")
        .append(runId)
        .append("\",\"script\":\"")
        .append(script)
        .append("\",\"deployment_id\":\"deploy_0")
        .append(version)
        .append("\",\"deployment_version\":")
        .append(version);
  }

  private static byte[] start(BenchmarkRun run) {
    return head(run)
        .append(",\"function\":\"handle_order\",\"status\":\"in_progress\",\"started_at\":")
        .append(run.startedAt())
        .append('}')
        .toString()
        .getBytes(US_ASCII);
  }

  private static byte[] end(BenchmarkRun run) {
    long bits = run.random();
    return head(run)
        .append(",\"function\":\"handle_order\",\"status\":\"")
        .append(run.failed() ? "failed" : "success")
        .append("\",\"started_at\":")
        .append(run.startedAt())
        .append(",\"response_time_ms\":")
        .append(run.responseTime())
        .append(",\"source_type\":\"api\",\"source\":\"endpoint-")
        .append(bits & 7)
        .append("\",\"input\":{\"customer\":\"c_")
        .append((bits >>> 8) & 0xFFFF)
        .append("\",\"items\":")
        .append((bits >>> 24) & 15)
        .append("},\"output\":{\"order\":\"")
        .append(HEX.toHexDigits(bits, 8))
        .append("\",\"accepted\":true},\"trace_id\":\"")
        .append(HEX.toHexDigits(BenchmarkRun.mix(bits)))
        .append(HEX.toHexDigits(BenchmarkRun.mix(bits + 1)))
        .append("\"}")
        .toString()
        .getBytes(US_ASCII);
  }

  private static final String[] LEVELS = {"DEBUG", "INFO", "INFO", "INFO", "WARNING", "ERROR"};

  private static byte[] log(BenchmarkRun run, int index) {
    long bits = BenchmarkRun.mix(run.random() + index);
    return head(run)
        .append(",\"log_id\":\"log_")
        .append(HEX.toHexDigits(bits))
        .append("\",\"timestamp\":")
        .append(run.startedAt() + index)
        .append(",\"level\":\"")
        .append(LEVELS[(int) Math.floorMod(bits, (long) LEVELS.length)])
        .append("\",\"message\":\"order ")
        .append(bits >>> 44)
        .append(" of customer c_")
        .append((run.random() >>> 8) & 0xFFFF)
        .append(" went through step ")
        .append(index)
        .append(" in ")
        .append(bits & 0xFFF)
        .append(" ms\",\"source\":\"endpoint-")
        .append(run.random() & 7)
        .append("\"}")
        .toString()
        .getBytes(US_ASCII);
  }
}
