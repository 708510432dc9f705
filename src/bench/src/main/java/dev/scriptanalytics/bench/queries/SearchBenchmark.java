package dev.scriptanalytics.bench.queries;

import dev.scriptanalytics.testkit.clickhouse.TestClickHouse;
import dev.scriptanalytics.testkit.command.CommandLine;
import dev.scriptanalytics.testkit.command.CommandLine.BadArgument;
import dev.scriptanalytics.testkit.process.DirectoryTree;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Measures what the indexes and the order of {@code runs} and {@code logs} bring and cost, on data
 * that ClickHouse itself generates: 200 scripts, of which one has a third of the load, in 30 days.
 */
public final class SearchBenchmark {
  private static final String USAGE =
      """
      Measures searches in log messages with each kind of index, lookups by id, and first pages, on a
      ClickHouse server of its own, and prints tables in Markdown. Takes half an hour on two cores.
        --entries N        log entries, and half as many runs; default 20000000
        --directory DIR    where the data goes (about 200 bytes an entry), and is deleted again;
                           default a temporary one
        --indexes NAMES    of the kinds of index on messages, with commas between; default all
      """;

  /** A log entry for every number; two numbers are of one run. */
  private static final String ENTRIES =
      """
      INSERT INTO script_analytics.logs (account, script, timestamp, log_id, version, run_id, log_level,
        log_message, deployment_version, deployment_id, function, source, source_type, duration_ms,
        memory_bytes, error_code, metadata, trace_id, retention_days)
      WITH
        toUInt64(intDiv(number, 2)) AS run, sipHash64(run, 1) AS run_hash,
        sipHash64(number, 2) AS h, sipHash64(number, 3) AS g,
      """
          + escaped(SqlGeneratedHistory.WORDS_AND_TEMPLATES)
          + """
      SELECT
        'acme',
        'script_' || leftPad(toString(toUInt32(200 * pow(run_hash / 18446744073709551616, 5))), 3, '0'),
        toDateTime64('%1$s', 6, 'UTC') + toIntervalMicrosecond(
          toInt64(run * %2$d) + run_hash %% 30000000 + h %% 900000),
        'log_' || lower(hex(h)), 3, 'run_' || lower(hex(run_hash)),
        multiIf(template >= 20, 'Error', template >= 15, 'Warning', h %% 5 = 0, 'Debug', 'Info'),
      """
          + escaped(SqlGeneratedHistory.MESSAGE)
          + """
        ,
        1 + intDiv(run, 2000000), 'deploy_' || toString(1 + intDiv(run, 2000000)), 'handler',
        words[1 + h %% 16], 'api', h %% 1000 / 7, h %% 2000000000,
        if(template >= 20, ['E_KEY', 'E_STATE', 'QUOTA_EXCEEDED', '', 'CUDA_OOM'][template - 19], ''),
        if(h %% 4 = 0, '{"region":"eu-' || toString(h %% 3) || '","gpuUtilization":' ||
          toString(h %% 1000 / 10) || ',"batch":{"size":' || toString(h %% 64) || '}}', ''),
        lower(hex(sipHash128(run))), 3650
      FROM numbers(%3$d, %4$d)
      """;

  /** The run of every other of those numbers. */
  private static final String RUNS =
      """
      INSERT INTO script_analytics.runs (account, script, executed_on, run_id, version, status,
        deployment_version, deployment_id, function, source_type, source, response_time, ended_on, input,
        output, error_code, error_message, trace_id, retention_days)
      WITH toUInt64(number) AS run, sipHash64(run, 1) AS run_hash, sipHash64(run, 5) AS h,
        toDateTime64('%1$s', 3, 'UTC') + toIntervalMillisecond(
          intDiv(toInt64(run * %2$d) + run_hash %% 30000000, 1000)) AS start
      SELECT
        'acme',
        'script_' || leftPad(toString(toUInt32(200 * pow(run_hash / 18446744073709551616, 5))), 3, '0'),
        start, 'run_' || lower(hex(run_hash)), 3, if(h %% 40 = 0, 'Failed', 'Success'),
        1 + intDiv(run, 2000000), 'deploy_' || toString(1 + intDiv(run, 2000000)), 'handler', 'api', 'billing',
        if(h %% 40 = 0, NULL, 20 + h %% 100000 / 100), start + toIntervalMillisecond(h %% 1000),
        '{"id":' || toString(h %% 100000) || '}', '{"ok":true}', if(h %% 40 = 0, 'E_STATE', ''),
        if(h %% 40 = 0, 'Service ' || toString(h %% 977) || ' is closed', ''), lower(hex(sipHash128(run))), 3650
      FROM numbers(%3$d, %4$d)
      """;

  private static final int DAYS = 30;
  private static final int BLOCK = 1_000_000;
  private static final int REPETITIONS = 5;

  /** The name of an index is what it is called in the table; the first is none. */
  private static final Map<String, String> INDEXES = new LinkedHashMap<>();

  static {
    INDEXES.put("none", "");
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
  private final long entries;
  private final Instant begin =
      Instant.now().truncatedTo(ChronoUnit.DAYS).minus(Duration.ofDays(DAYS + 1));

  private SearchBenchmark(
      TestClickHouse clickHouse, long entries, PrintStream out, PrintStream messages) {
    this.clickHouse = clickHouse;
    this.entries = entries;
    this.out = out;
    this.messages = messages;
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
              args, Set.of("--entries", "--directory", "--indexes"), Set.of("--help"));
      options.expectNoOthers();
      if (options.has("--help")) {
        out.print(USAGE);
        return 0;
      }
      long entries = options.integer("--entries", 20_000_000);
      if (entries < DAYS) {
        throw new BadArgument("--entries must be " + DAYS + " or more, not " + entries);
      }
      List<String> indexes = indexes(options);
      Path parent = options.path("--directory", Path.of(System.getProperty("java.io.tmpdir")));
      Path directory = Files.createTempDirectory(Files.createDirectories(parent), "search");
      try (TestClickHouse clickHouse = TestClickHouse.start(directory)) {
        new SearchBenchmark(clickHouse, entries, out, messages).measure(indexes);
      } finally {
        DirectoryTree.delete(directory);
      }
      return 0;
    } catch (BadArgument e) {
      messages.println("search-benchmark: " + e.getMessage() + "; see --help");
      return 2;
    } catch (IOException e) {
      messages.println("search-benchmark: " + e.getMessage());
      return 1;
    }
  }

  private static List<String> indexes(CommandLine options) throws BadArgument {
    List<String> indexes =
        Arrays.asList(options.text("--indexes", String.join(",", INDEXES.keySet())).split(","));
    for (String index : indexes) {
      if (!INDEXES.containsKey(index)) {
        throw new BadArgument("--indexes are of " + INDEXES.keySet() + ", not " + index);
      }
    }
    return indexes;
  }

  private void measure(List<String> indexes) throws InterruptedException {
    clickHouse.applySql();
    clickHouse.query("ALTER TABLE script_analytics.logs DROP INDEX message_parts");
    generate();
    pages();
    lookups();
    searches(indexes);
  }

  private void generate() {
    long nanosPerRun = Duration.ofDays(DAYS).toNanos() / (entries / 2);
    String day = begin.toString().substring(0, 10);
    for (long first = 0; first < entries; first += BLOCK) {
      long count = Math.min(BLOCK, entries - first);
      clickHouse.query(ENTRIES.formatted(day, nanosPerRun / 1000, first, count));
      clickHouse.query(RUNS.formatted(day, nanosPerRun / 1000, first / 2, count / 2));
      messages.printf("%,d of %,d entries generated%n", first + count, entries);
    }
    optimize("runs");
    optimize("logs");
    String size =
        clickHouse.query(
            "SELECT arrayStringConcat(groupArray(table || ' ' || formatReadableSize(bytes)), ', ')"
                + " FROM (SELECT table, sum(bytes_on_disk) AS bytes FROM system.parts"
                + " WHERE active AND database = 'script_analytics' GROUP BY table ORDER BY table)");
    out.printf(
        "%,d log entries of %,d runs; %s.%n",
        entries, entries / 2, size.replaceAll("reader_accounts [^,]*, ", ""));
  }

  private void pages() {
    clickHouse.query(
        clickHouse
            .query("SHOW CREATE TABLE script_analytics.runs FORMAT TSVRaw")
            .replace("script_analytics.runs", "script_analytics.oldest_first")
            .replace("executed_on DESC", "executed_on"));
    copyRuns();
    optimize("oldest_first");
    out.printf(
        "%n| the 50 newest runs of the busiest script | of a day | of 30 days |%n|---|---|---|%n");
    for (String table : List.of("oldest_first", "runs")) {
      out.printf("| key %s |", table.equals("runs") ? "newest first" : "oldest first");
      for (int days : new int[] {1, DAYS + 2}) {
        Instant from = days == 1 ? begin.plus(Duration.ofDays(DAYS / 2)) : begin;
        out.printf(
            " %s |",
            millis(
                "SELECT * FROM script_analytics."
                    + table
                    + " FINAL WHERE account = 'acme' AND script = 'script_000' AND executed_on >= '"
                    + time(from)
                    + "' AND executed_on < '"
                    + time(from.plus(Duration.ofDays(days)))
                    + "' ORDER BY executed_on DESC LIMIT 50 FORMAT Null"));
      }
      out.println();
    }
    clickHouse.query("DROP TABLE script_analytics.oldest_first");
  }

  private void copyRuns() {
    for (int day = 0; day <= DAYS + 1; day++) {
      Instant from = begin.plus(Duration.ofDays(day));
      clickHouse.query(
          "INSERT INTO script_analytics.oldest_first SELECT * FROM script_analytics.runs"
              + " WHERE executed_on >= '"
              + time(from)
              + "' AND executed_on < '"
              + time(from.plus(Duration.ofDays(1)))
              + "'");
    }
  }

  private void lookups() {
    List<String> known =
        clickHouse
            .query(
                "SELECT arrayJoin([run_id, log_id]) FROM script_analytics.logs WHERE script = 'script_000'"
                    + " AND timestamp >= '"
                    + time(begin.plus(Duration.ofDays(DAYS / 2)))
                    + "' LIMIT 2")
            .lines()
            .toList();
    Map<String, String> lookups = new LinkedHashMap<>();
    lookups.put(
        "a run: `record`",
        "SELECT * FROM script_analytics.record(account = 'acme', run_id = '" + known.get(0) + "')");
    lookups.put(
        "its entries: `record_logs`",
        "SELECT * FROM script_analytics.record_logs(account = 'acme', run_id = '"
            + known.get(0)
            + "')");
    lookups.put(
        "an entry of a script: `all_logs`",
        "SELECT * FROM script_analytics.all_logs(account = 'acme', script = 'script_000',"
            + " from = '1970-01-01', to = '2200-01-01') WHERE log_id = '"
            + known.get(1)
            + "'");
    lookups.put(
        "an entry, in the table",
        "SELECT * FROM script_analytics.logs WHERE account = 'acme' AND log_id = '"
            + known.get(1)
            + "'");
    out.printf("%n| lookup by id, in 30 days | with indexes | without |%n|---|---|---|%n");
    lookups.forEach(
        (name, query) ->
            out.printf(
                "| %s | %s | %s |%n",
                name,
                millis(query + " FORMAT Null"),
                millis(query + " FORMAT Null SETTINGS use_skip_indexes = 0")));
  }

  private void searches(List<String> indexes) throws InterruptedException {
    Map<String, String> needles = new LinkedHashMap<>();
    String id =
        clickHouse.query(
            "SELECT extract(log_message, 'ord_([0-9a-f]+)') FROM script_analytics.logs WHERE script ="
                + " 'script_000' AND timestamp >= '"
                + time(begin.plus(Duration.ofDays(DAYS / 2)))
                + "' AND log_message LIKE 'Order ord%' LIMIT 1");
    needles.put("one entry", "log_message LIKE '%d_" + id + "%'");
    needles.put("1 of 1,000", "log_message LIKE '%by the bank with code 17%'");
    needles.put("1 of 40", "log_message LIKE '%timed out after%'");
    needles.put("none", "log_message LIKE '%deadlock detected%'");
    needles.put("word, one entry", "hasToken(log_message, '" + id + "')");
    needles.put("word, 1 of 40", "hasToken(log_message, 'timed')");
    needles.put("word, none", "hasToken(log_message, 'deadlock')");
    needles.put("two words", "hasAllTokens(log_message, 'declined 17')");
    out.printf(
        "%n| index | size | built in | insert rows/s, merge | %s |%n|%s%n",
        String.join(" | ", needles.keySet()), "---|".repeat(needles.size() + 4));
    for (String index : indexes) {
      String size = "";
      String built = "";
      if (!INDEXES.get(index).isEmpty()) {
        long start = System.nanoTime();
        clickHouse.query(
            "ALTER TABLE script_analytics.logs ADD INDEX message_index log_message TYPE "
                + INDEXES.get(index)
                + " GRANULARITY 1");
        clickHouse.query(
            "ALTER TABLE script_analytics.logs MATERIALIZE INDEX message_index SETTINGS mutations_sync = 0");
        awaitMutations();
        built = "%.0f s".formatted((System.nanoTime() - start) / 1e9);
        size =
            clickHouse.query(
                "SELECT formatReadableSize(data_compressed_bytes)"
                    + " FROM system.data_skipping_indices WHERE name = 'message_index'");
      }
      String name = index.equals("none") ? "none" : "`" + INDEXES.get(index) + "`";
      out.printf("| %s | %s | %s | %s |", name, size, built, insertCost());
      for (String condition : needles.values()) {
        out.printf(" %s, %s |", search(condition, DAYS / 2, 1), search(condition, 0, DAYS + 2));
      }
      out.println();
      out.flush();
      if (!size.isEmpty()) {
        clickHouse.query(
            "ALTER TABLE script_analytics.logs DROP INDEX message_index SETTINGS mutations_sync = 0");
        awaitMutations();
      }
    }
    out.printf("%nMilliseconds within the busiest script: in a day, in 30 days.%n");
  }

  private String search(String condition, int fromDay, int days) {
    Instant from = begin.plus(Duration.ofDays(fromDay));
    return millis(
        "SELECT count() FROM script_analytics.all_logs(account = 'acme', script = 'script_000',"
            + " from = '%s', to = '%s') WHERE %s FORMAT Null"
                .formatted(time(from), time(from.plus(Duration.ofDays(days))), condition));
  }

  /** What inserting a day, in blocks as the job's, and merging it takes with the index. */
  private String insertCost() {
    clickHouse.query("CREATE TABLE script_analytics.copy AS script_analytics.logs");
    Instant from = begin.plus(Duration.ofDays(DAYS / 2));
    String day =
        "timestamp >= '"
            + time(from)
            + "' AND timestamp < '"
            + time(from.plus(Duration.ofDays(1)))
            + "'";
    long rows =
        Long.parseLong(clickHouse.query("SELECT count() FROM script_analytics.logs WHERE " + day));
    long start = System.nanoTime();
    clickHouse.query(
        "INSERT INTO script_analytics.copy SELECT * FROM script_analytics.logs WHERE "
            + day
            + " SETTINGS optimize_on_insert = 0, max_insert_threads = 1, max_block_size = 100000,"
            + " min_insert_block_size_rows = 100000, min_insert_block_size_bytes = 0");
    long inserted = System.nanoTime();
    optimize("copy");
    long merged = System.nanoTime();
    clickHouse.query("DROP TABLE script_analytics.copy");
    return String.format(
        Locale.ROOT,
        "%,d, %.1f s",
        Math.round(rows / ((inserted - start) / 1e9) / 1000) * 1000,
        (merged - inserted) / 1e9);
  }

  private void optimize(String table) {
    String partitions =
        clickHouse.query(
            "SELECT DISTINCT partition_id FROM system.parts WHERE active AND database ="
                + " 'script_analytics' AND table = '"
                + table
                + "'");
    partitions
        .lines()
        .forEach(
            partition ->
                clickHouse.query(
                    "OPTIMIZE TABLE script_analytics."
                        + table
                        + " PARTITION ID '"
                        + partition
                        + "' FINAL"));
  }

  /** A request would give up after its own time limit, which some kinds of index outlast. */
  private void awaitMutations() throws InterruptedException {
    while (!clickHouse
        .query("SELECT count() FROM system.mutations WHERE NOT is_done")
        .equals("0")) {
      Thread.sleep(200);
    }
  }

  /** The median, after one time that does not count. */
  private String millis(String query) {
    clickHouse.query(query);
    double[] times = new double[REPETITIONS];
    for (int i = 0; i < REPETITIONS; i++) {
      long start = System.nanoTime();
      clickHouse.query(query);
      times[i] = (System.nanoTime() - start) / 1e6;
    }
    return Long.toString(Math.round(QueryBenchmark.median(times)));
  }

  /** As part of a format. */
  private static String escaped(String sql) {
    return sql.replace("%", "%%");
  }

  private static String time(Instant time) {
    return time.toString().replace('T', ' ').replace("Z", "");
  }
}
