package dev.scriptanalytics.bench.api;

import dev.scriptanalytics.bench.api.ApiProcess.State;
import dev.scriptanalytics.bench.process.Stopwatch;
import dev.scriptanalytics.testkit.process.Waiting;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * What event streams that nobody reads, and a reader of a file who is slow, do to users who ask
 * normal requests, and to the server's memory.
 *
 * <p>The server closes a stream that takes nothing. As a browser does, another one is opened then,
 * so that there are always as many.
 */
final class Streams {
  private static final double MOST_TIMES_MEDIAN = 2;
  private static final double MOST_HEAP = 256;
  private static final double PART_BY_USERS = 0.3;
  private static final int SCRIPTS = 20;
  private static final int STREAMS = 200;
  private static final int USERS = 50;
  private static final int ENTRIES_PER_SECOND = 500;
  private static final Duration INSERT_EVERY = Duration.ofMillis(500);
  private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final int ROWS = (int) (ENTRIES_PER_SECOND * INSERT_EVERY.toMillis() / 1000);

  /** With one in eleven, some 230 KB/s for each stream. */
  private static final int LARGE = 100_000;

  /** What a socket of the loopback interface takes; the server has to keep what comes after it. */
  private static final int SOCKET_BUFFER = 3_000_000;

  private static final double SLOW_BYTES_PER_SECOND = 1e6;

  private final ApiProcess api;
  private final LogTable table;
  private final Duration duration;
  private final Optional<Duration> givenThink;
  private final PrintStream out;

  Streams(
      ApiProcess api,
      LogTable table,
      Duration duration,
      Optional<Duration> think,
      PrintStream out) {
    this.api = api;
    this.table = table;
    this.duration = duration;
    this.givenThink = think;
    this.out = out;
  }

  /**
   * What is going on while users ask.
   *
   * @param arriving whether entries arrive
   * @param streams how many streams are to be open
   * @param large how much longer some messages are
   */
  private record Scene(String name, boolean arriving, int streams, int large) {}

  /** Something that goes on for as long as a scene lasts. */
  private static final Callable<Void> NOTHING = () -> null;

  /** Measures; questions are asked in turn by each user. */
  void measure(List<Question> questions) throws IOException, InterruptedException {
    Duration think = think(questions);
    out.printf(
        "%n**Streams that nobody reads**: %d of %d scripts, to which %d entries/s arrive, beside %d"
            + " users who pause for %.1f s on average. Wanted: at most %.0f times the median"
            + " without streams, and a heap of at most %.0f MB. Each lasts %d s.%n%n",
        STREAMS,
        SCRIPTS,
        ENTRIES_PER_SECOND,
        USERS,
        think.toMillis() / 1000.0,
        MOST_TIMES_MEDIAN,
        MOST_HEAP,
        duration.toSeconds());
    printHeader();
    double withoutStreams = Double.NaN;
    for (Scene scene :
        List.of(
            new Scene("users alone", false, 0, 0),
            new Scene("and entries that arrive", true, 0, 0),
            new Scene("and streams", true, STREAMS, 0),
            new Scene("and some messages of " + LARGE + " bytes", true, STREAMS, LARGE),
            new Scene("users alone again", false, 0, 0))) {
      double median = measure(scene, duration, NOTHING, questions, think, withoutStreams);
      // What the INSERTs take from others is not due to the streams.
      withoutStreams = scene.arriving() && scene.streams() == 0 ? median : withoutStreams;
      // The server has to notice that the streams are gone before it lets others in.
      awaitStreams(0);
    }
    afterwards(questions);
  }

  /** As {@link #measure(List)}, with a file that is read slowly beside streams that are idle. */
  void measureBesideExport(List<Question> questions, Question file)
      throws IOException, InterruptedException {
    SlowReader fast = new SlowReader(Double.POSITIVE_INFINITY);
    read(file, fast);
    Duration think = think(questions);
    Duration whole = Duration.ofMillis((long) (1000 * fast.bytes() / SLOW_BYTES_PER_SECOND));
    out.printf(
        "%n**A slow reader**: %s of %,d bytes, read at %.0f MB/s, and %d idle streams beside %d"
            + " users who pause for %.1f s on average. Wanted: at most %.0f times the median of the"
            + " users alone, a heap of at most %.0f MB, and the bytes of a fast reader. The users"
            + " are alone for %d s, and then beside the reader for %d s.%n%n",
        file.name(),
        fast.bytes(),
        SLOW_BYTES_PER_SECOND / 1e6,
        STREAMS,
        USERS,
        think.toMillis() / 1000.0,
        MOST_TIMES_MEDIAN,
        MOST_HEAP,
        duration.toSeconds(),
        whole.toSeconds());
    printHeader();
    Scene alone = new Scene("users alone", false, 0, 0);
    double median = measure(alone, duration, NOTHING, questions, think, Double.NaN);
    SlowReader[] slow = {null};
    Callable<Void> reading =
        () -> {
          slow[0] = new SlowReader(SLOW_BYTES_PER_SECOND);
          read(file, slow[0]);
          return null;
        };
    Scene beside = new Scene("and the reader", false, STREAMS, 0);
    measure(beside, whole, reading, questions, think, median);
    awaitStreams(0);
    measure(alone, duration, NOTHING, questions, think, Double.NaN);
    out.printf(
        "%nThe slow reader got %,d bytes in %.0f s: %s.%n",
        slow[0].bytes(),
        slow[0].seconds(),
        slow[0].digest().equals(fast.digest()) ? "those of the fast one" : "**other ones**");
    afterwards(questions);
  }

  private void read(Question file, SlowReader reader) throws IOException {
    try (Client client = api.client()) {
      client.ask(file, Side.API, reader);
    }
  }

  private Duration think(List<Question> questions) throws InterruptedException {
    return givenThink.isPresent() ? givenThink.get() : moderateThink(questions);
  }

  private void printHeader() {
    out.printf(
        "| beside | requests/s | median, ms | p95 | times that without streams | failed"
            + " | processor time of the API, %% of one processor | heap, MB, at most"
            + " | whole process, MB, at most | streams open, least to most | opened |%n"
            + "|---|---|---|---|---|---|---|---|---|---|---|%n");
  }

  /** A pause with which the users keep the machine's processors busy for a part of the time. */
  private Duration moderateThink(List<Question> questions) throws InterruptedException {
    Stopwatch stopwatch = new Stopwatch(api.processes());
    Load.Result result =
        new Load(Runtime.getRuntime().availableProcessors(), duration.dividedBy(2), Duration.ZERO)
            .run(api::client, (client, number) -> ask(client, questions, number));
    double cpu = stopwatch.cpuSeconds().values().stream().mapToDouble(Double::doubleValue).sum();
    double perRequest = cpu / Math.max(1, result.answers());
    double share = PART_BY_USERS * Runtime.getRuntime().availableProcessors();
    return Duration.ofMillis(Math.max(1000, Math.round(1000 * USERS * perRequest / share)));
  }

  private static void ask(Client client, List<Question> questions, int number) throws IOException {
    client.ask(questions.get(number % questions.size()), Side.API);
  }

  private double measure(
      Scene scene,
      Duration lasting,
      Callable<Void> meanwhile,
      List<Question> questions,
      Duration think,
      double withoutStreams)
      throws IOException, InterruptedException {
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try (UnreadStreams streams = new UnreadStreams(api.port(), SCRIPTS)) {
      streams.open(scene.streams());
      awaitStreams(scene.streams());
      if (scene.large() > 0) {
        fillSockets(scene.large());
      }
      long end = System.nanoTime() + lasting.toNanos();
      Future<?> other = threads.submit(meanwhile);
      Future<?> arrivals =
          threads.submit(() -> scene.arriving() ? arrive(scene.large(), end) : null);
      Future<List<State>> watch = threads.submit(() -> watch(streams, scene.streams(), end));
      double cpu = -api.cpuSeconds();
      Load.Result result =
          new Load(USERS, lasting, think)
              .run(api::client, (client, number) -> ask(client, questions, number));
      cpu += api.cpuSeconds();
      arrivals.get();
      other.get();
      print(scene, result, withoutStreams, cpu, watch.get(), streams.opened());
      return result.median();
    } catch (ExecutionException e) {
      throw new IOException("What went on beside the users failed: " + e.getCause(), e);
    } finally {
      threads.shutdownNow();
    }
  }

  private void print(
      Scene scene,
      Load.Result result,
      double withoutStreams,
      double cpu,
      List<State> states,
      int opened) {
    double median = result.median();
    double heap = states.stream().mapToDouble(State::heapMegabytes).max().orElse(0);
    out.printf(
        "| %s | %s | %s | %s | %s | %s | %s | %s | %,d | %d to %d | %d |%n",
        scene.name(),
        Figures.number(result.perSecond()),
        Figures.number(median),
        Figures.number(result.quantile(0.95)),
        scene.streams() == 0 ? "" : Figures.atMost(MOST_TIMES_MEDIAN, median / withoutStreams),
        result.failed(),
        Figures.number(100 * cpu / result.seconds()),
        Figures.atMost(MOST_HEAP, heap),
        states.stream().mapToLong(State::residentMegabytes).max().orElse(0),
        states.stream().mapToInt(State::streams).min().orElse(0),
        states.stream().mapToInt(State::streams).max().orElse(0),
        opened);
  }

  private void fillSockets(int large) throws InterruptedException {
    int inserts = SOCKET_BUFFER / large * SCRIPTS * LogTable.LARGE_ONE_IN / ROWS;
    for (int i = 0; i < inserts; i++) {
      table.arrive(ROWS, SCRIPTS, large);
      TimeUnit.MILLISECONDS.sleep(INSERT_EVERY.toMillis());
    }
  }

  private Void arrive(int large, long end) throws InterruptedException {
    for (long due = System.nanoTime(); due - end < 0; due += INSERT_EVERY.toNanos()) {
      TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
      table.arrive(ROWS, SCRIPTS, large);
    }
    return null;
  }

  /** Looks at the server, and opens a stream for each that it has closed. */
  private List<State> watch(UnreadStreams streams, int wanted, long end)
      throws IOException, InterruptedException {
    List<State> states = new ArrayList<>();
    try (Client client = api.client()) {
      for (long due = System.nanoTime(); due - end < 0; due += LOOK_EVERY.toNanos()) {
        TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
        State state = api.state(client);
        states.add(state);
        streams.open(Math.max(0, wanted - state.streams()));
      }
    }
    return states;
  }

  private void afterwards(List<Question> questions) throws IOException {
    try (Client client = api.client()) {
      for (Question question : questions) {
        client.ask(question, Side.API);
      }
      out.printf(
          "%nAfterwards the server answers, and has %d streams.%n", api.state(client).streams());
    }
  }

  private void awaitStreams(int wanted) throws IOException {
    try (Client client = api.client()) {
      int[] open = {0};
      if (!Waiting.until(
          PATIENCE,
          () -> {
            try {
              open[0] = api.state(client).streams();
            } catch (IOException e) {
              throw new UncheckedIOException("The API server does not answer.", e);
            }
            return open[0] == wanted;
          })) {
        throw new IOException(
            "The API server has %d streams, not %d, after %d s."
                .formatted(open[0], wanted, PATIENCE.toSeconds()));
      }
    }
  }
}
