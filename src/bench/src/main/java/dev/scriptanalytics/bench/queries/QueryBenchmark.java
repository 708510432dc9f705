package dev.scriptanalytics.bench.queries;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.scriptanalytics.bench.queries.ReaderQueries.Answer;
import dev.scriptanalytics.bench.queries.ReaderQueries.Download;
import dev.scriptanalytics.testkit.clickhouse.TestClickHouse;
import dev.scriptanalytics.testkit.command.CommandLine;
import dev.scriptanalytics.testkit.command.CommandLine.BadArgument;
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
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Measures what dashboards, pages and exports ask of the views, as a reader asks it, beside the
 * time that each may take; on runs and log entries that ClickHouse itself generates.
 */
public final class QueryBenchmark {
  private static final String USAGE =
      """
      Measures the queries of views, dashboards and exports on a ClickHouse server of its own, and prints tables
      in Markdown: the median of each query, the time it may take, and the rows that it read.
        --runs N         runs to generate, in 30 days and 200 scripts; default 20000000
        --logs N         log entries; default 40000000
        --home DIR       where the data is kept and found again by the next measurement, about 300 bytes
                         a run with two log entries; without it, a temporary directory
        --repetitions N  how often each query is timed, after two times that do not count; default 9
        --only TEXT      only queries whose name has this in it
        --json FILE      writes the figures there, too
      """;

  private static final int WARM_UP = 2;
  private static final long LEAST_ROWS = 10_000;

  private static final String RUN_COLUMNS =
      "run_id, status, deployment_version, response_time, function, executed_on, source_type, source";
  private static final String LOG_COLUMNS =
      "log_id, log_level, log_message, timestamp, run_id, deployment_version, function, source";
  private static final int DOWNLOADS = 3;
  private static final double NONE = Double.NaN;
  private static final String OVERVIEW = "script-overview";

  /** What a graph shows at most, about a point for each pixel. */
  private static final int POINTS = 1_000;

  private final TestClickHouse clickHouse;
  private final ReaderQueries reader;
  private final SqlGeneratedHistory data;
  private final int repetitions;
  private final String only;
  private final PrintStream out;
  private final List<Figure> figures = new ArrayList<>();
  // A little off a minute, as now() is: the minutes at both edges come from raw rows.
  private final Instant end;
  private final Instant begin;
  private final Instant midnight;

  /**
   * A figure.
   *
   * @param value the median
   * @param target what it may be at most, or must be at least where it is a rate; NaN where nothing
   *     is asked
   * @param cpuMillis what ClickHouse's process spent on each on average, which tells what the query
   *     costs where other programs keep the machine busy; NaN where that does not matter
   * @param rowsRead by ClickHouse; 0 where that does not matter
   */
  private record Figure(
      String name, double value, String unit, double target, double cpuMillis, long rowsRead) {}

  private QueryBenchmark(
      TestClickHouse clickHouse,
      SqlGeneratedHistory data,
      int repetitions,
      String only,
      PrintStream out) {
    this.clickHouse = clickHouse;
    this.reader = new ReaderQueries(clickHouse);
    this.data = data;
    this.repetitions = repetitions;
    this.only = only;
    this.out = out;
    end = data.end().minusMillis(12_345);
    begin = end.minus(Duration.ofDays(SqlGeneratedHistory.DAYS));
    midnight = end.truncatedTo(ChronoUnit.DAYS);
  }

  public static void main(String[] args) throws InterruptedException {
    int status = run(args, System.out, System.err);
    if (status != 0) {
      System.exit(status);
    }
  }

  /** As {@link #main}, with the exit code as result. */
  static int run(String[] args, PrintStream out, PrintStream messages) throws InterruptedException {
    try {
      CommandLine options =
          CommandLine.parse(
              args,
              Set.of("--runs", "--logs", "--home", "--repetitions", "--only", "--json"),
              Set.of("--help"));
      options.expectNoOthers();
      if (options.has("--help")) {
        out.print(USAGE);
        return 0;
      }
      run(options, out, messages);
      return 0;
    } catch (BadArgument e) {
      messages.println("query-benchmark: " + e.getMessage() + "; see --help");
      return 2;
    } catch (IOException | IllegalStateException e) {
      messages.println("query-benchmark: " + e.getMessage());
      return 1;
    }
  }

  private static void run(CommandLine options, PrintStream out, PrintStream messages)
      throws BadArgument, IOException, InterruptedException {
    long runs = atLeast(LEAST_ROWS, "--runs", options.integer("--runs", 20_000_000));
    long logs = atLeast(LEAST_ROWS, "--logs", options.integer("--logs", 40_000_000));
    int repetitions =
        (int) Math.min(1000, atLeast(1, "--repetitions", options.integer("--repetitions", 9)));
    Path json = options.path("--json", null);
    Path home = options.path("--home", null);
    Path directory =
        home == null ? Files.createTempDirectory("query-benchmark") : Files.createDirectories(home);
    TestClickHouse clickHouse = TestClickHouse.start(directory);
    try {
      clickHouse.applySql();
      SqlGeneratedHistory data = SqlGeneratedHistory.writtenOnce(clickHouse, runs, logs, messages);
      data.rewriteLastHour(clickHouse);
      String only = options.text("--only", "");
      QueryBenchmark benchmark = new QueryBenchmark(clickHouse, data, repetitions, only, out);
      benchmark.measure();
      if (json != null) {
        Files.writeString(json, benchmark.json());
      }
    } finally {
      // In good order, since the data may be wanted again.
      clickHouse.stop();
      if (home == null) {
        DirectoryTree.delete(directory);
      }
    }
  }

  private static long atLeast(long least, String name, long value) throws BadArgument {
    if (value < least) {
      throw new BadArgument(name + " must be " + least + " or more, not " + value);
    }
    return value;
  }

  private void measure() throws InterruptedException {
    out.printf(
        "%,d runs and %,d log entries of %d scripts in %d days, a third of all of the busiest; load %.1f.%n",
        data.runs(), data.logs(), SqlGeneratedHistory.SCRIPTS, SqlGeneratedHistory.DAYS, load());
    out.printf("%n| | median | target | processor time | rows read |%n|---|---|---|---|---|%n");
    metrics();
    pages();
    searches();
    exports();
    dashboards();
    disk();
    out.printf("%nThe load was %.1f at the end.%n", load());
  }

  private void metrics() throws InterruptedException {
    String month = range(SqlGeneratedHistory.BUSIEST, begin, end);
    String day = range(SqlGeneratedHistory.BUSIEST, end.minus(Duration.ofDays(1)), end);
    String past =
        range(
            SqlGeneratedHistory.BUSIEST,
            midnight.minus(Duration.ofDays(8)),
            midnight.minus(Duration.ofDays(7)));
    String ordinary = range(SqlGeneratedHistory.ORDINARY, begin, end);
    String view = "SELECT * FROM script_analytics.script_metrics(%s)";
    String counts =
        " count(), countIf(status = 'Success'), countIf(status = 'Failed'),"
            + " quantilesTDigest(0.5, 0.9, 0.99)(response_time), avg(response_time), min(response_time),"
            + " max(response_time) FROM script_analytics.all_runs(%s)";
    String raw = "SELECT" + counts;
    compare("`script_metrics` of 30 days", view.formatted(month), raw.formatted(month), 100);
    compare("`script_metrics` of the last 24 hours", view.formatted(day), raw.formatted(day), 40);
    compare("`script_metrics` of a day last week", view.formatted(past), raw.formatted(past), 40);
    compare(
        "`script_metrics` of 30 days, an ordinary script",
        view.formatted(ordinary),
        raw.formatted(ordinary),
        100);
    compare(
        "`run_timeline` of 30 days in 120 buckets",
        "SELECT * FROM script_analytics.run_timeline(%s, step = 21600)".formatted(month),
        ("SELECT toStartOfInterval(executed_on, INTERVAL 6 HOUR) AS bucket, deployment_version,"
                + counts
                + " GROUP BY bucket, deployment_version")
            .formatted(month),
        200);
    compare(
        "`version_metrics` of 30 days",
        "SELECT * FROM script_analytics.version_metrics(%s)".formatted(month),
        ("SELECT deployment_version," + counts + " GROUP BY deployment_version").formatted(month),
        NONE);
    time("`scripts`", NONE, "SELECT * FROM script_analytics.scripts(account = 'acme')");
    time(
        "`version_regressions` of 30 days, all scripts",
        NONE,
        "SELECT * FROM script_analytics.version_regressions(account = 'acme', %s)"
            .formatted(times(begin, end)));
  }

  /** The view's figure, and how many times as long the same takes from raw rows. */
  private void compare(String name, String view, String raw, double target)
      throws InterruptedException {
    double viewed = time(name, target, view);
    if (!Double.isNaN(viewed)) {
      double counted = time(name + ", from raw rows", NONE, raw);
      if (!Double.isNaN(counted)) {
        add(new Figure(name + ", quicker than raw rows", counted / viewed, "×", NONE, NONE, 0));
      }
    }
  }

  private void pages() throws InterruptedException {
    String month = range(SqlGeneratedHistory.BUSIEST, begin, end);
    for (String filter :
        List.of(
            "status = 'Failed'",
            "source = 'billing-service' AND response_time > 20",
            "function != ''")) {
      String rows = "SELECT * FROM script_analytics.all_runs(%s) WHERE " + filter + "%s";
      String order = " ORDER BY executed_on DESC, run_id LIMIT 50";
      time("`all_runs`, first page where " + filter, 100, rows.formatted(month, order));
      List<String> last =
          clickHouse
              .query(
                  rows.replace("*", "arrayJoin([toString(executed_on), run_id])")
                      .formatted(month, " ORDER BY executed_on DESC, run_id LIMIT 2 OFFSET 9898"))
              .lines()
              .toList();
      if (!last.isEmpty()) {
        // What is not before the last row's time is not read; what is, begins with its millisecond.
        Instant time = Instant.parse(last.get(0).replace(' ', 'T') + "Z");
        time(
            "`all_runs`, page 100 where " + filter,
            150,
            rows.formatted(
                range(SqlGeneratedHistory.BUSIEST, begin, time.plusMillis(1)),
                " AND (executed_on < '%s' OR run_id > '%s')".formatted(last.get(0), last.get(1))
                    + order));
      }
    }
    List<String> ids =
        clickHouse
            .query(
                "SELECT run_id FROM script_analytics.runs WHERE sipHash64(run_id) %% %d = 0 LIMIT %d"
                    .formatted(Math.max(1, data.runs() / 4 / repetitions), repetitions + WARM_UP))
            .lines()
            .toList();
    for (String view : List.of("record", "record_logs")) {
      time(
          "`" + view + "` by run id",
          view.equals("record") ? 50 : NONE,
          ids.stream()
              .map(
                  id ->
                      "SELECT * FROM script_analytics.%s(account = 'acme', run_id = '%s')"
                          .formatted(view, id))
              .toArray(String[]::new));
    }
  }

  private void searches() throws InterruptedException {
    String day =
        range(
            SqlGeneratedHistory.BUSIEST,
            midnight.minus(Duration.ofDays(8)),
            midnight.minus(Duration.ofDays(7)));
    String last = range(SqlGeneratedHistory.BUSIEST, end.minus(Duration.ofDays(1)), end);
    String entries = "script_analytics.all_logs(" + day + ") WHERE log_message LIKE ";
    for (String needle :
        List.of("declined by the bank", "by the bank with code 17", "deadlock detected")) {
      time(
          "`all_logs` of a day, how many contain \"" + needle + "\"",
          300,
          "SELECT count() FROM " + entries + "'%" + needle + "%'");
    }
    time(
        "`all_logs` of a day, first page that contains \"declined by the bank\"",
        300,
        "SELECT * FROM "
            + entries
            + "'%declined by the bank%' ORDER BY timestamp DESC, log_id LIMIT 50");
    time(
        "`all_logs` of the last 24 hours, how many contain \"declined by the bank\"",
        300,
        "SELECT count() FROM script_analytics.all_logs("
            + last
            + ") WHERE log_message LIKE '%declined by the bank%'");
    String errors = "SELECT * FROM script_analytics.common_errors(%s)";
    time("`common_errors` of a day", 500, errors.formatted(day));
    time("`common_errors` of the last 24 hours", 500, errors.formatted(last));
    time("`log_metrics` of a day", NONE, "SELECT * FROM script_analytics.log_metrics(" + day + ")");
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
    String run = clickHouse.query("SELECT any(run_id) FROM script_analytics.runs");
    int interval = Math.max(60, (int) (range.toSeconds() / POINTS));
    Expansion opened =
        Expansion.ofOpened(dashboard, end.minus(range), end, interval)
            .with("account", "acme")
            .with("script", SqlGeneratedHistory.BUSIEST)
            .with("run", uid.equals("script-run") ? run : "");
    Map<String, String> queries = new LinkedHashMap<>();
    for (JsonNode panel : dashboard.get("panels")) {
      String sql = Grafana.sqlOf(dashboard, panel);
      // What a panel has from another one is asked for once.
      if (sql != null && !queries.containsValue(sql)) {
        queries.put(panel.get("title").asText(), sql);
      }
    }
    for (JsonNode marks : dashboard.at("/annotations/list")) {
      queries.put(marks.get("name").asText(), marks.at("/target/rawSql").asText());
    }
    String name = "dashboard " + uid + " of " + range.toHours() + " h";
    double sum = 0;
    for (Map.Entry<String, String> query : queries.entrySet()) {
      sum += time(name + ": " + query.getKey(), 500, opened.of(query.getValue()));
    }
    if (!Double.isNaN(sum)) {
      double target = uid.equals(OVERVIEW) ? 1_500 : NONE;
      add(new Figure(name + ", together", sum, "ms", target, NONE, 0));
    }
  }

  private void exports() throws InterruptedException {
    String week =
        range(
            SqlGeneratedHistory.BUSIEST,
            midnight.minus(Duration.ofDays(9)),
            midnight.minus(Duration.ofDays(2)));
    export("runs, the columns of All Runs", "all_runs", RUN_COLUMNS, week);
    export("runs, all columns", "all_runs", "*", week);
    export("log entries, the columns of Logs", "all_logs", LOG_COLUMNS, week);
  }

  private void export(String name, String view, String columns, String range)
      throws InterruptedException {
    String title = "CSV of a week's " + name;
    if (!title.contains(only)) {
      return;
    }
    String from = " FROM script_analytics." + view + "(" + range + ")";
    long rows = Long.parseLong(clickHouse.query("SELECT count()" + from));
    double[] rates = new double[DOWNLOADS];
    long memory = 0;
    for (int i = 0; i < DOWNLOADS; i++) {
      Download download = reader.download("SELECT " + columns + from + " FORMAT CSV");
      rates[i] = rows / download.seconds();
      memory = Math.max(memory, download.peakMemory());
    }
    add(new Figure(title, median(rates), "rows/s", 500_000, NONE, rows));
    add(new Figure(title + ", memory", memory / 1e6, "MB", 500, NONE, 0));
  }

  private void disk() {
    String day = midnight.minus(Duration.ofDays(8)).toString().substring(0, 10);
    size(
        "runs",
        "a run",
        SqlGeneratedHistory.RUN_JSON + " WHERE toDate(executed_on) = '" + day + "'");
    size(
        "logs",
        "a log entry",
        SqlGeneratedHistory.LOG_JSON + " WHERE toDate(timestamp) = '" + day + "'");
    if ("run_rollups".contains(only)) {
      add(
          new Figure(
              "rollups on disk, a run",
              (double) onDisk("run_rollups") / data.runs(),
              "bytes",
              NONE,
              NONE,
              0));
    }
  }

  private void size(String table, String row, String json) {
    if (!table.contains(only)) {
      return;
    }
    double came = Double.parseDouble(clickHouse.query(json));
    long rows =
        Long.parseLong(
            clickHouse.query("SELECT count() FROM script_analytics." + table + " FINAL"));
    double kept = (double) onDisk(table) / rows;
    add(new Figure("JSON of " + row, came, "bytes", NONE, NONE, 0));
    add(new Figure(row + " on disk, with indexes", kept, "bytes", NONE, NONE, 0));
    add(new Figure(row + ", JSON over disk", came / kept, "×", 10, NONE, 0));
  }

  private long onDisk(String table) {
    return Long.parseLong(
        clickHouse.query(
            "SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND database = 'script_analytics'"
                + " AND table = '"
                + table
                + "'"));
  }

  /** The median of the queries in turn; NaN where it is not to be measured or takes too long. */
  private double time(String name, double target, String... queries) throws InterruptedException {
    if (!name.contains(only)) {
      return NONE;
    }
    double[] times = new double[repetitions];
    Answer answer = null;
    double cpu = 0;
    for (int i = -WARM_UP; i < repetitions; i++) {
      if (i == 0) {
        cpu = -cpuMillis();
      }
      answer = reader.ask(queries[Math.floorMod(i, queries.length)]);
      if (i >= 0) {
        times[i] = answer.millis();
      }
    }
    cpu += cpuMillis();
    add(new Figure(name, median(times), "ms", target, cpu / repetitions, answer.rowsRead()));
    return median(times);
  }

  private void add(Figure figure) {
    figures.add(figure);
    String target = "";
    if (!Double.isNaN(figure.target)) {
      boolean atLeast = figure.unit.equals("rows/s") || figure.unit.equals("×");
      boolean met = atLeast ? figure.value >= figure.target : figure.value <= figure.target;
      target =
          "%s %s%s"
              .formatted(atLeast ? "≥" : "≤", number(figure.target), met ? "" : ", **not met**");
    }
    out.printf(
        "| %s | %s %s | %s | %s | %s |%n",
        figure.name,
        number(figure.value),
        figure.unit,
        target,
        Double.isNaN(figure.cpuMillis) ? "" : number(figure.cpuMillis) + " ms",
        figure.rowsRead == 0 ? "" : "%,d".formatted(figure.rowsRead));
    out.flush();
  }

  private String json() throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode report = mapper.createObjectNode();
    report.put("runs", data.runs()).put("logs", data.logs()).put("load", load());
    ArrayNode list = report.putArray("figures");
    for (Figure figure : figures) {
      ObjectNode node = list.addObject();
      node.put("name", figure.name).put("value", figure.value).put("unit", figure.unit);
      if (!Double.isNaN(figure.target)) {
        node.put("target", figure.target);
      }
      if (!Double.isNaN(figure.cpuMillis)) {
        node.put("cpu_ms", figure.cpuMillis);
      }
      if (figure.rowsRead > 0) {
        node.put("rows_read", figure.rowsRead);
      }
    }
    return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(report) + "\n";
  }

  private double cpuMillis() {
    return ProcessHandle.of(clickHouse.pid())
        .flatMap(process -> process.info().totalCpuDuration())
        .map(Duration::toMillis)
        .orElse(0L);
  }

  private static String number(double value) {
    return String.format(
        Locale.ROOT, value < 20 && value != Math.rint(value) ? "%,.1f" : "%,.0f", value);
  }

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private static double load() {
    return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
  }

  private static String range(String script, Instant from, Instant to) {
    return "account = '%s', script = '%s', %s"
        .formatted(SqlGeneratedHistory.ACCOUNT, script, times(from, to));
  }

  private static String times(Instant from, Instant to) {
    return "from = '%s', to = '%s'".formatted(time(from), time(to));
  }

  private static String time(Instant time) {
    return time.toString().replace('T', ' ').replace("Z", "");
  }
}
