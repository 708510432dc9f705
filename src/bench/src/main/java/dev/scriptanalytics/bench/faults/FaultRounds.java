package dev.scriptanalytics.bench.faults;

import dev.scriptanalytics.testkit.clickhouse.ClickHouseProgram;
import dev.scriptanalytics.testkit.kafka.EventSender;
import dev.scriptanalytics.testkit.kafka.TransactionSender;
import dev.scriptanalytics.testkit.ledger.ClickHouseReader;
import dev.scriptanalytics.testkit.ledger.Ledger;
import dev.scriptanalytics.testkit.ledger.ScriptLedger;
import dev.scriptanalytics.testkit.process.DirectoryTree;
import dev.scriptanalytics.testkit.process.Waiting;
import dev.scriptanalytics.testkit.sample.Topic;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * Faults, one after the other, while a producer with a ledger runs; after each, whether ClickHouse
 * holds exactly what was sent since the start.
 */
public final class FaultRounds {
  private static final Duration PATIENCE = Duration.ofMinutes(4);
  private static final Duration LOOK_EVERY = Duration.ofMillis(100);
  private static final Duration COMPARE_EVERY = Duration.ofMillis(500);
  private static final int MOST_DIFFERENCES = 12;

  private final SuiteSettings settings;
  private final PrintStream out;
  private final Ledger ledger = new Ledger();
  private final List<Outcome> outcomes = new ArrayList<>();
  private long records;

  public FaultRounds(SuiteSettings settings, PrintStream out) {
    this.settings = settings;
    this.out = out;
  }

  /** Runs every round, and prints what comes of it. */
  public List<Outcome> run() throws IOException, InterruptedException {
    DirectoryTree.delete(settings.home());
    Files.createDirectories(settings.home());
    List<Fault> faults = settings.faults();
    long start = System.nanoTime();
    try (TestedStack stack =
            new TestedStack(
                settings.home(),
                faults.contains(Fault.ONE_OF_TWO) ? 2 : 1,
                faults.contains(Fault.JOBMANAGER_KILL),
                faults.contains(Fault.FULL_DISK));
        EventSender sender =
            new EventSender(
                stack.kafka().bootstrapServers(),
                Arrays.stream(Topic.values())
                    .collect(Collectors.toMap(topic -> topic, Topic::usualName)),
                out);
        TransactionSender transactions =
            new TransactionSender(
                stack.kafka().bootstrapServers(),
                Map.of(Topic.RUNS, Topic.RUNS.usualName()),
                "fault-suite")) {
      say("The job runs after %.0f s; all files are in %s.", secondsSince(start), settings.home());
      for (int round = 0; round < settings.rounds(); round++) {
        run(settings.seed() + round, stack, sender, new TransactionLoad(transactions));
      }
    }
    return List.copyOf(outcomes);
  }

  private void run(long seed, TestedStack stack, EventSender sender, TransactionLoad transactions)
      throws IOException, InterruptedException {
    Random random = new Random(seed);
    List<Fault> order = new ArrayList<>(settings.faults());
    Collections.shuffle(order, random);
    say("%nSeed %d", seed);
    say(OutcomeTable.HEAD);
    for (Fault fault : order) {
      Outcome outcome = outcome(seed, fault, random.nextLong(), stack, sender, transactions);
      outcomes.add(outcome);
      say(OutcomeTable.line(outcome));
    }
  }

  private Outcome outcome(
      long seed,
      Fault fault,
      long loadSeed,
      TestedStack stack,
      EventSender sender,
      TransactionLoad transactions)
      throws IOException, InterruptedException {
    Arrivals arrivals = new Arrivals(stack.clickHouse().http());
    FaultInjector infliction = new FaultInjector(stack, settings, sender, arrivals);
    Optional<String> obstacle = infliction.obstacle(fault);
    if (obstacle.isPresent()) {
      return Outcome.skipped(seed, fault, obstacle.get());
    }
    Load load =
        new Load(
            sender,
            ledger,
            transactions,
            fault.manner(),
            loadSeed,
            settings.eventsPerSecond(),
            TestedStack.PARTITIONS);
    double faultSeconds = Double.NaN;
    double recoverySeconds = Double.NaN;
    List<String> differences = new ArrayList<>();
    try {
      await("rows before the fault", rowsOf(load.newRuns(), arrivals));
      FaultInjector.pause(settings.settling());
      long beginMillis = System.currentTimeMillis();
      long begin = System.nanoTime();
      infliction.inflict(fault, load::newRuns);
      faultSeconds = secondsSince(begin);
      long end = System.nanoTime();
      awaitRecovery(fault, beginMillis, load, arrivals, stack);
      recoverySeconds = secondsSince(end);
      infliction.repair(fault);
    } catch (IllegalStateException | UncheckedIOException failure) {
      differences.add(failure.getMessage());
    }
    FaultInjector.pause(settings.settling());
    load.finish();
    records += load.sent() + infliction.unusable().size();
    infliction.unusable().forEach(ledger::addDeadLetter);

    long sent = System.nanoTime();
    differences.addAll(differences(stack));
    return new Outcome(
        seed,
        fault,
        load.sent() + infliction.unusable().size(),
        faultSeconds,
        recoverySeconds,
        secondsSince(sent),
        differences,
        "");
  }

  private static void awaitRecovery(
      Fault fault, long beginMillis, Load load, Arrivals arrivals, TestedStack stack) {
    if (fault == Fault.ONE_OF_TWO || fault == Fault.JOBMANAGER_KILL) {
      // Until they are told, the tasks that are left go on writing.
      await(
          "the job to start again",
          () -> stack.flink().hasRestartedSince(stack.job(), beginMillis));
    }
    BooleanSupplier flows = rowsOf(load.newRuns(), arrivals);
    if (fault == Fault.FULL_DISK) {
      int checkpoints = stack.flink().rest().completedCheckpoints(stack.job());
      await(
          "a checkpoint after the fault",
          () -> stack.flink().rest().completedCheckpoints(stack.job()) > checkpoints);
    }
    await("rows after the fault", flows);
  }

  private static BooleanSupplier rowsOf(Set<String> runs, Arrivals arrivals) {
    return () -> arrivals.any(runs);
  }

  private List<String> differences(TestedStack stack) throws IOException, InterruptedException {
    Exactness exactness =
        new Exactness(
            stack.clickHouse().http(),
            new ClickHouseReader(
                stack.clickHouse().httpUrl(), "script_reader", ClickHouseProgram.READER_PASSWORD));
    List<ScriptLedger> expected = ledger.scripts();
    List<String> differences = new ArrayList<>();
    Waiting.until(
        PATIENCE,
        COMPARE_EVERY,
        () -> {
          differences.clear();
          differences.addAll(
              exactness.differencesOfTables(expected, ledger.deadLetters(), ledger.orders()));
          return differences.isEmpty();
        });
    if (differences.isEmpty()) {
      differences.addAll(exactness.differencesOfViews(expected));
    }
    return differences.subList(0, Math.min(differences.size(), MOST_DIFFERENCES));
  }

  private static void await(String what, BooleanSupplier condition) {
    if (!Waiting.until(PATIENCE, LOOK_EVERY, condition)) {
      throw new IllegalStateException(
          "Waited %d minutes for %s.".formatted(PATIENCE.toMinutes(), what));
    }
  }

  /** Whether every fault that happened ended exact, and one happened. */
  public boolean isExact() {
    return outcomes.stream().anyMatch(Outcome::happened)
        && outcomes.stream().filter(Outcome::happened).allMatch(Outcome::isExact);
  }

  /** All rounds together. */
  public String summary() {
    return String.format(
        Locale.ROOT,
        "%n%s%d faults, %,d records: %s%n",
        OutcomeTable.summary(outcomes),
        outcomes.stream().filter(Outcome::happened).count(),
        records,
        isExact() ? "all exact" : "NOT exact");
  }

  private static double secondsSince(long nanos) {
    return (System.nanoTime() - nanos) / 1e9;
  }

  private void say(String format, Object... arguments) {
    out.printf(Locale.ROOT, format + "%n", arguments);
    out.flush();
  }
}
