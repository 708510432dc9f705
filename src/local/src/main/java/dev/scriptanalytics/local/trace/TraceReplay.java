package dev.scriptanalytics.local.trace;

import dev.scriptanalytics.testkit.command.CommandLine;
import dev.scriptanalytics.testkit.command.CommandLine.BadArgument;
import dev.scriptanalytics.testkit.command.LocalKafka;
import dev.scriptanalytics.testkit.kafka.EventSender;
import dev.scriptanalytics.testkit.sample.Delivery;
import dev.scriptanalytics.testkit.sample.Topic;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Replays a trace of the Azure Functions format to Kafka, or into a file. */
public final class TraceReplay {
  private static final String USAGE =
      """
      Replays a trace in the format of the Azure Functions trace of 2019 as run events, and lines
      of logs as the entries of its runs.
        --invocations FILE             CSV: HashOwner, HashApp, HashFunction, Trigger, a column a minute
        --durations FILE               CSV: the same hashes, percentile_Average_0, 1, 25, 50, 75, 99, 100
        --runs N                       makes up so many runs of an hour instead of the two files;
                                       default 2000, with --logs
        --logs FOLDER                  structured logs, *.csv with a header: Content, and where there
                                       are Level and Component. Their lines are spread over the runs,
                                       as native, endpoint, korelogger and OpenTelemetry's entries.
        --speed N                      N times as fast as it was; default 0: as fast as Kafka takes it
        --end ISO_TIME                 when the trace's last minute ends; default now
        --seed N                       of durations, failures and duplicates; default 1. The same
                                       trace, settings and --end give the same bytes.
        --duplicates SHARE             of the records are sent once more; default 0
        --copies N                     sends each record so often; default 1
        --shuffled                     all records in random order
        --ends-before-starts           a run's two events change places
        --account NAME                 default azure
        --ledger FILE                  writes what was sent, per script, for compare-ledger
        --write FILE                   writes the events as lines there instead of sending them;
                                       not with --logs
        --bootstrap-servers HOST:PORT  default 127.0.0.1:$KAFKA_PORT, that is 9092
        --topic NAME                   of the runs; default script-runs
        --logs-topic NAME              default script-logs
        --otlp-logs-topic NAME         default otlp_logs
      """;

  private static final Set<String> VALUED =
      Set.of(
          "--invocations",
          "--durations",
          "--runs",
          "--logs",
          "--speed",
          "--end",
          "--seed",
          "--duplicates",
          "--copies",
          "--account",
          "--ledger",
          "--write",
          "--bootstrap-servers",
          "--topic",
          "--logs-topic",
          "--otlp-logs-topic");

  private static final int MAX_RUNS = 10_000_000;
  private static final long PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final CommandLine options;
  private final PrintStream messages;

  private TraceReplay(CommandLine options, PrintStream messages) {
    this.options = options;
    this.messages = messages;
  }

  public static void main(String[] args) throws InterruptedException {
    int status = run(args, System.out, System.err);
    if (status != 0) {
      System.exit(status);
    }
  }

  /** As {@link #main}, with the exit code as result. */
  public static int run(String[] args, PrintStream out, PrintStream messages)
      throws InterruptedException {
    try {
      CommandLine options =
          CommandLine.parse(args, VALUED, Set.of("--ends-before-starts", "--shuffled", "--help"));
      options.expectNoOthers();
      if (options.has("--help")) {
        out.print(USAGE);
      } else {
        new TraceReplay(options, messages).replay();
      }
      return 0;
    } catch (BadArgument e) {
      messages.println("replay: " + e.getMessage() + "; see --help");
      return 2;
    } catch (IOException e) {
      messages.println("replay: " + e.getMessage());
      return 1;
    }
  }

  private void replay() throws BadArgument, IOException, InterruptedException {
    Replay.Settings settings = settings();
    double speed = options.number("--speed", 0);
    Path ledger = output("--ledger");
    Path file = output("--write");
    Path logs = options.path("--logs", null);
    if (logs != null && file != null) {
      throw new BadArgument("--write is for runs alone, and --logs is given");
    }
    Trace trace = trace(logs != null);
    List<LogLine> lines = logs == null ? List.of() : LogLine.readFolder(logs);
    if (trace.untimed() > 0) {
      messages.printf("Left out %d functions that have no durations.%n", trace.untimed());
    }
    Replay replay = new Replay(trace, lines, settings);
    messages.printf(
        "%,d runs of %d functions in %d minutes up to %s, %,d log entries: %,d records.%n",
        replay.runs(),
        trace.functions().size(),
        trace.minutes(),
        settings.end(),
        replay.entries(),
        replay.size());
    if (file == null) {
      send(replay, speed);
    } else {
      write(replay, file);
    }
    if (ledger != null) {
      replay.ledger().write(ledger);
    }
  }

  private Trace trace(boolean forLogs) throws BadArgument, IOException {
    long runs = options.integer("--runs", forLogs ? 2000 : 0);
    if (runs < 0 || runs > MAX_RUNS) {
      throw new BadArgument("--runs must be between 1 and " + MAX_RUNS);
    }
    boolean given = options.path("--invocations", null) != null;
    return given || runs == 0
        ? Trace.read(options.path("--invocations"), options.path("--durations"))
        : Trace.madeUp((int) runs);
  }

  /** A file to be written, whose folder is looked for now rather than after an hour of sending. */
  private Path output(String name) throws BadArgument {
    Path file = options.path(name, null);
    if (file != null && !Files.isDirectory(file.toAbsolutePath().getParent())) {
      throw new BadArgument(name + " is in a folder that does not exist: " + file);
    }
    return file;
  }

  private Replay.Settings settings() throws BadArgument {
    double duplicates = options.number("--duplicates", 0);
    if (duplicates > 1) {
      throw new BadArgument("--duplicates must be a share between 0 and 1, not " + duplicates);
    }
    long copies = options.integer("--copies", 1);
    if (copies < 1 || copies > 100) {
      throw new BadArgument("--copies must be between 1 and 100, not " + copies);
    }
    return new Replay.Settings(
        options.instant("--end", Instant.now()).truncatedTo(ChronoUnit.MILLIS),
        options.integer("--seed", 1),
        options.text("--account", "azure"),
        duplicates,
        (int) copies,
        options.has("--ends-before-starts"),
        options.has("--shuffled"));
  }

  private void send(Replay replay, double speed) throws IOException, InterruptedException {
    try (EventSender sender =
        new EventSender(
            LocalKafka.bootstrapServers(options),
            Map.of(
                Topic.RUNS,
                options.text("--topic", Topic.RUNS.usualName()),
                Topic.LOGS,
                options.text("--logs-topic", Topic.LOGS.usualName()),
                Topic.OTLP_LOGS,
                options.text("--otlp-logs-topic", Topic.OTLP_LOGS.usualName())),
            messages)) {
      long begun = System.nanoTime();
      long told = begun;
      long first = -1;
      int sent = 0;
      for (Delivery delivery : replay) {
        first = first < 0 ? delivery.at() : first;
        if (speed > 0) {
          sleepUntil(begun + (long) ((delivery.at() - first) * 1e6 / speed));
        }
        sender.send(delivery);
        sent++;
        if (System.nanoTime() - told > PROGRESS_NANOS) {
          messages.printf("%,d of %,d records sent%n", sent, replay.size());
          told = System.nanoTime();
        }
      }
      sender.flush();
      double seconds = (System.nanoTime() - begun) / 1e9;
      messages.printf("%,d records are in Kafka after %.1f s.%n", sent, seconds);
    }
  }

  private static void sleepUntil(long nanoTime) throws InterruptedException {
    long ahead = nanoTime - System.nanoTime();
    if (ahead > 0) {
      Thread.sleep(Duration.ofNanos(ahead).toMillis());
    }
  }

  private static void write(Replay replay, Path file) throws IOException {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
      for (Delivery delivery : replay) {
        out.write(delivery.value());
        out.write('\n');
      }
    }
  }
}
