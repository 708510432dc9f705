package dev.scriptanalytics.bench.queries;

import dev.scriptanalytics.bench.queries.Catalogue.Query;
import dev.scriptanalytics.testkit.clickhouse.TestClickHouse;
import dev.scriptanalytics.testkit.command.Commands;
import dev.scriptanalytics.testkit.process.DirectoryTree;
import dev.scriptanalytics.testkit.process.Waiting;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Measures what the indexes and the order of {@code runs} and {@code logs} bring and cost, on runs
 * and log entries that ClickHouse itself generates.
 */
public final class SearchBenchmark {
  private static final long LEAST_ENTRIES = 10_000;
  private static final int REPETITIONS = 5;
  private static final Duration MUTATIONS_PATIENCE = Duration.ofHours(2);
  private static final Duration MUTATIONS_PAUSE = Duration.ofMillis(200);

  /** The definition of each kind of index, by its name on the command line. */
  private static final Map<String, String> INDEXES = new LinkedHashMap<>();

  private static final String NO_INDEX = "none";

  static {
    INDEXES.put(NO_INDEX, "");
    INDEXES.put("ngrambf4", "ngrambf_v1(4, 65536, 3, 0)");
    INDEXES.put("ngrambf3", "ngrambf_v1(3, 32768, 3, 0)");
    INDEXES.put("tokenbf", "tokenbf_v1(32768, 3, 0)");
    INDEXES.put("words", "text(tokenizer = splitByNonAlpha)");
    INDEXES.put("ngrams3", "text(tokenizer = ngrams(3))");
    INDEXES.put("ngrams4", "text(tokenizer = ngrams(4))");
    INDEXES.put("sparse", "text(tokenizer = sparseGrams(3, 10))");
  }

  private final TestClickHouse clickHouse;
  private final PrintStream out;
  private final PrintStream messages;
  private final SqlGeneratedHistory data;
  private final Map<String, String> month;
  private final Map<String, String> day;

  private SearchBenchmark(
      TestClickHouse clickHouse, SqlGeneratedHistory data, PrintStream out, PrintStream messages) {
    this.clickHouse = clickHouse;
    this.data = data;
    this.out = out;
    this.messages = messages;
    Instant middle = data.begin().plus(SqlGeneratedHistory.DAYS / 2, ChronoUnit.DAYS);
    // Runs start up to three hours before and after the range, and entries follow them.
    month = parameters(data.begin().minus(1, ChronoUnit.DAYS), data.end().plus(1, ChronoUnit.DAYS));
    day = parameters(middle, middle.plus(1, ChronoUnit.DAYS));
  }

  private static Map<String, String> parameters(Instant from, Instant to) {
    return Map.of(
        "account",
        SqlGeneratedHistory.ACCOUNT,
        "busiest",
        SqlGeneratedHistory.BUSIEST,
        "from",
        Sql.time(from),
        "to",
        Sql.time(to));
  }

  public static void main(String[] args) {
    Commands.main(new Arguments(), args);
  }

  @Command(
      name = "deploy/local/search-benchmark",
      description =
          "Measures searches in log messages with each kind of index, lookups by id, and first"
              + " pages, on a ClickHouse server of its own, and prints tables in Markdown. Takes half"
              + " an hour on two cores.")
  private static final class Arguments implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Option(
        names = "--entries",
        paramLabel = "N",
        defaultValue = "20000000",
        description = "log entries, and half as many runs; default ${DEFAULT-VALUE}")
    private long entries;

    @Option(
        names = "--directory",
        paramLabel = "DIRECTORY",
        defaultValue = "${sys:java.io.tmpdir}",
        description =
            "where the data goes (about 150 bytes per entry), and is deleted afterwards; default"
                + " ${DEFAULT-VALUE}")
    private Path parent;

    @Option(
        names = "--indexes",
        paramLabel = "NAME",
        split = ",",
        description = "of the kinds of index on messages, separated by commas; default all")
    private List<String> indexes = List.copyOf(INDEXES.keySet());

    @Override
    public Integer call() throws IOException {
      if (entries < LEAST_ENTRIES) {
        throw refused("--entries must be " + LEAST_ENTRIES + " or more, not " + entries);
      }
      for (String index : indexes) {
        if (!INDEXES.containsKey(index)) {
          throw refused("--indexes are of " + INDEXES.keySet() + ", not " + index);
        }
      }
      Path directory = Files.createTempDirectory(Files.createDirectories(parent), "search");
      try (TestClickHouse clickHouse = TestClickHouse.start(directory)) {
        SqlGeneratedHistory data = SqlGeneratedHistory.endingNow(entries / 2, entries);
        new SearchBenchmark(clickHouse, data, System.out, System.err).measure(indexes);
      } finally {
        DirectoryTree.delete(directory);
      }
      return 0;
    }

    private ParameterException refused(String reason) {
      return new ParameterException(spec.commandLine(), reason);
    }
  }

  private void measure(List<String> indexes) {
    clickHouse.applySql();
    clickHouse.query(sql("drop the shipped index"));
    data.writeRows(clickHouse, messages);
    optimize("runs");
    optimize("logs");
    out.printf(
        "%,d log entries of %,d runs; %s.%n",
        data.logs(), data.runs(), clickHouse.query(Sql.statement("table_sizes.sql")));
    pages();
    lookups();
    searches(indexes);
  }

  private void pages() {
    clickHouse.query(
        clickHouse
            .query(sql("definition of runs"))
            .replace("script_analytics.runs", "script_analytics.oldest_first")
            .replace("executed_on DESC", "executed_on"));
    clickHouse.query(sql("copy runs oldest first"));
    optimize("oldest_first");
    out.printf(
        "%n| the 50 newest runs of the busiest script | of a day | of 30 days |%n|---|---|---|%n");
    String newest = Sql.statement("newest_runs.sql");
    for (String table : List.of("oldest_first", "runs")) {
      out.printf(
          "| key %s | %s | %s |%n",
          table.equals("runs") ? "newest first" : "oldest first",
          millis(newest, with(day, "table", table)),
          millis(newest, with(month, "table", table)));
    }
    clickHouse.query("DROP TABLE script_analytics.oldest_first");
  }

  private void lookups() {
    List<String> known = Sql.ask(clickHouse, sql("ids of an entry"), day).lines().toList();
    Map<String, String> ids = with(with(day, "run_id", known.get(0)), "log_id", known.get(1));
    out.printf("%n| lookup by id, in 30 days | with indexes | without |%n|---|---|---|%n");
    for (Query query : Catalogue.of("lookups.sql")) {
      out.printf(
          "| %s | %s | %s |%n",
          query.name(),
          millis(query.sql(), ids),
          millis(query.sql() + " SETTINGS use_skip_indexes = 0", ids));
    }
  }

  private void searches(List<String> indexes) {
    String order = Sql.ask(clickHouse, sql("order in a message"), day);
    Map<String, String> needle = Map.of("one_entry", "%d_" + order + "%", "word", order);
    List<Query> queries = Catalogue.of("needles.sql");
    out.printf(
        "%n| index | size | built in | insert rows/s, merge | %s |%n|%s%n",
        queries.stream().map(Query::name).collect(Collectors.joining(" | ")),
        "---|".repeat(queries.size() + 4));
    for (String index : indexes) {
      String size = "";
      String built = "";
      String name = NO_INDEX;
      if (!index.equals(NO_INDEX)) {
        name = "`" + INDEXES.get(index) + "`";
        built = "%.0f s".formatted(secondsToBuild(INDEXES.get(index)));
        size = clickHouse.query(sql("size of the index"));
      }
      out.printf("| %s | %s | %s | %s |", name, size, built, insertCost());
      for (Query query : queries) {
        out.printf(
            " %s, %s |",
            millis(query.sql(), with(day, needle)), millis(query.sql(), with(month, needle)));
      }
      out.println();
      out.flush();
      if (!index.equals(NO_INDEX)) {
        clickHouse.query(sql("drop the index"));
        awaitMutations();
      }
    }
    out.printf("%nMilliseconds within the busiest script: in a day, in 30 days.%n");
  }

  private double secondsToBuild(String definition) {
    long start = System.nanoTime();
    clickHouse.query(sql("add an index").replace("DEFINITION", definition));
    clickHouse.query(sql("build the index"));
    awaitMutations();
    return (System.nanoTime() - start) / 1e9;
  }

  /** How fast a day is inserted, in blocks as the job's, and how long merging it takes. */
  private String insertCost() {
    clickHouse.query(sql("create a copy of logs"));
    long rows = Sql.number(clickHouse, sql("entries of a range"), day);
    long start = System.nanoTime();
    Sql.ask(clickHouse, Sql.statement("copy_day.sql"), day);
    long inserted = System.nanoTime();
    optimize("copy");
    long merged = System.nanoTime();
    clickHouse.query(sql("drop the copy of logs"));
    return String.format(
        Locale.ROOT,
        "%,d, %.1f s",
        Math.round(rows / ((inserted - start) / 1e9) / 1000) * 1000,
        (merged - inserted) / 1e9);
  }

  private void optimize(String table) {
    Sql.ask(clickHouse, sql("partitions of a table"), Map.of("table", table))
        .lines()
        .forEach(
            partition ->
                clickHouse.query(
                    "OPTIMIZE TABLE script_analytics.%s PARTITION ID '%s' FINAL"
                        .formatted(table, partition)));
  }

  // A request that waits would end at its own time limit, which some kinds of index outlast.
  private void awaitMutations() {
    Waiting.until(
        MUTATIONS_PATIENCE,
        MUTATIONS_PAUSE,
        () -> clickHouse.query(sql("mutations to wait for")).equals("0"));
  }

  private static String sql(String name) {
    return Sql.statement("search_benchmark.sql", name);
  }

  /** The median, after one time that does not count. */
  private String millis(String query, Map<String, String> parameters) {
    double[] times = new double[REPETITIONS];
    for (int i = -1; i < REPETITIONS; i++) {
      long start = System.nanoTime();
      Sql.ask(clickHouse, query + " FORMAT Null", parameters);
      if (i >= 0) {
        times[i] = (System.nanoTime() - start) / 1e6;
      }
    }
    return Long.toString(Math.round(Stopwatch.median(times)));
  }

  private static Map<String, String> with(
      Map<String, String> parameters, String name, String value) {
    return with(parameters, Map.of(name, value));
  }

  private static Map<String, String> with(
      Map<String, String> parameters, Map<String, String> more) {
    Map<String, String> all = new HashMap<>(parameters);
    all.putAll(more);
    return all;
  }
}
