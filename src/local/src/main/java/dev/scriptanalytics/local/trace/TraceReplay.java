package dev.scriptanalytics.local.trace;

import dev.scriptanalytics.testkit.command.Commands;
import dev.scriptanalytics.testkit.command.KafkaOptions;
import dev.scriptanalytics.testkit.command.TopicOptions;
import dev.scriptanalytics.testkit.kafka.EventSender;
import dev.scriptanalytics.testkit.sample.Delivery;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Replays a trace of the Azure Functions format to Kafka, or into a file. */
@Command(
    name = "deploy/local/replay",
    description =
        "Replays a trace in the format of the Azure Functions trace of 2019 as run events, and lines"
            + " of logs as the entries of its runs.")
public final class TraceReplay implements Callable<Integer> {
  private static final int MAX_RUNS = 10_000_000;
  private static final int RUNS_WITH_LOGS = 2000;
  private static final long PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final PrintStream messages;

  @Spec private CommandSpec spec;

  @Option(
      names = "--invocations",
      paramLabel = "FILE",
      description = "CSV: HashOwner, HashApp, HashFunction, Trigger, a column per minute")
  private Path invocations;

  @Option(
      names = "--durations",
      paramLabel = "FILE",
      description = "CSV: the same hashes, percentile_Average_0, 1, 25, 50, 75, 99, 100")
  private Path durations;

  @Option(
      names = "--runs",
      paramLabel = "N",
      description =
          "makes up so many runs of an hour instead of reading the two files; default"
              + " 2000 with --logs")
  private Integer runs;

  @Option(
      names = "--logs",
      paramLabel = "FOLDER",
      description =
          "structured logs, *.csv with a header: Content, and optionally Level and"
              + " Component. Their lines are spread over the runs, as native, endpoint,"
              + " korelogger and OpenTelemetry's entries.")
  private Path logs;

  @Option(
      names = "--speed",
      paramLabel = "N",
      defaultValue = "0",
      description = "N times as fast as the trace; default 0: as fast as Kafka takes the records")
  private double speed;

  @Option(
      names = "--end",
      paramLabel = "ISO_TIME",
      description = "when the trace's last minute ends; default now")
  private Instant end;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "of durations, failures and duplicates; default ${DEFAULT-VALUE}. The same"
              + " trace, settings and --end give the same bytes.")
  private long seed;

  @Option(
      names = "--duplicates",
      paramLabel = "SHARE",
      defaultValue = "0",
      description = "the share of records that are sent twice; default ${DEFAULT-VALUE}")
  private double duplicates;

  @Option(
      names = "--copies",
      paramLabel = "N",
      defaultValue = "1",
      description = "sends each record N times; default ${DEFAULT-VALUE}")
  private int copies;

  @Option(names = "--shuffled", description = "sends all records in random order")
  private boolean shuffled;

  @Option(
      names = "--ends-before-starts",
      description = "sends the end of each run before its start")
  private boolean endsBeforeStarts;

  @Option(
      names = "--account",
      paramLabel = "NAME",
      defaultValue = "azure",
      description = "default ${DEFAULT-VALUE}")
  private String account;

  @Option(
      names = "--ledger",
      paramLabel = "FILE",
      description = "writes the expected result per script, for compare-ledger")
  private Path ledger;

  @Option(
      names = "--write",
      paramLabel = "FILE",
      description = "writes the events as lines there instead of sending them; not with --logs")
  private Path file;

  @Mixin private KafkaOptions kafka;
  @Mixin private TopicOptions topics;

  private TraceReplay(PrintStream messages) {
    this.messages = messages;
  }

  public static void main(String[] args) {
    Commands.main(new TraceReplay(System.err), args);
  }

  /** As {@link #main}, with the exit code as result. */
  public static int run(String[] args, PrintStream out, PrintStream messages) {
    return Commands.run(new TraceReplay(messages), out, messages, args);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    expectValid();
    Replay.Settings settings = settings();
    Trace trace = trace();
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
      send(replay);
    } else {
      write(replay);
    }
    if (ledger != null) {
      replay.ledger().write(ledger);
    }
    return 0;
  }

  /** Checks what picocli cannot, before anything is read or sent. */
  private void expectValid() {
    expect(!(logs != null && file != null), "--write is for runs alone, and --logs is given");
    expect(
        runs == null || (runs >= 1 && runs <= MAX_RUNS),
        "--runs must be between 1 and " + MAX_RUNS);
    expect(speed >= 0 && Double.isFinite(speed), "--speed must be a number, 0 or more");
    expect(
        duplicates >= 0 && duplicates <= 1,
        "--duplicates must be a share between 0 and 1, not " + duplicates);
    expect(copies >= 1 && copies <= 100, "--copies must be between 1 and 100, not " + copies);
    expectFolderOf("--ledger", ledger);
    expectFolderOf("--write", file);
  }

  private void expectFolderOf(String name, Path written) {
    expect(
        written == null || Files.isDirectory(written.toAbsolutePath().getParent()),
        name + " is in a folder that does not exist: " + written);
  }

  private void expect(boolean valid, String message) {
    if (!valid) {
      throw new ParameterException(spec.commandLine(), message);
    }
  }

  private Trace trace() throws IOException {
    if (invocations == null && (runs != null || logs != null)) {
      return Trace.madeUp(runs == null ? RUNS_WITH_LOGS : runs);
    }
    expect(invocations != null, "--invocations is missing: it names a file");
    expect(durations != null, "--durations is missing: it names a file");
    return Trace.read(invocations, durations);
  }

  private Replay.Settings settings() {
    return new Replay.Settings(
        (end == null ? Instant.now() : end).truncatedTo(ChronoUnit.MILLIS),
        seed,
        account,
        duplicates,
        copies,
        endsBeforeStarts,
        shuffled);
  }

  private void send(Replay replay) throws IOException, InterruptedException {
    try (EventSender sender = new EventSender(kafka.bootstrapServers(), topics.names(), messages)) {
      long begun = System.nanoTime();
      long reported = begun;
      ReplayPace pace = new ReplayPace(speed, System::nanoTime);
      int sent = 0;
      for (Delivery delivery : replay) {
        TimeUnit.NANOSECONDS.sleep(pace.nanosUntilDue(delivery.at()));
        sender.send(delivery);
        sent++;
        if (System.nanoTime() - reported > PROGRESS_NANOS) {
          messages.printf("%,d of %,d records sent%n", sent, replay.size());
          reported = System.nanoTime();
        }
      }
      sender.flush();
      double seconds = (System.nanoTime() - begun) / 1e9;
      messages.printf("%,d records are in Kafka after %.1f s.%n", sent, seconds);
    }
  }

  private void write(Replay replay) throws IOException {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
      for (Delivery delivery : replay) {
        out.write(delivery.value());
        out.write('\n');
      }
    }
  }
}
