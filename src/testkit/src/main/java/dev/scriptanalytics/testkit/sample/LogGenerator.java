package dev.scriptanalytics.testkit.sample;

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

  private static final double NETWORK_MILLIS = 15;

  private final SplittableRandom random;
  private final LogEventWriter writer = new LogEventWriter();

  LogGenerator(long seed) {
    random = new SplittableRandom(SeedMixer.mix(seed));
  }

  /**
   * A run with its log entries.
   *
   * @param deliveries all records, those of the run itself among them, not sorted
   * @param outcomes the entries to be found
   */
  record Logged(List<Delivery> deliveries, List<LogOutcome> outcomes) {}

  /** All that reaches Kafka of {@code generated}. */
  Logged log(RunWithDeliveries generated) {
    Logged logged = new Logged(new ArrayList<>(), new ArrayList<>());
    SampleRun run = generated.run();
    Logging logging = generated.profile().logging();
    if (isToldAsSpan(generated)) {
      addSpan(generated, logged);
    } else {
      logged.deliveries().addAll(generated.deliveries());
      List<SampleLog> entries = entries(generated);
      logging.streamed().ifPresent(form -> stream(run, form, entries, logged));
      if (logging == Logging.PRINT) {
        generated
            .lines()
            .forEach(line -> addCaptured(run, LogLevel.STDOUT, line.message(), logged));
      }
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
    for (int i = 0; i < lines.size(); i++) {
      LoggedLine line = lines.get(i);
      boolean failed = i == lines.size() - 1 && run.details().failure() != null;
      SampleLog entry =
          SampleLog.of(
              run,
              random.nextInt(3) == 0 ? "" : "log_" + hex(random.nextLong()),
              run.startedAt() * 1000 + (i + 1) * (run.durationMicros() / (lines.size() + 1)) + i,
              line.level().isEmpty() ? "INFO" : line.level(),
              line.message(),
              run.function());
      entries.add(entry.with(details(generated, failed ? run.details().failure() : null)));
    }
    return entries;
  }

  private SampleLog.Details details(RunWithDeliveries generated, Failure failure) {
    boolean endpoint = generated.profile().logging() == Logging.ENDPOINT;
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

  private void stream(SampleRun run, LogForm form, List<SampleLog> entries, Logged logged) {
    if (entries.isEmpty()) {
      return;
    }
    long delay = random.nextDouble() < LATE ? 60_000 + (long) exponential(3 * 60_000) : 0;
    entries.forEach(entry -> logged.outcomes().add(entry.outcome()));
    if (form.batches()) {
      deliver(run.endedAt() + delay, form, null, entries, logged);
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
        run.dialect() == Dialect.UTC
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
    LogForm form = generated.profile().logging().streamed().orElse(LogForm.NATIVE);
    String message =
        "worker %d recycled after %,d runs".formatted(random.nextInt(8), random.nextInt(20_000));
    SampleLog entry =
        new SampleLog(
            run.account(),
            run.script(),
            "",
            form == LogForm.ENDPOINT ? SampleRun.Deployment.UNKNOWN : run.deployment(),
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
