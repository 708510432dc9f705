package dev.scriptanalytics.bench.queries;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptanalytics.bench.queries.Catalogue.Query;
import dev.scriptanalytics.bench.queries.ReaderQueries.Download;
import dev.scriptanalytics.bench.queries.Report.Target;
import dev.scriptanalytics.bench.queries.Stopwatch.Timing;
import dev.scriptanalytics.testkit.clickhouse.TestClickHouse;
import dev.scriptanalytics.testkit.command.Commands;
import dev.scriptanalytics.testkit.grafana.Expansion;
import dev.scriptanalytics.testkit.grafana.Grafana;
import dev.scriptanalytics.testkit.process.DirectoryTree;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Measures the queries of dashboards, pages and exports as a reader of the views, beside the time
 * that each may take, on runs and log entries that ClickHouse itself generates.
 */
public final class QueryBenchmark {
  private static final long LEAST_ROWS = 10_000;
  private static final int DOWNLOADS = 3;
  private static final String OVERVIEW = "script-overview";
  private static final int PAGE = 50;

  /** How many rows are before page 100. */
  private static final int SKIPPED = 99 * PAGE;

  /** What a graph shows at most, about a point for each pixel. */
  private static final int POINTS = 1_000;

  private final TestClickHouse clickHouse;
  private final ReaderQueries reader;
  private final Stopwatch stopwatch;
  private final SqlGeneratedHistory data;
  private final int repetitions;
  private final List<String> only;
  private final Report report;
  private final PrintStream out;
  private final Instant end;
  private final Map<String, String> parameters;

  private QueryBenchmark(
      TestClickHouse clickHouse,
      SqlGeneratedHistory data,
      int repetitions,
      List<String> only,
      PrintStream out) {
    this.clickHouse = clickHouse;
    this.reader = new ReaderQueries(clickHouse);
    this.stopwatch = new Stopwatch(clickHouse, reader, repetitions);
    this.data = data;
    this.repetitions = repetitions;
    this.only = only;
    this.report = new Report(out);
    this.out = out;
    // A little off a minute, as now() is: the minutes at both edges come from raw rows.
    end = data.end().minusMillis(12_345);
    parameters = parameters(end);
  }

  /** The parameters that the catalogue's queries have in common. */
  private static Map<String, String> parameters(Instant end) {
    Instant midnight = end.truncatedTo(ChronoUnit.DAYS);
    Map<String, String> parameters = new HashMap<>();
    parameters.put("account", SqlGeneratedHistory.ACCOUNT);
    parameters.put("busiest", SqlGeneratedHistory.BUSIEST);
    parameters.put("ordinary", SqlGeneratedHistory.ORDINARY);
    parameters.put("rows", Integer.toString(PAGE));
    parameters.put("skipped", "0");
    Map<String, Instant> times =
        Map.of(
            "begin", end.minus(SqlGeneratedHistory.DAYS, ChronoUnit.DAYS),
            "end", end,
            "day_ago", end.minus(1, ChronoUnit.DAYS),
            "past_day", midnight.minus(8, ChronoUnit.DAYS),
            "past_day_end", midnight.minus(7, ChronoUnit.DAYS),
            "week", midnight.minus(9, ChronoUnit.DAYS),
            "week_end", midnight.minus(2, ChronoUnit.DAYS));
    times.forEach((name, time) -> parameters.put(name, Sql.time(time)));
    return parameters;
  }

  public static void main(String[] args) {
    Commands.main(new Arguments(), args);
  }

  @Command(
      name = "deploy/local/query-benchmark",
      description =
          "Measures the queries of views, dashboards and exports on a ClickHouse server of its own,"
              + " and prints tables in Markdown: the median of each query, the time it may take, and"
              + " the rows that it read.")
  private static final class Arguments implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Option(
        names = "--runs",
        paramLabel = "N",
        defaultValue = "20000000",
        description = "runs to generate, in 30 days and 200 scripts; default ${DEFAULT-VALUE}")
    private long runs;

    @Option(
        names = "--logs",
        paramLabel = "N",
        defaultValue = "40000000",
        description = "log entries; default ${DEFAULT-VALUE}")
    private long logs;

    @Option(
        names = "--home",
        paramLabel = "DIRECTORY",
        description =
            "keeps the data for the next measurement, about 300 bytes per run with two log entries;"
                + " without it, a temporary directory")
    private Path home;

    @Option(
        names = "--repetitions",
        paramLabel = "N",
        defaultValue = "9",
        description =
            "how often each query is timed, after two times that do not count; default"
                + " ${DEFAULT-VALUE}")
    private int repetitions;

    @Option(
        names = "--only",
        paramLabel = "TEXT",
        split = ",",
        description =
            "only queries whose name contains one of these texts, which commas separate; may be"
                + " repeated")
    private List<String> only = List.of();

    @Option(names = "--json", paramLabel = "FILE", description = "also writes the figures there")
    private Path json;

    @Override
    public Integer call() throws IOException, InterruptedException {
      requireAtLeast(LEAST_ROWS, "--runs", runs);
      requireAtLeast(LEAST_ROWS, "--logs", logs);
      requireAtLeast(1, "--repetitions", repetitions);
      Path directory =
          home == null
              ? Files.createTempDirectory("query-benchmark")
              : Files.createDirectories(home);
      TestClickHouse clickHouse = TestClickHouse.start(directory);
      try {
        clickHouse.applySql();
        SqlGeneratedHistory data =
            SqlGeneratedHistory.writtenOnce(clickHouse, runs, logs, System.err);
        data.rewriteLastHour(clickHouse);
        QueryBenchmark benchmark =
            new QueryBenchmark(clickHouse, data, Math.min(1000, repetitions), only, System.out);
        benchmark.measure();
        if (json != null) {
          Files.writeString(json, benchmark.report.json(data, load()));
        }
      } finally {
        // In good order, since the next measurement may use the data.
        clickHouse.stop();
        if (home == null) {
          DirectoryTree.delete(directory);
        }
      }
      return 0;
    }

    private void requireAtLeast(long least, String name, long value) {
      if (value < least) {
        throw new ParameterException(
            spec.commandLine(), name + " must be " + least + " or more, not " + value);
      }
    }
  }

  private void measure() throws InterruptedException {
    out.printf(
        "%,d runs and %,d log entries of %d scripts in %d days, a third of all of the busiest; load %.1f.%n",
        data.runs(), data.logs(), SqlGeneratedHistory.SCRIPTS, SqlGeneratedHistory.DAYS, load());
    report.begin();
    metrics();
    pages();
    for (Query query : Catalogue.of(Catalogue.SEARCHES)) {
      time(query, List.of(parameters));
    }
    exports();
    dashboards();
    disk();
    out.printf("%nThe load was %.1f at the end.%n", load());
  }

  /** What views answer, and how many times as long the same takes from raw rows. */
  private void metrics() throws InterruptedException {
    Map<String, Double> millis = new HashMap<>();
    for (Query query : Catalogue.of(Catalogue.METRICS)) {
      OptionalDouble took = time(query, List.of(parameters));
      took.ifPresent(value -> millis.put(query.name(), value));
      String name = query.name().replace(Catalogue.FROM_RAW_ROWS, "");
      if (took.isPresent() && !name.equals(query.name()) && millis.containsKey(name)) {
        report.add(name + ", quicker than raw rows", took.getAsDouble() / millis.get(name), "×");
      }
    }
  }

  private void pages() throws InterruptedException {
    List<Map<String, String>> ids = parametersWithRunIds();
    Map<String, String> page = new HashMap<>(parameters);
    for (Query query : Catalogue.of(Catalogue.PAGES)) {
      if (query.sql().contains("{skipped:")) {
        time(query, List.of(parameters));
        page.clear();
        page.putAll(pageAfterSkipped(query.sql()));
      } else if (query.sql().contains("{run_id:")) {
        time(query, ids);
      } else if (!page.isEmpty()) {
        time(query, List.of(page));
      }
    }
  }

  /**
   * The parameters of the page behind the skipped rows, which go on from the last of them.
   *
   * @return nothing if there are not as many rows
   */
  private Map<String, String> pageAfterSkipped(String firstPage) {
    Map<String, String> last = new HashMap<>(parameters);
    last.put("rows", "1");
    last.put("skipped", Integer.toString(SKIPPED - 1));
    String found =
        Sql.ask(clickHouse, firstPage.replace("*", "toString(executed_on), run_id"), last);
    if (found.isEmpty()) {
      return Map.of();
    }
    String[] executedOnAndRunId = found.split("\t", -1);
    Instant time = Instant.parse(executedOnAndRunId[0].replace(' ', 'T') + "Z");
    last.put("rows", Integer.toString(PAGE));
    last.put("last_executed_on", executedOnAndRunId[0]);
    last.put("last_run_id", executedOnAndRunId[1]);
    last.put("last_millisecond", Sql.time(time.plusMillis(1)));
    return last;
  }

  private List<Map<String, String>> parametersWithRunIds() {
    return Sql.ask(
            clickHouse,
            sql("run ids"),
            Map.of(
                "one_in", Long.toString(Math.max(1, data.runs() / 4 / repetitions)),
                "ids", Integer.toString(repetitions + Stopwatch.WARM_UP)))
        .lines()
        .map(id -> Map.of("account", SqlGeneratedHistory.ACCOUNT, "run_id", id))
        .toList();
  }

  private void exports() throws InterruptedException {
    for (Query query : Catalogue.of(Catalogue.EXPORTS)) {
      if (!isWanted(query.name())) {
        continue;
      }
      long rows = Sql.number(clickHouse, "SELECT count() FROM (" + query.sql() + ")", parameters);
      double[] rates = new double[DOWNLOADS];
      long memory = 0;
      for (int i = 0; i < DOWNLOADS; i++) {
        Download download = reader.download(query.sql() + " FORMAT CSV", parameters);
        rates[i] = rows / download.seconds();
        memory = Math.max(memory, download.peakMemory());
      }
      report.add(
          query.name(),
          Stopwatch.median(rates),
          "rows/s",
          Target.atLeast(Catalogue.EXPORTED_ROWS_PER_SECOND));
      report.add(
          query.name() + ", memory", memory / 1e6, "MB", Target.atMost(Catalogue.EXPORT_MEGABYTES));
    }
  }

  /** As they open, of the busiest script; the overview of 30 days, too. */
  private void dashboards() throws InterruptedException {
    for (JsonNode dashboard : Grafana.dashboards()) {
      String from = dashboard.at("/time/from").asText();
      dashboard(dashboard, Duration.parse("PT" + from.substring("now-".length())));
      if (dashboard.get("uid").asText().equals(OVERVIEW)) {
        dashboard(dashboard, Duration.ofDays(SqlGeneratedHistory.DAYS));
      }
    }
  }

  private void dashboard(JsonNode dashboard, Duration range) throws InterruptedException {
    String uid = dashboard.get("uid").asText();
    String run = clickHouse.query(sql("a run"));
    int interval = Math.max(60, (int) (range.toSeconds() / POINTS));
    Expansion opened =
        Expansion.ofOpened(dashboard, end.minus(range), end, interval)
            .with("account", SqlGeneratedHistory.ACCOUNT)
            .with("script", SqlGeneratedHistory.BUSIEST)
            .with("run", uid.equals("script-run") ? run : "");
    Map<String, String> queries = new LinkedHashMap<>();
    for (JsonNode panel : dashboard.get("panels")) {
      String sql = Grafana.sqlOf(dashboard, panel);
      // Several panels that share a query ask it once.
      if (sql != null && !queries.containsValue(sql)) {
        queries.put(panel.get("title").asText(), sql);
      }
    }
    for (JsonNode marks : dashboard.at("/annotations/list")) {
      queries.put(marks.get("name").asText(), marks.at("/target/rawSql").asText());
    }
    String name = "dashboard " + uid + " of " + range.toHours() + " h";
    double sum = 0;
    boolean all = true;
    for (Map.Entry<String, String> query : queries.entrySet()) {
      OptionalDouble took =
          time(
              new Query(
                  name + ": " + query.getKey(),
                  opened.of(query.getValue()),
                  OptionalDouble.of(Catalogue.PANEL_MILLIS)),
              List.of(Map.of()));
      all &= took.isPresent();
      sum += took.orElse(0);
    }
    if (all && uid.equals(OVERVIEW)) {
      report.add(name + ", together", sum, "ms", Target.atMost(Catalogue.OVERVIEW_MILLIS));
    } else if (all) {
      report.add(name + ", together", sum, "ms");
    }
  }

  private void disk() {
    size("runs", "a run", "json_of_runs.sql");
    size("logs", "a log entry", "json_of_logs.sql");
    if (isWanted("run_rollups")) {
      report.add("rollups on disk, a run", (double) onDisk("run_rollups") / data.runs(), "bytes");
    }
  }

  private void size(String table, String row, String jsonFile) {
    if (!isWanted(table)) {
      return;
    }
    LocalDate day = LocalDate.ofInstant(end, ZoneOffset.UTC).minusDays(8);
    double json =
        Double.parseDouble(
            Sql.ask(clickHouse, Sql.statement(jsonFile), Map.of("day", day.toString())));
    long rows = Sql.number(clickHouse, sql("rows of a table"), Map.of("table", table));
    double disk = (double) onDisk(table) / rows;
    report.add("JSON of " + row, json, "bytes");
    report.add(row + " on disk, with indexes", disk, "bytes");
    report.add(
        row + ", JSON over disk", json / disk, "×", Target.atLeast(Catalogue.JSON_OVER_DISK));
  }

  private long onDisk(String table) {
    return Sql.number(clickHouse, sql("bytes of a table"), Map.of("table", table));
  }

  private static String sql(String name) {
    return Sql.statement("query_benchmark.sql", name);
  }

  /**
   * Takes the time of a query, with each set of parameters in turn.
   *
   * @return the median in milliseconds; nothing if the query is not to be measured
   */
  private OptionalDouble time(Query query, List<Map<String, String>> parameterSets)
      throws InterruptedException {
    if (!isWanted(query.name())) {
      return OptionalDouble.empty();
    }
    Timing timing = stopwatch.time(query.sql(), parameterSets);
    report.add(query.name(), timing, query.atMostMillis());
    return OptionalDouble.of(timing.millis());
  }

  private boolean isWanted(String name) {
    return only.isEmpty() || only.stream().anyMatch(name::contains);
  }

  private static double load() {
    return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
  }
}
