package dev.scriptanalytics.bench.faults;

import dev.scriptanalytics.testkit.kafka.EventSender;
import dev.scriptanalytics.testkit.ledger.RunStatus;
import dev.scriptanalytics.testkit.sample.Delivery;
import dev.scriptanalytics.testkit.sample.Dialect;
import dev.scriptanalytics.testkit.sample.Malformation;
import dev.scriptanalytics.testkit.sample.RunEventWriter;
import dev.scriptanalytics.testkit.sample.SampleRun;
import dev.scriptanalytics.testkit.sample.Timing;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Lets each fault happen to a stack. */
final class FaultInjector {
  private static final List<String> TABLES =
      List.of("runs", "logs", "run_rollups", "run_rollups_hourly", "dead_letters");

  private static final String TOO_MANY_PARTS =
      "ALTER TABLE script_analytics.%s MODIFY SETTING parts_to_throw_insert = 1,"
          + " parts_to_delay_insert = 1, max_parts_in_total = 1";

  private static final String AS_MANY_PARTS_AS_USUAL =
      "ALTER TABLE script_analytics.%s RESET SETTING parts_to_throw_insert,"
          + " parts_to_delay_insert, max_parts_in_total";

  private static final String READ_ONLY =
      "<profiles><script_writer><readonly>1</readonly></script_writer></profiles>";

  private static final String USED_UP_QUOTA =
      "<users><script_writer><quota>none</quota></script_writer></users>"
          + "<quotas><none><interval><duration>3600</duration><queries>1</queries></interval></none>"
          + "</quotas>";

  private final TestedStack stack;
  private final SuiteSettings settings;
  private final EventSender sender;
  private final Arrivals arrivals;
  private final List<String> unusable = new ArrayList<>();

  FaultInjector(TestedStack stack, SuiteSettings settings, EventSender sender, Arrivals arrivals) {
    this.stack = stack;
    this.settings = settings;
    this.sender = sender;
    this.arrivals = arrivals;
  }

  /** Why nobody can use the records that were sent besides those of the producer, one each. */
  List<String> unusable() {
    return unusable;
  }

  /**
   * Lets a fault happen, and returns when it is over: when what was away is there again, or, where
   * a process of Flink was killed, at once.
   *
   * @param newRuns begins to gather what the producer sends
   * @throws IllegalStateException if nothing happened, such as inserts that went on
   */
  void inflict(Fault fault, Supplier<Set<String>> newRuns)
      throws IOException, InterruptedException {
    switch (fault) {
      case TASKMANAGER_KILL -> stack.flink().replaceTaskManagers();
      case ONE_OF_TWO -> stack.flink().killBusyTaskManager();
      case JOBMANAGER_KILL -> stack.flink().killLeader();
      case KAFKA_KILL -> {
        stack.kafka().kill();
        stack.kafka().restart();
      }
      case CLICKHOUSE_KILL -> {
        stack.clickHouse().kill();
        stack.clickHouse().restart();
      }
      case CLICKHOUSE_AWAY -> {
        stack.clickHouse().kill();
        pause(settings.away());
        stack.clickHouse().restart();
      }
      case CLICKHOUSE_FROZEN -> {
        stack.freezeClickHouse();
        pause(settings.frozen());
        stack.thawClickHouse();
      }
      case TOO_MANY_PARTS -> {
        alterTables(TOO_MANY_PARTS);
        try {
          expectNothingFor(settings.refusing(), newRuns);
        } finally {
          alterTables(AS_MANY_PARTS_AS_USUAL);
        }
      }
      case READ_ONLY -> refuse(READ_ONLY, newRuns);
      case QUOTA -> refuse(USED_UP_QUOTA, newRuns);
      case NETWORK_CUT -> {
        stack.link().cut();
        try {
          expectNothingFor(settings.cut(), newRuns);
        } finally {
          stack.link().restore();
        }
      }
      case BAD_RECORDS -> flood();
      case THREE_TIMES, SHUFFLED, IDLE_PARTITION -> pause(settings.lasting());
      case FULL_DISK -> fillDisk();
    }
  }

  /** Why a fault cannot happen here; empty if it can. */
  Optional<String> obstacle(Fault fault) {
    return fault == Fault.FULL_DISK && !stack.checkpoints().isOfItsOwn()
        ? Optional.of("needs a tmpfs, which only root may mount")
        : Optional.empty();
  }

  /** Starts what a fault has left dead. */
  void repair(Fault fault) {
    switch (fault) {
      case TASKMANAGER_KILL -> stack.flink().awaitTaskManagers();
      case ONE_OF_TWO -> stack.flink().refill();
      case JOBMANAGER_KILL -> stack.flink().startStandby();
      default -> {}
    }
  }

  private void refuse(String users, Supplier<Set<String>> newRuns)
      throws IOException, InterruptedException {
    stack.restartClickHouse(users);
    try {
      expectNothingFor(settings.refusing(), newRuns);
    } finally {
      stack.restartClickHouse("");
    }
  }

  private void alterTables(String statement) {
    TABLES.forEach(table -> stack.clickHouse().query(statement.formatted(table)));
  }

  private void expectNothingFor(Duration time, Supplier<Set<String>> newRuns)
      throws InterruptedException {
    Set<String> runs = newRuns.get();
    pause(time);
    if (runs.isEmpty() || arrivals.any(runs)) {
      throw new IllegalStateException("Nothing was wrong: rows were written all the same.");
    }
  }

  private void fillDisk() throws IOException, InterruptedException {
    long failed = failedCheckpoints();
    stack.checkpoints().fill();
    pause(settings.fullDisk());
    boolean without = failedCheckpoints() == failed;
    stack.checkpoints().free();
    if (without) {
      throw new IllegalStateException("Nothing was wrong: no checkpoint failed.");
    }
  }

  private long failedCheckpoints() {
    return stack
        .flink()
        .rest()
        .get("/jobs/" + stack.job() + "/checkpoints")
        .path("counts")
        .path("failed")
        .asLong();
  }

  private void flood() throws IOException, InterruptedException {
    SampleRun run =
        new SampleRun(
            "flood",
            "Flood",
            "run_of_the_flood",
            SampleRun.Deployment.UNKNOWN,
            "handler",
            new SampleRun.Source("api", "flood"),
            System.currentTimeMillis(),
            100_000,
            RunStatus.SUCCESS,
            Dialect.UTC,
            Timing.START_AND_END,
            SampleRun.Details.NONE);
    byte[] good = new RunEventWriter().end(run);
    Malformation[] ways = Malformation.values();
    for (int i = 0; i < settings.badRecords(); i++) {
      Malformation way = ways[i % ways.length];
      sender.send(new Delivery(0, null, way.spoil(good)));
      unusable.add(way.reason());
    }
    sender.flush();
  }

  static void pause(Duration time) throws InterruptedException {
    Thread.sleep(time.toMillis());
  }
}
