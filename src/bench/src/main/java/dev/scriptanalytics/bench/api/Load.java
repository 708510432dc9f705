package dev.scriptanalytics.bench.api;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Clients that ask at the same time, each its next question when the last one is answered.
 *
 * @param clients how many
 * @param duration for how long
 * @param think the mean of the pauses of each client, evenly from none to twice as long
 */
record Load(int clients, Duration duration, Duration think) {
  private static final int SEED = 20_261_130;

  /** What a client does again and again. */
  @FunctionalInterface
  interface Asking {
    /**
     * Asks, and reads the answer to its end.
     *
     * @param number how often this client has asked before
     * @throws IOException if the answer does not come, or is an error
     */
    void ask(Client client, int number) throws IOException;
  }

  /** What came of it. */
  static final class Result {
    private final double seconds;
    private final double[] millis;
    private final Map<String, Integer> failures;

    private Result(double seconds, double[] millis, Map<String, Integer> failures) {
      this.seconds = seconds;
      this.millis = millis;
      this.failures = failures;
    }

    double seconds() {
      return seconds;
    }

    /** How many answers there were, without failures. */
    int answers() {
      return millis.length;
    }

    double perSecond() {
      return millis.length / seconds;
    }

    double median() {
      return quantile(0.5);
    }

    /** How many milliseconds an answer took, by nearest rank. */
    double quantile(double q) {
      return Figures.quantile(millis, q);
    }

    /** How many requests failed, and why. */
    String failed() {
      return Load.failed(failures);
    }
  }

  /** How many requests failed, and why, as a cell of a table. */
  static String failed(Map<String, Integer> failures) {
    return failures.isEmpty() ? "0" : "**" + failures + "**";
  }

  /** Has the clients ask until the time is over. */
  Result run(Supplier<Client> client, Asking asking) throws InterruptedException {
    ExecutorService threads = Executors.newFixedThreadPool(clients);
    try {
      long start = System.nanoTime();
      long end = start + duration.toNanos();
      List<Callable<Result>> tasks = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        SplittableRandom random = new SplittableRandom(SEED + i);
        tasks.add(() -> askUntil(end, client.get(), asking, random));
      }
      List<Future<Result>> results = threads.invokeAll(tasks);
      double seconds = (System.nanoTime() - start) / 1e9;
      return together(results, seconds);
    } finally {
      threads.shutdownNow();
    }
  }

  private Result askUntil(long end, Client client, Asking asking, SplittableRandom random)
      throws IOException, InterruptedException {
    double[] millis = new double[1024];
    int answers = 0;
    Map<String, Integer> failures = new TreeMap<>();
    try (client) {
      for (int number = 0; ; number++) {
        if (!think.isZero()) {
          long pause = random.nextLong(2 * think.toNanos());
          TimeUnit.NANOSECONDS.sleep(Math.min(pause, end - System.nanoTime()));
        }
        long begin = System.nanoTime();
        if (begin - end > 0) {
          return new Result(0, Arrays.copyOf(millis, answers), failures);
        }
        try {
          asking.ask(client, number);
          if (answers == millis.length) {
            millis = Arrays.copyOf(millis, 2 * answers);
          }
          millis[answers++] = (System.nanoTime() - begin) / 1e6;
        } catch (IOException e) {
          failures.merge(String.valueOf(e.getMessage()), 1, Integer::sum);
          client.disconnect();
        }
      }
    }
  }

  private static Result together(List<Future<Result>> parts, double seconds)
      throws InterruptedException {
    List<double[]> all = new ArrayList<>();
    Map<String, Integer> failures = new TreeMap<>();
    for (Future<Result> part : parts) {
      try {
        all.add(part.get().millis);
        part.get().failures.forEach((what, times) -> failures.merge(what, times, Integer::sum));
      } catch (ExecutionException e) {
        throw new IllegalStateException("A client ended: " + e.getCause(), e);
      }
    }
    double[] millis = all.stream().flatMapToDouble(Arrays::stream).toArray();
    return new Result(seconds, millis, failures);
  }
}
