package dev.scriptanalytics.local.trace;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.scriptanalytics.testkit.ledger.Ledger;
import dev.scriptanalytics.testkit.ledger.RunStatus;
import dev.scriptanalytics.testkit.sample.Delivery;
import dev.scriptanalytics.testkit.sample.Dialect;
import dev.scriptanalytics.testkit.sample.LogEventWriter;
import dev.scriptanalytics.testkit.sample.LogForm;
import dev.scriptanalytics.testkit.sample.RunEventWriter;
import dev.scriptanalytics.testkit.sample.SampleLog;
import dev.scriptanalytics.testkit.sample.SampleRun;
import dev.scriptanalytics.testkit.sample.SampleRun.Deployment;
import dev.scriptanalytics.testkit.sample.SampleRun.Details;
import dev.scriptanalytics.testkit.sample.SampleRun.Failure;
import dev.scriptanalytics.testkit.sample.SampleRun.Source;
import dev.scriptanalytics.testkit.sample.SeedMixer;
import dev.scriptanalytics.testkit.sample.Timing;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;

/**
 * The runs of a trace, moved so that its last minute ends at a given instant.
 *
 * <p>A minute's runs are spread evenly over it, each within a slot of its own. A run that outlasts
 * the trace stays in progress. The trace knows no failures: each function fails with a share of
 * {@code u}<sup>4</sup>/4 of its runs, where {@code u} is uniform and follows from the function's
 * hash, so that half of the functions fail in less than 1.6% and a few in up to 25%.
 *
 * <p>Lines of logs can be added: they are spread over the runs, in order, as entries of their time.
 * Their forms take turns ({@link LogForm}); every other entry of the first two forms has an id.
 *
 * <p>The same trace, settings and lines give the same bytes in the same order.
 */
public final class Replay implements Iterable<Delivery> {
  private static final long MINUTE = 60_000;
  private static final double DUPLICATE_DELAY_MILLIS = 10_000;
  private static final List<Failure> FAILURES =
      List.of(
          new Failure("TIMEOUT", "function did not finish in time", List.of()),
          new Failure("UNHANDLED", "unhandled exception in the function", List.of()),
          new Failure("DEPENDENCY", "a dependency did not answer", List.of()));

  private static final int OTLP_BATCH = 5;

  /** Those that can say all of an entry, whatever its text. */
  private static final List<LogForm> FORMS =
      List.of(
          LogForm.NATIVE,
          LogForm.ENDPOINT,
          LogForm.KORELOGGER,
          LogForm.OTLP_JSON,
          LogForm.OTLP_PROTOBUF);

  private final Settings settings;
  private final List<Sending> sendings = new ArrayList<>();
  private final List<SampleRun> runs = new ArrayList<>();
  private final Ledger ledger = new Ledger();
  private final int entries;

  /**
   * How to replay.
   *
   * @param end of the trace's last minute, in whole milliseconds
   * @param seed of durations, failures and duplicates
   * @param duplicates the share of records that are sent twice
   * @param copies how often each record is sent, besides duplicates
   * @param endsBeforeStarts whether a run's end comes before its start
   * @param shuffled whether all records are in random order
   */
  public record Settings(
      Instant end,
      long seed,
      String account,
      double duplicates,
      int copies,
      boolean endsBeforeStarts,
      boolean shuffled) {
    public Settings {
      if (copies < 1) {
        throw new IllegalArgumentException("there must be at least one copy, not " + copies);
      }
      if (!(duplicates >= 0 && duplicates <= 1)) {
        throw new IllegalArgumentException(
            "the share of duplicates must be between 0 and 1, not " + duplicates);
      }
    }
  }

  /**
   * The replay of a trace with lines of logs.
   *
   * @param lines empty for a replay of runs alone
   * @throws IllegalArgumentException if there are lines but no run to log them
   */
  public Replay(Trace trace, List<LogLine> lines, Settings settings) {
    this.settings = settings;
    for (FunctionTrace function : trace.functions()) {
      add(function);
    }
    entries = lines.size();
    add(lines);
    sendings.sort(Comparator.comparingLong(Sending::at));
    if (settings.shuffled()) {
      shuffle();
    }
  }

  /** The expected result of the deliveries. */
  public Ledger ledger() {
    return ledger;
  }

  /** The number of different runs. */
  public int runs() {
    return runs.size();
  }

  /** The number of different log entries. */
  public int entries() {
    return entries;
  }

  /** The number of records, copies and duplicates included. */
  public int size() {
    return sendings.size();
  }

  /** The records by the time at which they are due. */
  @Override
  public Iterator<Delivery> iterator() {
    Writers writers = new Writers(new RunEventWriter(), new LogEventWriter());
    return sendings.stream().map(sending -> sending.delivery(writers)).iterator();
  }

  private void add(FunctionTrace function) {
    long hash = hash(function);
    long end = settings.end().toEpochMilli();
    // Durations do not depend on the end, so that replays of different days are comparable.
    SplittableRandom fate = new SplittableRandom(SeedMixer.seedOf(hash, settings.seed()));
    SplittableRandom delivery = fate.split();
    String idPrefix =
        "run_" + HexFormat.of().toHexDigits(SeedMixer.seedOf(hash, settings.seed(), end));
    double failureShare = failureShare(hash);
    Script script = new Script(function);
    int index = 0;
    long minute = end - function.invocations().size() * MINUTE;
    for (int count : function.invocations()) {
      for (int i = 0; i < count; i++) {
        long startedAt = minute + (long) ((i + fate.nextDouble()) / count * MINUTE);
        long micros = Math.round(function.durations().at(fate.nextDouble()) * 1000);
        boolean failed = fate.nextDouble() < failureShare;
        int breakdown = fate.nextInt(FAILURES.size());
        String runId = idPrefix + HexFormat.of().toHexDigits(index++);
        RunStatus status = failed ? RunStatus.FAILED : RunStatus.SUCCESS;
        SampleRun run =
            script.run(runId, startedAt, micros, status, failed ? FAILURES.get(breakdown) : null);
        send(run.endedAt() < end ? run : run.unfinished(), delivery);
      }
      minute += MINUTE;
    }
  }

  private void send(SampleRun run, SplittableRandom delivery) {
    runs.add(run);
    ledger.add(run.outcome());
    if (run.status() == RunStatus.IN_PROGRESS) {
      send(new Sending(run.startedAt(), new RunEvent(run, false)), delivery);
    } else {
      boolean swapped = settings.endsBeforeStarts();
      send(new Sending(run.startedAt(), new RunEvent(run, swapped)), delivery);
      send(new Sending(run.endedAt(), new RunEvent(run, !swapped)), delivery);
    }
  }

  private void add(List<LogLine> lines) {
    if (!lines.isEmpty() && runs.isEmpty()) {
      throw new IllegalArgumentException("there are lines of logs but no run to log them");
    }
    SplittableRandom delivery = new SplittableRandom(SeedMixer.seedOf(settings.seed(), entries));
    Map<LogForm, List<SampleLog>> batches = new EnumMap<>(LogForm.class);
    for (int i = 0, first = 0; i < entries; i++) {
      first = runOf(i) == runOf(first) ? first : i;
      LogForm form = FORMS.get(i % FORMS.size());
      SampleLog entry = entry(lines.get(i), i, i - first);
      ledger.add(entry.outcome());
      List<SampleLog> batch = batches.computeIfAbsent(form, f -> new ArrayList<>());
      batch.add(entry);
      if (!form.batches() || batch.size() == OTLP_BATCH) {
        send(new Sending(entry.micros() / 1000, new LogRecord(form, batch)), delivery);
        batches.remove(form);
      }
    }
    batches.forEach(
        (form, batch) -> {
          long at = batch.get(batch.size() - 1).micros() / 1000;
          send(new Sending(at, new LogRecord(form, batch)), delivery);
        });
  }

  /** The run of a line: lines are spread evenly, and neighbours stay together. */
  private int runOf(int line) {
    return (int) ((long) line * runs.size() / entries);
  }

  private SampleLog entry(LogLine line, int number, int ofRun) {
    SampleRun run = runs.get(runOf(number));
    // Two entries without an id in the same microsecond could pass for one entry sent twice.
    long lived = Math.min(run.endedAt() * 1000, settings.end().toEpochMilli() * 1000);
    long spacing = Math.max(1, (lived - run.startedAt() * 1000) / (entries / runs.size() + 2));
    String id =
        number % 2 == 0
            ? ""
            : "log_" + HexFormat.of().toHexDigits(SeedMixer.seedOf(number, settings.seed()));
    return SampleLog.of(
        run,
        id,
        run.startedAt() * 1000 + (ofRun + 1) * spacing,
        line.level(),
        line.content(),
        line.component());
  }

  private void shuffle() {
    List<Long> times = sendings.stream().map(Sending::at).toList();
    Collections.shuffle(sendings, new Random(SeedMixer.mix(settings.seed())));
    for (int i = 0; i < times.size(); i++) {
      sendings.set(i, new Sending(times.get(i), sendings.get(i).event()));
    }
  }

  private void send(Sending sending, SplittableRandom delivery) {
    for (int copy = 0; copy < settings.copies(); copy++) {
      sendings.add(sending);
    }
    // Both numbers are always drawn, so that a higher share only adds duplicates.
    boolean twice = delivery.nextDouble() < settings.duplicates();
    double delay = -StrictMath.log(1 - delivery.nextDouble()) * DUPLICATE_DELAY_MILLIS;
    if (twice) {
      sendings.add(new Sending(sending.at() + 1 + (long) delay, sending.event()));
    }
  }

  /** The share of a function's runs that fail. */
  static double failureShare(long hash) {
    double u = (SeedMixer.mix(hash) >>> 11) * 0x1.0p-53;
    return u * u * u * u / 4;
  }

  /** A number that depends on the function alone. */
  static long hash(FunctionTrace function) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update(function.owner().getBytes(UTF_8));
      sha.update(function.app().getBytes(UTF_8));
      return ByteBuffer.wrap(sha.digest(function.function().getBytes(UTF_8))).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }

  private static String abbreviated(String hash) {
    return hash.substring(0, Math.min(12, hash.length()));
  }

  /** The properties that all runs of a function share. */
  private final class Script {
    private final String name;
    private final String function;
    private final Deployment deployment;
    private final Source source;

    Script(FunctionTrace trace) {
      function = abbreviated(trace.function());
      name = trace.trigger() + "-" + function;
      deployment = new Deployment("deploy_" + abbreviated(trace.app()), 1);
      source = new Source(trace.trigger(), abbreviated(trace.app()));
    }

    SampleRun run(String runId, long startedAt, long micros, RunStatus status, Failure failure) {
      return new SampleRun(
          settings.account(),
          name,
          runId,
          deployment,
          function,
          source,
          startedAt,
          micros,
          status,
          Dialect.UTC,
          Timing.RESPONSE_TIME,
          failure == null ? Details.NONE : Details.ofFailure(failure));
    }
  }

  /** A record to send; its bytes are written on demand. */
  private record Sending(long at, Event event) {
    Delivery delivery(Writers writers) {
      return event.delivery(at, writers);
    }
  }

  private record Writers(RunEventWriter runs, LogEventWriter logs) {}

  private sealed interface Event {
    Delivery delivery(long at, Writers writers);
  }

  private record RunEvent(SampleRun run, boolean end) implements Event {
    @Override
    public Delivery delivery(long at, Writers writers) {
      byte[] event = end ? writers.runs().end(run) : writers.runs().start(run);
      return new Delivery(at, run.runId(), event);
    }
  }

  private record LogRecord(LogForm form, List<SampleLog> batch) implements Event {
    @Override
    public Delivery delivery(long at, Writers writers) {
      // The Collector sends batches without a key.
      String key = form.batches() ? null : batch.get(0).runId();
      return new Delivery(at, form.topic(), key, form.write(batch, writers.logs()));
    }
  }
}
