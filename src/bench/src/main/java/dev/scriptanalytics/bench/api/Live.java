package dev.scriptanalytics.bench.api;

import dev.scriptanalytics.bench.api.ApiProcess.State;
import dev.scriptanalytics.testkit.clickhouse.TestClickHouse;
import dev.scriptanalytics.testkit.process.Waiting;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Whether readers of streams get every entry that arrives, and when, though both servers are killed
 * meanwhile.
 */
final class Live {
  private static final double MOST_SECONDS = 3.5;
  private static final int STREAMS = 50;
  private static final int SCRIPTS = 25;
  private static final int ENTRIES_PER_SECOND = 5000;
  private static final Duration INSERT_EVERY = Duration.ofMillis(500);
  private static final int ROWS = (int) (ENTRIES_PER_SECOND * INSERT_EVERY.toMillis() / 1000);
  private static final int KILLS = 2;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** How long after a kill entries may be late because of it. */
  private static final double OUTAGE_SECONDS = 10;

  private final ApiProcess api;
  private final TestClickHouse clickHouse;
  private final LogTable table;
  private final Duration duration;
  private final PrintStream out;
  private final List<Follower> followers = new ArrayList<>();
  private final List<Double> kills = new ArrayList<>();
  private long begin;
  private long first;
  private double[] arrivedAt;
  private volatile int batches;

  Live(
      ApiProcess api,
      TestClickHouse clickHouse,
      LogTable table,
      Duration duration,
      PrintStream out) {
    this.api = api;
    this.clickHouse = clickHouse;
    this.table = table;
    this.duration = duration;
    this.out = out;
  }

  void measure() throws IOException, InterruptedException {
    out.printf(
        "%n**Live entries**: %,d entries/s of %d scripts to %d streams for %d s; ClickHouse and the"
            + " API are killed %d times each. Wanted: every entry, and 99%% of them within %.1f s of"
            + " their arrival.%n%n",
        ENTRIES_PER_SECOND, SCRIPTS, STREAMS, duration.toSeconds(), KILLS, MOST_SECONDS);
    int most = (int) (duration.toMillis() / INSERT_EVERY.toMillis());
    arrivedAt = new double[most];
    first = table.number(most * ROWS);
    ExecutorService threads = Executors.newFixedThreadPool(STREAMS + 1);
    try {
      for (int i = 0; i < STREAMS; i++) {
        followers.add(new Follower(i % SCRIPTS));
        threads.execute(followers.get(i).reader);
      }
      awaitStreams();
      begin = System.nanoTime();
      Future<?> faults = threads.submit(this::injectFaults);
      arrive(most);
      double seconds = seconds();
      faults.get();
      boolean isComplete =
          Waiting.until(PATIENCE, () -> followers.stream().allMatch(Follower::isComplete));
      for (Follower follower : followers) {
        follower.reader.close();
      }
      threads.shutdown();
      threads.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      print(isComplete, seconds);
    } catch (ExecutionException e) {
      throw new IOException("A server could not be killed and started: " + e.getCause(), e);
    } finally {
      threads.shutdownNow();
    }
  }

  private double seconds() {
    return (System.nanoTime() - begin) / 1e9;
  }

  private void awaitStreams() throws IOException {
    try (Client client = api.client()) {
      boolean areOpen =
          Waiting.until(
              PATIENCE,
              () -> {
                try {
                  return api.state(client).streams() == STREAMS;
                } catch (IOException e) {
                  return false;
                }
              });
      if (!areOpen) {
        throw new IOException("The streams are not open.");
      }
    }
  }

  /** Kills the servers in turn, in even distances. */
  private Void injectFaults() throws InterruptedException {
    for (int i = 1; i <= 2 * KILLS; i++) {
      TimeUnit.NANOSECONDS.sleep(
          begin + duration.toNanos() * i / (2 * KILLS + 1) - System.nanoTime());
      kills.add(seconds());
      if (i % 2 == 1) {
        clickHouse.kill();
        clickHouse.restart();
      } else {
        api.killAndRestart();
      }
    }
    return null;
  }

  private void arrive(int most) throws InterruptedException {
    for (int batch = 0; batch < most; batch++) {
      long due = begin + batch * INSERT_EVERY.toNanos();
      TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
      while (!isWritten(batch)) {
        TimeUnit.MILLISECONDS.sleep(100);
      }
      batches = batch + 1;
    }
  }

  /** Whether it could be written; a batch arrives when the INSERT that succeeds begins. */
  private boolean isWritten(int batch) {
    try {
      arrivedAt[batch] = seconds();
      table.arrive(first + (long) batch * ROWS, ROWS, SCRIPTS, 0);
      return true;
    } catch (IllegalStateException | UncheckedIOException e) {
      // ClickHouse is away.
      return false;
    }
  }

  /** A stream and what came of it. */
  private final class Follower {
    private final int script;
    private final LiveReader reader;
    private final BitSet had = new BitSet();
    private final double[] latencies = new double[arrivedAt.length * ROWS / SCRIPTS + SCRIPTS];
    private final double[] arrivals = new double[latencies.length];
    private int entries;
    private int repeated;

    private Follower(int script) {
      this.script = script;
      this.reader = new LiveReader(api.port(), LogTable.followed(script), this::take);
    }

    private synchronized void take(long number) {
      int index = Math.toIntExact(number - first);
      if (had.get(index)) {
        repeated++;
        return;
      }
      had.set(index);
      arrivals[entries] = arrivedAt[index / ROWS];
      latencies[entries++] = seconds() - arrivedAt[index / ROWS];
    }

    private long wanted() {
      long last = first + (long) batches * ROWS;
      return Math.floorDiv(last - 1 - script, (long) SCRIPTS)
          - Math.floorDiv(first - 1 - script, (long) SCRIPTS);
    }

    private synchronized boolean isComplete() {
      return entries == wanted();
    }

    private synchronized DoubleStream latencies(boolean inOutages) {
      return IntStream.range(0, entries)
          .filter(i -> inOutages || kills.stream().noneMatch(kill -> isNear(kill, arrivals[i])))
          .mapToDouble(i -> latencies[i]);
    }
  }

  private static boolean isNear(double kill, double arrival) {
    return arrival > kill - OUTAGE_SECONDS && arrival < kill + OUTAGE_SECONDS;
  }

  private void print(boolean isComplete, double seconds) throws IOException {
    long wanted = followers.stream().mapToLong(Follower::wanted).sum();
    long had = followers.stream().mapToLong(follower -> follower.entries).sum();
    State state;
    try (Client client = api.client()) {
      state = api.state(client);
    }
    out.printf(
        "| entries/s | to streams, in all | missing | more than once | connections"
            + " | heap at the end, MB |%n"
            + "|---|---|---|---|---|---|%n| %,.0f | %,d | %s | %,d | %d | %s |%n%n",
        batches * ROWS / seconds,
        wanted,
        isComplete ? "0" : "**%,d**".formatted(wanted - had),
        followers.stream().mapToLong(follower -> follower.repeated).sum(),
        followers.stream().mapToInt(follower -> follower.reader.connections()).sum(),
        Figures.number(state.heapMegabytes()));
    out.printf("| seconds from arrival to reader | median | p99 | most |%n|---|---|---|---|%n");
    print("all entries", true);
    print("without %.0f s before and after a kill".formatted(OUTAGE_SECONDS), false);
  }

  private void print(String name, boolean inOutages) {
    double[] all =
        followers.stream().flatMapToDouble(follower -> follower.latencies(inOutages)).toArray();
    out.printf(
        "| %s | %s | %s | %s |%n",
        name,
        Figures.number(Figures.median(all)),
        Figures.atMost(MOST_SECONDS, Figures.quantile(all, 0.99)),
        Figures.number(Arrays.stream(all).max().orElse(Double.NaN)));
  }
}
