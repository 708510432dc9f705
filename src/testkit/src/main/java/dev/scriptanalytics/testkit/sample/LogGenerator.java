package dev.scriptanalytics.testkit.sample;

import dev.scriptanalytics.testkit.ledger.Ledger;
import dev.scriptanalytics.testkit.ledger.LogLevel;
import dev.scriptanalytics.testkit.ledger.LogOutcome;
import dev.scriptanalytics.testkit.ledger.RunStatus;
import dev.scriptanalytics.testkit.sample.SampleRun.Failure;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Brings what generated runs logged to Kafka, each script in its own way, with all that goes wrong.
 * The same seed and runs give the same bytes.
 */
public final class LogGenerator {
  /** Runs whose entries come minutes late. */
  private static final double LATE = 0.005;

  /** Records that are sent once more. */
  private static final double DUPLICATED = 0.015;

  /** Runs beside which their script logs something that belongs to no run. */
  private static final double HOUSEKEEPING = 0.002;

  /** Runs whose entries are of one instant, as of a logger that knows whole seconds only. */
  private static final double AT_ONCE = 0.1;

  private static final double NETWORK_MILLIS = 15;

  private final SplittableRandom random;
  private final boolean orderMatters;
  private final LogEventWriter writer = new LogEventWriter();

  /**
   * A generator for the runs of one seed.
   *
   * @param orderMatters whether records reach Kafka in the order in which they are delivered, so
   *     that entries of one instant have an order
   */
  LogGenerator(long seed, boolean orderMatters) {
    this.orderMatters = orderMatters;
    random = new SplittableRandom(SeedMixer.mix(seed));
  }

  /**
   * A run with its log entries.
   *
   * @param deliveries all records, those of the run itself among them, not sorted
   * @param outcomes the entries to be found
   * @param atOnce those of them that are of one instant, in their order
   */
  record Logged(List<Delivery> deliveries, List<LogOutcome> outcomes, List<LogOutcome> atOnce) {
    /** Tells the ledger what is to be found. */
    void addTo(Ledger ledger) {
      outcomes.forEach(ledger::add);
      if (atOnce.size() > 1) {
        LogOutcome first = atOnce.get(0);
        ledger.addOrder(
            new Ledger.RunKey(first.account(), first.runId()),
            atOnce.stream().map(LogOutcome::message).toList());
      }
    }
  }

  /** All that reaches Kafka of {@code generated}. */
  Logged log(RunWithDeliveries generated) {
    Logged logged = new Logged(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    SampleRun run = generated.run();
    Logging logging = generated.profile().logging();
    if (isToldAsSpan(generated)) {
      addSpan(generated, logged);
    } else {
      logged.deliveries().addAll(generated.deliveries());
      List<SampleLog> entries = entries(generated);
      logging.streamed().ifPresent(form -> stream(generated, form, entries, logged));
      addCapturedLines(generated, logged);
      if (run.details().failure() != null) {
        addCapturedTrace(run, logged);
      }
    }
    if (random.nextDouble() < HOUSEKEEPING) {
      keepHouse(generated, logged);
    }
    return logged;
  }

  private static boolean isToldAsSpan(RunWithDeliveries generated) {
    SampleRun run = generated.run();
    return generated.profile().logging() == Logging.SPANS
        && run.status() != RunStatus.IN_PROGRESS
        && run.timing() != Timing.NONE;
  }

  private List<SampleLog> entries(RunWithDeliveries generated) {
    SampleRun run = generated.run();
    List<LoggedLine> lines = generated.lines();
    List<SampleLog> entries = new ArrayList<>();
    boolean atOnce = random.nextDouble() < AT_ONCE && orderMatters;
    for (int i = 0; i < lines.size(); i++) {
      LoggedLine line = lines.get(i);
      boolean failed = i == lines.size() - 1 && run.details().failure() != null;
      SampleLog entry =
          SampleLog.of(
              run,
              random.nextInt(3) == 0 ? "" : "log_" + hex(random.nextLong()),
              run.startedAt() * 1000
                  + (atOnce ? 0 : (i + 1) * (run.durationMicros() / (lines.size() + 1)) + i),
              line.level().isEmpty() ? "INFO" : line.level(),
              line.message(),
              run.function());
      entries.add(entry.with(details(generated, failed ? run.details().failure() : null)));
    }
    return entries;
  }

  private SampleLog.Details details(RunWithDeliveries generated, Failure failure) {
    boolean endpoint = generated.profile().logging().isOfEndpoint();
    String metadata = "";
    if (failure != null) {
      metadata = "{\"errorCode\":\"" + failure.code() + "\",\"retryAttempt\":1}";
    } else if (endpoint) {
      metadata = "{\"model\":\"small-v2\",\"batchSize\":" + (1 + random.nextInt(16)) + "}";
    }
    return new SampleLog.Details(
        endpoint ? "req_" + hex(random.nextLong()).substring(4) : "",
        endpoint ? random.nextInt(4000) : Double.NaN,
        endpoint ? (10 + random.nextInt(300)) * 100_000_000L : -1,
        endpoint ? random.nextInt(101) : Double.NaN,
        metadata,
        failure == null ? List.of() : failure.stackTrace(),
        generated.run().details().traceId(),
        "");
  }

  private void stream(
      RunWithDeliveries generated, LogForm form, List<SampleLog> all, Logged logged) {
    SampleRun run = generated.run();
    List<SampleLog> entries = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      if (generated.profile().logging().streams(i)) {
        entries.add(all.get(i));
      }
    }
    if (entries.isEmpty()) {
      return;
    }
    long delay = random.nextDouble() < LATE ? 60_000 + (long) exponential(3 * 60_000) : 0;
    entries.forEach(entry -> logged.outcomes().add(entry.outcome()));
    boolean atOnce = entries.size() > 1 && entries.get(0).micros() == entries.get(1).micros();
    if (atOnce) {
      entries.forEach(entry -> logged.atOnce().add(entry.outcome()));
    }
    if (form.batches()) {
      // A copy in another partition could be read between the entries of the first.
      String key = atOnce ? run.runId() : null;
      deliver(run.endedAt() + delay, form, key, entries, logged);
    } else if (atOnce) {
      // One after the other through one partition, and none of them twice.
      long at = run.startedAt() + delay + (long) exponential(NETWORK_MILLIS);
      entries.forEach(
          entry ->
              logged
                  .deliveries()
                  .add(
                      new Delivery(
                          at, form.topic(), run.runId(), form.write(List.of(entry), writer))));
    } else {
      entries.forEach(
          entry ->
              deliver(entry.micros() / 1000 + delay, form, run.runId(), List.of(entry), logged));
    }
  }

  private void deliver(
      long sent, LogForm form, String key, List<SampleLog> entries, Logged logged) {
    long at = sent + (long) exponential(NETWORK_MILLIS);
    byte[] record = form.write(entries, writer);
    logged.deliveries().add(new Delivery(at, form.topic(), key, record));
    if (random.nextDouble() < DUPLICATED) {
      long later = at + 1 + (long) exponential(20_000);
      logged.deliveries().add(new Delivery(later, form.topic(), key, record));
    }
  }

  /** A run whose end, by a Collector, is a span, so that no event tells of it. */
  private void addSpan(RunWithDeliveries generated, Logged logged) {
    SampleRun run = generated.run();
    byte[] record =
        run.startedAt() % 2 == 0
            ? OtlpJsonWriter.write(OtlpBatches.span(run, generated.lines()))
            : OtlpBatches.span(run, generated.lines()).toByteArray();
    long at = run.endedAt() + (long) exponential(NETWORK_MILLIS);
    logged.deliveries().add(new Delivery(at, Topic.OTLP_SPANS, null, record));
    OtlpBatches.entriesOf(run, generated.lines())
        .forEach(entry -> logged.outcomes().add(entry.outcome()));
    for (Delivery delivery : generated.deliveries()) {
      if (delivery.key() == null) {
        logged.deliveries().add(delivery);
      }
    }
  }

  /** What is printed is an entry of its own where it is not streamed as well. */
  private static void addCapturedLines(RunWithDeliveries generated, Logged logged) {
    Logging logging = generated.profile().logging();
    for (int i = 0; i < generated.lines().size(); i++) {
      if (logging == Logging.PRINT || (logging.prints() && !logging.streams(i))) {
        LoggedLine line = generated.lines().get(i);
        LogLevel level = line.level().isEmpty() ? LogLevel.STDOUT : LogLevel.ofWord(line.level());
        addCaptured(generated.run(), level, line.message(), logged);
      }
    }
  }

  private static void addCapturedTrace(SampleRun run, Logged logged) {
    String trace = String.join("\n", run.details().failure().stackTrace());
    addCaptured(run, LogLevel.STDERR, trace, logged);
  }

  private static void addCaptured(SampleRun run, LogLevel level, String message, Logged logged) {
    logged
        .outcomes()
        .add(
            new LogOutcome(
                run.account(),
                run.script(),
                run.attemptId(),
                run.deployment().version(),
                run.endedAt() * 1000,
                level,
                message));
  }

  /** Logs what is no run's. */
  private void keepHouse(RunWithDeliveries generated, Logged logged) {
    SampleRun run = generated.run();
    LogForm form = generated.profile().logging().formWithoutRun();
    String message =
        "worker %d recycled after %,d runs".formatted(random.nextInt(8), random.nextInt(20_000));
    SampleLog entry =
        new SampleLog(
            run.account(),
            run.script(),
            "",
            form.isOfEndpoint() ? SampleRun.Deployment.UNKNOWN : run.deployment(),
            "",
            "",
            run.startedAt() * 1000 + random.nextInt(1000),
            "DEBUG",
            message,
            "runtime",
            SampleLog.Details.NONE);
    logged.outcomes().add(entry.outcome());
    deliver(run.startedAt() + 1, form, null, List.of(entry), logged);
  }

  private double exponential(double mean) {
    return -StrictMath.log(1 - random.nextDouble()) * mean;
  }

  private static String hex(long digits) {
    return HexFormat.of().toHexDigits(digits);
  }
}
