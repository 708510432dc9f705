package dev.scriptanalytics.local;

import dev.scriptanalytics.local.CommandLine.BadArgument;
import dev.scriptanalytics.local.sample.Delivery;
import dev.scriptanalytics.local.trace.Replay;
import dev.scriptanalytics.local.trace.Trace;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Replays a trace of the Azure Functions format to Kafka, or into a file. */
public final class TraceReplay {
  private static final String USAGE =
      """
      Replays a trace in the format of the Azure Functions trace of 2019 as run events.
        --invocations FILE             CSV: HashOwner, HashApp, HashFunction, Trigger, a column a minute
        --durations FILE               CSV: the same hashes, percentile_Average_0, 1, 25, 50, 75, 99, 100
        --speed N                      N times as fast as it was; default 0: as fast as Kafka takes it
        --end ISO_TIME                 when the trace's last minute ends; default now
        --seed N                       of durations, failures and duplicates; default 1. The same
                                       trace, settings and --end give the same bytes.
        --duplicates SHARE             of the events are sent a second time; default 0
        --ends-before-starts           a run's two events change places
        --account NAME                 default azure
        --ledger FILE                  writes what was sent, per script, for compare-ledger
        --write FILE                   writes the events as lines there instead of sending them
        --bootstrap-servers HOST:PORT  default 127.0.0.1:$KAFKA_PORT, that is 9092
        --topic NAME                   default script-runs
      """;

  private static final Set<String> VALUED =
      Set.of(
          "--invocations",
          "--durations",
          "--speed",
          "--end",
          "--seed",
          "--duplicates",
          "--account",
          "--ledger",
          "--write",
          "--bootstrap-servers",
          "--topic");

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
  static int run(String[] args, PrintStream out, PrintStream messages) throws InterruptedException {
    try {
      CommandLine options =
          CommandLine.parse(args, VALUED, Set.of("--ends-before-starts", "--help"));
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
    Trace trace = Trace.read(options.path("--invocations"), options.path("--durations"));
    if (trace.untimed() > 0) {
      messages.printf("Left out %d functions that have no durations.%n", trace.untimed());
    }
    Replay replay = new Replay(trace, settings);
    messages.printf(
        "%,d runs of %d functions in %d minutes up to %s: %,d events.%n",
        replay.runs(), trace.functions().size(), trace.minutes(), settings.end(), replay.size());
    if (file == null) {
      send(replay, speed);
    } else {
      write(replay, file);
    }
    if (ledger != null) {
      replay.ledger().write(ledger);
    }
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
    return new Replay.Settings(
        options.instant("--end", Instant.now()).truncatedTo(ChronoUnit.MILLIS),
        options.integer("--seed", 1),
        options.text("--account", "azure"),
        duplicates,
        options.has("--ends-before-starts"));
  }

  private void send(Replay replay, double speed) throws IOException, InterruptedException {
    try (EventSender sender =
        new EventSender(
            LocalKafka.bootstrapServers(options),
            options.text("--topic", "script-runs"),
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
          messages.printf("%,d of %,d events sent%n", sent, replay.size());
          told = System.nanoTime();
        }
      }
      sender.flush();
      double seconds = (System.nanoTime() - begun) / 1e9;
      messages.printf("%,d events are in Kafka after %.1f s.%n", sent, seconds);
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
