package dev.scriptanalytics.local.benchmark;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.scriptanalytics.local.sample.Delivery;
import dev.scriptanalytics.local.sample.Topic;
import java.io.IOException;
import java.util.HexFormat;

/**
 * The events of a case, in the order in which they are sent.
 *
 * <p>A run's event is some 380 bytes of JSON, a log entry some 300.
 */
final class EventStream {
  /** Where starts and ends are mixed, they are within so many events. */
  private static final int BLOCK = 4096;

  private static final int DUPLICATE_EACH = 100;
  private static final int DUPLICATE_BEHIND = 50;
  private static final HexFormat HEX = HexFormat.of();

  private final GeneratedRun.Stream runs;
  private final Workload workload;
  private final long runEvents;

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
    long runs =
        workload.hasStarts()
            ? this.runEvents / 2
            : this.runEvents - this.runEvents / DUPLICATE_EACH;
    this.runs = new GeneratedRun.Stream(workload, runs, from, windowMillis);
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

  GeneratedRun run(long number) {
    return runs.run(number);
  }

  /** What takes the deliveries. */
  interface Receiver {
    void accept(Delivery delivery) throws IOException, InterruptedException;
  }

  /** Hands over every event. */
  void send(Receiver receiver) throws IOException, InterruptedException {
    for (long position = 0; position < runEvents; position++) {
      if (workload.hasStarts()) {
        long event = position / BLOCK * BLOCK + (position * 1_640_531_527L & (BLOCK - 1));
        GeneratedRun run = run(event / 2);
        receiver.accept(delivery(run, (event & 1) == 0 ? start(run) : end(run)));
      } else if (position % DUPLICATE_EACH == DUPLICATE_EACH - 1) {
        GeneratedRun run = run(number(position - DUPLICATE_BEHIND));
        receiver.accept(delivery(run, end(run)));
      } else {
        GeneratedRun run = run(number(position));
        receiver.accept(delivery(run, end(run)));
        for (int i = 0; i < workload.logsOfRun(); i++) {
          receiver.accept(new Delivery(0, Topic.LOGS, runId(run), log(run, i)));
        }
      }
    }
  }

  private static long number(long position) {
    return position - position / DUPLICATE_EACH;
  }

  private static Delivery delivery(GeneratedRun run, byte[] event) {
    return new Delivery(0, runId(run), event);
  }

  static String script(int number) {
    return "script_" + number;
  }

  private static String runId(GeneratedRun run) {
    return "run_" + HEX.toHexDigits(run.number(), 8) + HEX.toHexDigits(run.random(), 8);
  }

  private static StringBuilder head(GeneratedRun run) {
    return new StringBuilder(420)
        .append("{\"account\":\"acme\",\"run_id\":\"")
        .append(runId(run))
        .append("\",\"script\":\"")
        .append(script(run.script()))
        .append("\",\"deployment_id\":\"deploy_0")
        .append(run.version())
        .append("\",\"deployment_version\":")
        .append(run.version());
  }

  private static byte[] start(GeneratedRun run) {
    return head(run)
        .append(",\"function\":\"handle_order\",\"status\":\"in_progress\",\"started_at\":")
        .append(run.startedAt())
        .append('}')
        .toString()
        .getBytes(US_ASCII);
  }

  private static byte[] end(GeneratedRun run) {
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
        .append(HEX.toHexDigits(GeneratedRun.mix(bits)))
        .append(HEX.toHexDigits(GeneratedRun.mix(bits + 1)))
        .append("\"}")
        .toString()
        .getBytes(US_ASCII);
  }

  private static final String[] LEVELS = {"DEBUG", "INFO", "INFO", "INFO", "WARNING", "ERROR"};

  private static byte[] log(GeneratedRun run, int index) {
    long bits = GeneratedRun.mix(run.random() + index);
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
