package dev.scriptanalytics.bench.api;

import dev.scriptanalytics.bench.api.LogTable.Span;
import dev.scriptanalytics.testkit.clickhouse.ClickHouseProgram;
import dev.scriptanalytics.testkit.clickhouse.TestClickHouse;
import dev.scriptanalytics.testkit.command.Commands;
import dev.scriptanalytics.testkit.process.DirectoryTree;
import dev.scriptanalytics.testkit.process.Ports;
import dev.scriptanalytics.testkit.process.Repository;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures what the API server adds to its queries, and what it bears. */
@Command(
    name = "deploy/local/api-benchmark",
    description =
        "Starts a ClickHouse server and the API server's jar, asks both the same in turn, and prints"
            + " tables in Markdown: what the API adds to a query, the requests per second of both,"
            + " how fast files come, what event streams that nobody reads and a slow reader of a file"
            + " do to other requests, and whether streams miss entries when servers are killed.")
public final class ApiBenchmark implements Callable<Integer> {
  private static final int MOST_CLIENTS = 32;
  private static final int WARM_UP_CLIENTS = 8;
  private static final int MOST_WARM_UP_TURNS = 12;
  private static final double MOST_COMPILING = 0.1;
  private static final int TIMES_SCENE = 6;
  private static final int TIMES_LIVE = 4;

  private static final String CONFIGURATION =
      """
      <clickhouse>
        <profiles>
          <%1$s>
            <profile>script_reader</profile>
            <!-- 32 clients with two queries each. -->
            <max_concurrent_queries_for_user>100</max_concurrent_queries_for_user>
          </%1$s>
        </profiles>
        <users>
          <%1$s>
            <password_sha256_hex>%2$s</password_sha256_hex>
            <networks><ip>127.0.0.1</ip></networks>
            <profile>%1$s</profile>
            <quota>default</quota>
            <grants><query>GRANT script_views_reader</query></grants>
          </%1$s>
        </users>
      </clickhouse>
      """;

  /** A part of the measurement, with a server of its own. */
  private enum Part {
    OVERHEAD,
    PARALLEL,
    HEALTH,
    EXPORTS,
    STREAMS,
    SLOW_EXPORT,
    LIVE,
    ANSWERS,
    PAGE;

    /** Those that need the history of the benchmark of queries. */
    private static final Set<Part> OF_HISTORY = EnumSet.of(ANSWERS, PAGE);

    /** The part that an option names. */
    static Part named(String name) {
      return valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
  }

  private final PrintStream out;
  private final PrintStream messages;

  @Spec private CommandSpec spec;

  @Option(
      names = "--entries",
      paramLabel = "N",
      defaultValue = "200000",
      description = "log entries of a script over a day; default ${DEFAULT-VALUE}")
  private int entries;

  @Option(
      names = "--home",
      paramLabel = "DIRECTORY",
      description = "keeps the data for the next measurement; without it, a temporary directory")
  private Path home;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "400",
      description =
          "how often both sides are asked each question one at a time; default ${DEFAULT-VALUE}")
  private int rounds;

  @Option(
      names = "--clients",
      paramLabel = "N",
      split = ",",
      defaultValue = "8,32",
      description = "how many ask at the same time; default ${DEFAULT-VALUE}")
  private List<Integer> clients;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "5",
      description =
          "how long a turn of several clients lasts; each scene with streams lasts six times"
              + " as long, and the warm-up takes at most 13 turns; default ${DEFAULT-VALUE}")
  private int seconds;

  @Option(
      names = "--think",
      paramLabel = "DURATION",
      description =
          "the pause of a user beside streams, on average; by default so long that the users alone"
              + " keep three tenths of the processors busy")
  private Duration think;

  @Option(
      names = "--only",
      paramLabel = "PART",
      split = ",",
      description =
          "only these of overhead, parallel, health, exports, streams, slow-export and live; or"
              + " answers and page, for which the directory must be one of deploy/local/query-benchmark")
  private List<String> only = List.of();

  private ApiBenchmark(PrintStream out, PrintStream messages) {
    this.out = out;
    this.messages = messages;
  }

  public static void main(String[] args) {
    Commands.main(new ApiBenchmark(System.out, System.err), args);
  }

  /** As {@link #main}, with the exit code as result. */
  static int run(PrintStream out, PrintStream messages, String... args) {
    return Commands.run(new ApiBenchmark(out, messages), out, messages, args);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<Part> parts = parts();
    requireAtLeast(1000, "--entries", entries);
    requireAtLeast(5, "--rounds", rounds);
    requireAtLeast(1, "--seconds", seconds);
    if (clients.stream().anyMatch(number -> number < 1 || number > MOST_CLIENTS)) {
      throw refused("--clients must be between 1 and " + MOST_CLIENTS);
    }
    // Before ClickHouse is started, it fails where the jar is missing.
    Path jar = Repository.apiJar();
    Path directory =
        home == null ? Files.createTempDirectory("api-benchmark") : Files.createDirectories(home);
    TestClickHouse clickHouse = startClickHouse(directory);
    try {
      clickHouse.applySql();
      clickHouse.query(
          "INSERT INTO script_analytics.reader_accounts VALUES ('%1$s', '%2$s'), ('%1$s', '%3$s')"
              .formatted(Requests.USER, LogTable.ACCOUNT, LogTable.ACCOUNT_OF_MANY));
      LogTable table = new LogTable(clickHouse);
      out.printf("%s of %,d KB; load %.1f.%n", jar.getFileName(), Files.size(jar) / 1024, load());
      for (Part part : parts) {
        try (ApiProcess api = ApiProcess.start(clickHouse, directory)) {
          measure(part, clickHouse, api, table);
        }
      }
      out.printf("%nThe load was %.1f at the end.%n", load());
    } finally {
      // In good order, since the next measurement may use the data.
      clickHouse.stop();
      if (home == null) {
        DirectoryTree.delete(directory);
      }
    }
    return 0;
  }

  private static TestClickHouse startClickHouse(Path directory) throws IOException {
    for (String file : List.of("config.xml", "users.xml")) {
      Files.write(
          directory.resolve(file),
          Files.readAllBytes(Repository.path("deploy/clickhouse/" + file)));
    }
    Files.writeString(
        Files.createDirectories(directory.resolve("users.d")).resolve("api_benchmark.xml"),
        CONFIGURATION.formatted(Requests.USER, ClickHouseProgram.sha256(Requests.SECRET)));
    return TestClickHouse.start(
        new ClickHouseProgram(
            directory, directory.resolve("config.xml"), Map.of(), Ports.free(), Ports.free()));
  }

  private void measure(Part part, TestClickHouse clickHouse, ApiProcess api, LogTable table)
      throws IOException, InterruptedException {
    if (part == Part.ANSWERS) {
      new Answers(api, table, rounds, out).measure();
      return;
    }
    if (part == Part.PAGE) {
      new Page(api, table, out).measure();
      return;
    }
    Span span = table.writtenOnce(entries);
    Duration turn = Duration.ofSeconds(seconds);
    if (part == Part.HEALTH) {
      warmUp(part, api, (client, number) -> client.ask(Health.REQUEST));
      new Health(api, turn, out).measure();
      return;
    }
    if (part == Part.EXPORTS) {
      exports(api, table, span);
      return;
    }
    Duration scene = turn.multipliedBy(TIMES_SCENE);
    if (part == Part.LIVE) {
      new Live(api, clickHouse, table, scene.multipliedBy(TIMES_LIVE), out).measure();
      return;
    }
    Question lines;
    Question text;
    Question json;
    try (Client client = api.client()) {
      Requests requests = new Requests(table, client);
      lines = requests.lines(span);
      text = requests.text(span);
      // Beside a slow reader there are so many entries that a day's would take long.
      json = requests.json(part == Part.SLOW_EXPORT ? span.last(Duration.ofHours(1)) : span);
    }
    List<Question> questions = List.of(lines, text, json);
    new Load(WARM_UP_CLIENTS, turn, Duration.ZERO)
        .run(api::client, (client, number) -> ask(client, questions, number, Side.DIRECT));
    warmUp(part, api, (client, number) -> ask(client, questions, number, Side.API));
    switch (part) {
      case OVERHEAD -> new Overhead(api, rounds, out).measure(questions);
      case PARALLEL -> new Parallel(api, turn, out).measure(questions, clients);
      default -> {
        Streams streams = new Streams(api, table, scene, Optional.ofNullable(think), out);
        if (part == Part.SLOW_EXPORT) {
          streams.measureBesideExport(
              List.of(lines, json), file(api, table, "logs_data.csv", span));
        } else {
          streams.measure(List.of(lines, json));
        }
      }
    }
  }

  private void exports(ApiProcess api, LogTable table, Span span) throws IOException {
    List<Question> files = new ArrayList<>();
    for (String name : List.of("logs_data.csv", "logs_data.ndjson")) {
      files.add(file(api, table, name, span));
    }
    new Exports(api, out).measure(files);
  }

  private static Question file(ApiProcess api, LogTable table, String name, Span span)
      throws IOException {
    try (Client client = api.client()) {
      return new Requests(table, client).export(name, span);
    }
  }

  /** Asks until the API's JVM has compiled what it needs, which takes long on a busy machine. */
  private void warmUp(Part part, ApiProcess api, Load.Asking asking) throws InterruptedException {
    Load load = new Load(WARM_UP_CLIENTS, Duration.ofSeconds(seconds), Duration.ZERO);
    int turns = 0;
    double share;
    do {
      double cpu = -api.cpuSeconds();
      double compilers = -api.compilerSeconds();
      load.run(api::client, asking);
      share = (compilers + api.compilerSeconds()) / (cpu + api.cpuSeconds());
      turns++;
    } while (share > MOST_COMPILING && turns < MOST_WARM_UP_TURNS);
    messages.printf(
        "Warmed up for %s: in the last of %d turns the API's JVM compiled in %.0f%% of its"
            + " processor time.%n",
        part.name().toLowerCase(Locale.ROOT), turns, 100 * share);
  }

  private static void ask(Client client, List<Question> questions, int number, Side side)
      throws IOException {
    client.ask(questions.get(number % questions.size()), side);
  }

  private List<Part> parts() {
    List<Part> parts = new ArrayList<>();
    for (String name : only) {
      try {
        parts.add(Part.named(name));
      } catch (IllegalArgumentException e) {
        throw refused("--only does not know \"" + name + "\"");
      }
    }
    if (parts.isEmpty()) {
      parts.addAll(EnumSet.complementOf(EnumSet.copyOf(Part.OF_HISTORY)));
    }
    return parts;
  }

  private void requireAtLeast(int least, String name, int value) {
    if (value < least) {
      throw refused(name + " must be " + least + " or more, not " + value);
    }
  }

  private ParameterException refused(String reason) {
    return new ParameterException(spec.commandLine(), reason);
  }

  private static double load() {
    return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
  }
}
