package dev.scriptanalytics.bench.latency;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptanalytics.bench.sql.SqlFile;
import dev.scriptanalytics.testkit.command.ClickHouseOptions;
import dev.scriptanalytics.testkit.command.Commands;
import dev.scriptanalytics.testkit.command.KafkaOptions;
import dev.scriptanalytics.testkit.kafka.EventSender;
import dev.scriptanalytics.testkit.ledger.ClickHouseReader;
import dev.scriptanalytics.testkit.sample.Delivery;
import dev.scriptanalytics.testkit.sample.LogEventWriter;
import dev.scriptanalytics.testkit.sample.SampleLog;
import dev.scriptanalytics.testkit.sample.SampleRun.Deployment;
import dev.scriptanalytics.testkit.sample.Topic;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Measures how long a log entry takes from its producer to a query: sends spans of korelogger at a
 * steady rate, and looks all the time how many of them {@code logs} shows.
 *
 * <p>An entry's line is its number, so that one look tells what is new since the last: entries
 * become visible in whole inserts of the job, in nearly the order in which they were sent. What is
 * new at a look counts as visible when the look began, and not before.
 */
@Command(
    name = "deploy/local/log-latency",
    description =
        "Sends log entries at a steady rate and measures how long each takes until a query finds it.",
    footerHeading = "%nThe environment can change:%n",
    footer = "  CLICKHOUSE_PASSWORD   the password of the user; default none")
public final class LogLatency implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String FOUND_ENTRIES =
      SqlFile.beside(LogLatency.class, "found_entries.sql").statement();
  private static final int RUNS = 500;
  private static final String SCRIPT = "LogLatency";

  private final PrintStream out;
  private final PrintStream messages;

  @Spec private CommandSpec spec;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "5000",
      description = "entries per second; default ${DEFAULT-VALUE}")
  private double rate;

  @Option(
      names = "--duration",
      paramLabel = "DURATION",
      defaultValue = "60s",
      description = "default ${DEFAULT-VALUE}")
  private Duration duration;

  @Option(
      names = "--warm-up",
      paramLabel = "DURATION",
      defaultValue = "10s",
      description = "sent before at the same rate, and not measured; default ${DEFAULT-VALUE}")
  private Duration warmUpTime;

  @Option(
      names = "--poll",
      paramLabel = "DURATION",
      defaultValue = "100ms",
      description = "between two queries; default ${DEFAULT-VALUE}")
  private Duration poll;

  @Mixin private KafkaOptions kafka;

  @Option(
      names = "--topic",
      paramLabel = "NAME",
      defaultValue = "script-logs",
      description = "default ${DEFAULT-VALUE}")
  private String topic;

  @Mixin private ClickHouseOptions clickHouseOptions = new ClickHouseOptions("default", "");

  private int warmUp;
  private int entries;
  private ClickHouseReader clickHouse;
  // Its own account, so that a second measurement does not see the first.
  private final String account = "log-latency-" + Instant.now().toEpochMilli();

  private LogLatency(PrintStream out, PrintStream messages) {
    this.out = out;
    this.messages = messages;
  }

  public static void main(String[] args) {
    Commands.main(new LogLatency(System.out, System.err), args);
  }

  /** As {@link #main}, with the exit code as result. */
  static int run(String[] args, PrintStream out, PrintStream messages) {
    return Commands.run(new LogLatency(out, messages), out, messages, args);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    double seconds = duration.toMillis() / 1000.0;
    double before = warmUpTime.toMillis() / 1000.0;
    if (!(rate > 0 && rate * (seconds + before) <= 50e6 && rate * seconds >= 1)) {
      throw new ParameterException(
          spec.commandLine(), "--rate by --duration must give 1 to 50,000,000 entries");
    }
    warmUp = (int) (rate * before);
    entries = warmUp + (int) (rate * seconds);
    clickHouse = clickHouseOptions.reader();
    return measure() ? 0 : 1;
  }

  private boolean measure() throws IOException, InterruptedException {
    // Fails at once where ClickHouse does not answer or the user may not read.
    look(0);
    long[] sentAt = new long[entries];
    long[] seenAt = new long[entries];
    AtomicBoolean sent = new AtomicBoolean();
    CompletableFuture<Void> watching = CompletableFuture.runAsync(() -> watch(seenAt, sent));
    double seconds;
    try {
      seconds = send(sentAt);
    } finally {
      sent.set(true);
    }
    try {
      watching.get();
    } catch (ExecutionException e) {
      throw new IOException("Could not watch the entries arrive: " + e.getCause().getMessage(), e);
    }
    return report(sentAt, seenAt, seconds);
  }

  /** Sends all entries, and tells how many seconds those that are measured took. */
  private double send(long[] sentAt) throws IOException, InterruptedException {
    LogEventWriter writer = new LogEventWriter();
    try (EventSender sender = new EventSender(kafka.bootstrapServers(), topic, messages)) {
      long begun = System.nanoTime();
      long measured = begun;
      for (int i = 0; i < entries; i++) {
        long due = begun + (long) (i / rate * 1e9);
        long ahead = due - System.nanoTime();
        if (ahead > 0) {
          TimeUnit.NANOSECONDS.sleep(ahead);
        }
        measured = i == warmUp ? System.nanoTime() : measured;
        Delivery delivery = delivery(i, writer);
        sentAt[i] = System.nanoTime();
        sender.send(delivery);
      }
      sender.flush();
      return (System.nanoTime() - measured) / 1e9;
    }
  }

  private Delivery delivery(int number, LogEventWriter writer) {
    String runId = "run_" + number % RUNS;
    SampleLog log =
        new SampleLog(
            account,
            SCRIPT,
            runId,
            new Deployment("deploy_1", 0),
            "",
            Integer.toString(number),
            ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()),
            "INFO",
            "entry " + number + " was written by its script just now",
            "log-latency",
            SampleLog.Details.NONE);
    return new Delivery(System.currentTimeMillis(), Topic.LOGS, runId, writer.koreloggerSpan(log));
  }

  /** Looks until everything that was sent has been seen, or nothing has come for a while. */
  private void watch(long[] seenAt, AtomicBoolean sent) {
    try {
      int unseen = 0;
      long patient = System.nanoTime();
      while (unseen < entries) {
        long began = System.nanoTime();
        boolean any = false;
        for (int number : look(unseen)) {
          if (seenAt[number] == 0) {
            seenAt[number] = System.nanoTime();
            any = true;
          }
        }
        while (unseen < entries && seenAt[unseen] != 0) {
          unseen++;
        }
        patient = any || !sent.get() ? System.nanoTime() : patient;
        if (System.nanoTime() - patient > PATIENCE.toNanos()) {
          return;
        }
        long pause = poll.toMillis() - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
        Thread.sleep(Math.max(1, pause));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The numbers from {@code first} on that can be found now. */
  private List<Integer> look(int first) throws IOException, InterruptedException {
    List<Integer> numbers = new ArrayList<>();
    List<JsonNode> rows =
        clickHouse.read(
            FOUND_ENTRIES, Map.of("account", account, "first", Integer.toString(first)));
    rows.forEach(row -> row.path("numbers").forEach(number -> numbers.add(number.asInt())));
    return numbers;
  }

  private boolean report(long[] sentAt, long[] seenAt, double seconds) {
    int measured = entries - warmUp;
    double[] millis = new double[measured];
    int seen = 0;
    for (int i = warmUp; i < entries; i++) {
      if (seenAt[i] != 0) {
        millis[seen++] = (seenAt[i] - sentAt[i]) / 1e6;
      }
    }
    double[] sorted = Arrays.copyOf(millis, seen);
    Arrays.sort(sorted);
    out.printf(
        "%,d entries sent in %.1f s: %,.0f a second. %,d were found.%n",
        measured, seconds, measured / seconds, seen);
    if (seen > 0) {
      out.printf(
          "From sending to being found, in ms: p50 %.0f, p90 %.0f, p99 %.0f, max %.0f (looked every"
              + " %d ms).%n",
          at(sorted, 0.5), at(sorted, 0.9), at(sorted, 0.99), at(sorted, 1), poll.toMillis());
    }
    return seen == measured;
  }

  /** The value by nearest rank. */
  static double at(double[] sorted, double q) {
    return sorted[Math.max(0, (int) Math.ceil(q * sorted.length) - 1)];
  }
}
