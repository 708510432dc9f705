package dev.scriptanalytics.bench.queries;

import dev.scriptanalytics.testkit.clickhouse.TestClickHouse;
import java.io.PrintStream;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Statements that let ClickHouse itself write runs, their log entries and their rollups: 200
 * scripts in 30 days, of which the busiest has a third of the load, as a function of a run's
 * number.
 *
 * <p>What they write is as irregular as what is logged: every id is of 64 or 128 random bits,
 * inputs and outputs are JSON of 100 to 300 bytes with other numbers and words in each run,
 * response times are log-normal around another median for each script, days have a busy and a quiet
 * half, each script gets a new version every week, and one run in a thousand arrives hours late.
 * The rollups are made of the rows in {@code runs}, with the values of each cell as the job gives
 * them.
 *
 * @param begin when the first run started
 * @param runs how many
 * @param logs how many entries, spread evenly over the runs
 */
record SqlGeneratedHistory(Instant begin, long runs, long logs) {
  static final int DAYS = 30;
  static final int SCRIPTS = 200;
  static final String ACCOUNT = "acme";

  /** The script with a third of the load. */
  static final String BUSIEST = script(0);

  /** A script of the middle of the field, with one run in 900. */
  static final String ORDINARY = script(100);

  /**
   * Of log entries, for {@link #LOGS} and {@link SearchBenchmark}: messages by two hashes h and g.
   */
  static final String WORDS_AND_TEMPLATES =
      """
        ['Handled {v} request for customer {n} in {n} ms',
         'Cache hit for key session:{id}',
         'Cache miss for key session:{id}, loading from the database',
         'GET https://api.example.com/v2/customers/{n}/orders?page={d} returned 200 in {n} ms',
         'POST https://api.example.com/v2/{w}/{u} returned 201 in {n} ms',
         'Fetched {n} rows from table {w} in {n} ms',
         'Validated input of {n} bytes against schema {w}.v{d}',
         'Step {d} of {d} finished: {w}',
         'Published message {u} to topic {w}-events, partition {d}, offset {n}{n}',
         'Token of user {n} expires in {n} seconds',
         'Started worker {d} on host 10.{d}.{d}.{d}, pid {n}',
         'Memory in use: {n} MB of 2048 MB',
         'Order ord_{id} of customer {n} moved from state {w} to {w}',
         'Uploaded results to s3://{w}-results/{u}/part-{d}.parquet, {n}{n} bytes',
         'Retry {d} of 5 after {n} ms: connection to 10.{d}.{d}.{d}:{n} was reset by the peer',
         'Slow query: SELECT * FROM {w} WHERE id = {n} took {n} ms',
         'Request {u} timed out after {n} ms waiting for {w}',
         'Payment {id} declined by the bank with code {d}',
         'Circuit breaker {w} is open after {d} failures',
         'Traceback (most recent call last): File "/srv/app/{w}.py", line {n}, in handler: KeyError: ''{w}''',
         'java.lang.IllegalStateException: {w} {n} is already closed at com.example.{w}.Service.run(Service.java:{d})',
         'Storage quota of account {n} exceeded: {n} MB',
         'Reconciliation mismatch for ledger {id}: expected {n}, found {n}',
         'CUDA out of memory: tried to allocate {n} MiB on device {d}'] AS templates,
        ['billing', 'inventory', 'checkout', 'shipment', 'invoice', 'catalog', 'pricing', 'refund', 'profile',
         'session', 'tariff', 'voucher', 'warehouse', 'forecast', 'ranking', 'embedding'] AS words,
        -- A ninth of the entries are of the last five kinds, which are errors.
        1 + toUInt32(24 * pow((g % 1000003) / 1000003, 2)) AS template
      """;

  /** The message that goes with them. */
  static final String MESSAGE =
      """
        replaceAll(replaceAll(replaceAll(replaceAll(replaceAll(replaceAll(
          replaceOne(templates[template], '{w}', words[1 + h % 16]),
          '{w}', words[1 + g % 16]),
          '{u}', toString(reinterpretAsUUID(reinterpretAsFixedString(h) || reinterpretAsFixedString(g)))),
          '{id}', lower(hex(toUInt32(g)))),
          '{n}', toString(h % 9973)),
          '{d}', toString(g % 251)),
          '{v}', ['GET', 'POST', 'PUT'][1 + h % 3])
      """;

  private static final String RUN =
      """
        sipHash64(run, 1) AS run_hash,
        sipHash64(run, 2) AS a,
        sipHash64(run, 3) AS b,
        toUInt32(200 * pow(run_hash / 18446744073709551616, 5)) AS script_number,
        'script_' || leftPad(toString(script_number), 3, '0') AS run_script,
        run / {runs:UInt64} * 2592000000 AS even,
        {begin:Int64} + toInt64(even + 10000000 * sin(2 * pi() * even / 86400000)) + a % 30000 - 30000 AS start,
        1 + toUInt32(intDiv(intDiv(start - {begin:Int64}, 86400000) + script_number % 7, 7)) AS deployed,
        'deploy_' || lower(hex(toUInt32(sipHash64(script_number, deployed)))) AS deploy_id,
        ['handler', 'run', 'check_balance', 'on_event'][1 + script_number % 4] AS run_function,
        round((20 + script_number * 37 % 400) * exp(0.5 * sqrt(-2 * log((1 + b % 1000000) / 1000001))
          * cos(2 * pi() * (intDiv(b, 1000000) % 1000000) / 1000000)), 2) AS took
      """;

  private static final String RUNS =
      """
      INSERT INTO script_analytics.runs (account, script, executed_on, run_id, version, status,
        deployment_version, deployment_id, function, source_type, source, response_time, ended_on, input,
        output, error_code, error_message, error_stack, trace_id, memory_bytes, cpu_ms, cold_start,
        retention_days)
      WITH
        toUInt64(number) AS run,
      """
          + RUN
          + """
        , sipHash64(run, 4) AS c, sipHash64(run, 5) AS d, sipHash64(run, 6) AS e,
        multiIf(start > {begin:Int64} + 2592000000 - 120000 AND c % 3 = 0, 1, c % 40 = 0, 3, 2) AS state,
        'ord_' || lower(hex(toUInt32(d))) AS order_id,
        1 + c % 3 AS items,
        arrayMap(i -> '{"sku":"SKU-' || toString(10000 + sipHash64(c, i) % 20000) || '","quantity":'
          || toString(1 + sipHash64(d, i) % 9) || ',"price":' || toString((100 + sipHash64(e, i) % 30000) / 100) || '}',
          range(1, 1 + items)) AS lines,
        ['billing', 'inventory', 'checkout', 'shipment', 'invoice', 'catalog', 'pricing', 'refund', 'profile',
         'session', 'tariff', 'voucher', 'warehouse', 'forecast', 'ranking', 'embedding'] AS words,
        words[1 + d % 16] || ['', '_timeout', '_rejected', '_unavailable'][1 + e % 4] AS error
      SELECT
        'acme', run_script, fromUnixTimestamp64Milli(start, 'UTC'), 'run_' || lower(hex(run_hash)),
        if(state = 1, 1, 3), state, deployed, deploy_id, run_function,
        ['api', 'tool', 'schedule', 'event'][1 + toUInt8(4 * pow(c % 1000 / 1000, 2))], words[1 + c % 16] || '-service',
        if(state = 2, took, NULL),
        if(state = 1, NULL, fromUnixTimestamp64Milli(start + toInt64(ceil(took)), 'UTC')),
        '{"order_id":"' || order_id || '","customer":{"id":' || toString(d % 1000000) || ',"tier":"'
          || ['basic', 'silver', 'gold'][1 + c % 3] || '","country":"' || ['DE', 'US', 'IN', 'FR', 'BR'][1 + e % 5]
          || '"},"items":[' || arrayStringConcat(lines, ',') || '],"channel":"' || ['web', 'app', 'phone'][1 + d % 3] || '"}',
        if(state = 2,
          '{"status":"' || ['accepted', 'queued', 'completed'][1 + e % 3] || '","order_id":"' || order_id
          || '","total":' || toString(e % 900000 / 100) || ',"currency":"EUR","warehouse":"' || words[1 + e % 16]
          || '-' || toString(d % 40) || '","timings":{"database_ms":' || toString(c % 80) || ',"http_ms":'
          || toString(d % 300) || '},"confirmation":"' || lower(hex(toUInt32(e))) || '"}', ''),
        if(state = 3, upper(error), ''),
        if(state = 3, 'Service ' || words[1 + c % 16] || ' refused order ' || order_id || ': '
          || replaceAll(error, '_', ' ') || ' after ' || toString(e % 30000) || ' ms', ''),
        if(state = 3, 'com.example.' || words[1 + d % 16] || '.ServiceException: ' || error || '\\n\\tat com.example.'
          || words[1 + d % 16] || '.Client.call(Client.java:' || toString(d % 400) || ')\\n\\tat com.example.Handler.'
          || run_function || '(Handler.java:' || toString(e % 200) || ')', ''),
        lower(hex(sipHash128(run))), if(state = 1, NULL, 20000000 + e % 400000000), if(state = 1, NULL, round(took * (d % 90) / 100, 1)),
        if(state = 1, NULL, c % 211 = 0), 3650
      FROM numbers({first:UInt64}, {count:UInt64})
      """;

  /** Half of the runs of the newest days were told twice, at their start too. */
  private static final String STARTS =
      """
      INSERT INTO script_analytics.runs (account, script, executed_on, run_id, version, status,
        deployment_version, deployment_id, function, source_type, source, trace_id, retention_days)
      SELECT account, script, executed_on, run_id, 1, 'In Progress',
        deployment_version, deployment_id, function, source_type, source, trace_id, retention_days
      FROM script_analytics.runs
      WHERE executed_on >= toStartOfDay(fromUnixTimestamp64Milli({begin:Int64} + 2592000000, 'UTC')) AND version = 3
        AND sipHash64(run_id) % 2 = 0
      """;

  private static final String LOGS =
      """
      INSERT INTO script_analytics.logs (account, script, timestamp, log_id, version, run_id, log_level,
        original_level, log_message, deployment_version, deployment_id, function, source, source_type, duration_ms,
        memory_bytes, error_code, metadata, trace_id, retention_days)
      WITH
        toUInt64(intDiv(number * {runs:UInt64}, {logs:UInt64})) AS run,
      """
          + RUN
          + """
        , sipHash64(number, 7) AS h, sipHash64(number, 8) AS g,
      """
          + WORDS_AND_TEMPLATES
          + """
        , multiIf(template >= 20, 'Error', template >= 15, 'Warning', h % 5 = 0, 'Debug', 'Info') AS level
      SELECT
        'acme', run_script, fromUnixTimestamp64Micro(start * 1000 + toInt64(h % (1 + toUInt64(took * 1000))), 'UTC'),
        'log_' || lower(hex(h)), 3, 'run_' || lower(hex(run_hash)), level, upper(level),
      """
          + MESSAGE
          + """
        , deployed, deploy_id, run_function, words[1 + h % 16], 'script',
        if(g % 3 = 0, h % 100000 / 100, NULL), if(g % 7 = 0, h % 2000000000, NULL),
        if(template >= 20 AND h % 2 = 0, ['E_KEY', 'E_STATE', 'QUOTA_EXCEEDED', 'LEDGER', 'CUDA_OOM'][template - 19], ''),
        if(h % 4 = 0, '{"region":"eu-' || toString(h % 3) || '","gpuUtilization":' ||
          toString(h % 1000 / 10) || ',"batch":{"size":' || toString(h % 64) || '}}', ''),
        lower(hex(sipHash128(run))), 3650
      FROM numbers({first:UInt64}, {count:UInt64})
      """;

  /** The rollups of the runs of a day, as the job would have written them. */
  private static final String ROLLUPS =
      """
      INSERT INTO script_analytics.run_rollups (account, script, minute, deployment_version, arrival, facts, seen,
        succeeded, failed, response_time_sum, response_time_min, response_time_max, means, weights)
      SELECT
        account, script, toStartOfMinute(executed_on) AS minute, deployment_version,
        -- When its end was heard of, which is soon after it but for one run in a thousand.
        toStartOfHour(ifNull(ended_on, executed_on) + if(sipHash64(run_id, 9) % 1000 = 0, 7200, 1)) AS arrival,
        count() + countIf(status != 'In Progress') AS facts, count() AS seen,
        countIf(status = 'Success') AS succeeded, countIf(status = 'Failed') AS failed,
        sum(response_time) AS response_time_sum, min(response_time) AS response_time_min,
        max(response_time) AS response_time_max,
        groupArray(toFloat32(response_time)) AS means, arrayMap(mean -> toUInt64(1), means) AS weights
      FROM script_analytics.runs FINAL
      WHERE toDate(executed_on) = {day:Date}
      GROUP BY account, script, minute, deployment_version, arrival
      """;

  /** The average length of the event that tells all of a run, in bytes; a condition may follow. */
  static final String RUN_JSON =
      """
      SELECT avg(length(concat('{"account":"', account, '","run_id":"', run_id, '","script":"', script,
        '","deployment_id":"', deployment_id, '","deployment_version":', toString(deployment_version),
        ',"function":"', function, '","status":"', lower(toString(status)),
        '","started_at":"', toString(executed_on), 'Z","ended_at":"', ifNull(toString(ended_on), ''),
        'Z","source_type":"', source_type, '","source":"', source, '"',
        ifNull(',"response_time_ms":' || toString(response_time), ''), ',"input":', input, if(output = '', '', ',"output":' || output),
        if(status = 'Failed', ',"error":{"code":' || toJSONString(error_code) || ',"message":'
          || toJSONString(error_message) || ',"stack_trace":' || toJSONString(splitByChar('\n', error_stack)) || '}', ''),
        ',"trace_id":"', trace_id, '","resources":{"memory_bytes":', ifNull(toString(memory_bytes), '0'), ',"cpu_ms":',
        ifNull(toString(cpu_ms), '0'), ',"cold_start":', ifNull(toString(cold_start), 'false'), '}}')))
      FROM script_analytics.runs
      """;

  /** The same of the native form of a log entry, the shortest of all. */
  static final String LOG_JSON =
      """
      SELECT avg(length(concat('{"account":"', account, '","run_id":"', run_id, '","script":"', script,
        '","deployment_id":"', deployment_id, '","deployment_version":', toString(deployment_version),
        ',"function":"', function, '","log_id":"', log_id, '","timestamp":"', toString(timestamp),
        'Z","level":"', original_level, '","message":', toJSONString(log_message), ',"source":"', source,
        '","source_type":"', source_type, '"', if(duration_ms IS NULL, '', ',"duration_ms":' || toString(assumeNotNull(duration_ms))),
        if(memory_bytes IS NULL, '', ',"memory_bytes":' || toString(assumeNotNull(memory_bytes))),
        if(error_code = '', '', ',"error_code":"' || error_code || '"'),
        if(metadata = '', '', ',"metadata":' || metadata), ',"trace_id":"', trace_id, '"}')))
      FROM script_analytics.logs
      """;

  private static final String LAST_HOUR =
      " WHERE %1$s >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND %1$s < fromUnixTimestamp64Milli({to:Int64}, 'UTC')";

  private static final List<String> REWRITES =
      List.of(
          "INSERT INTO script_analytics.runs SELECT * FROM script_analytics.runs FINAL"
              + LAST_HOUR.formatted("executed_on"),
          "INSERT INTO script_analytics.logs SELECT * FROM script_analytics.logs FINAL"
              + LAST_HOUR.formatted("timestamp"),
          "INSERT INTO script_analytics.run_rollups (* EXCEPT (means, weights))"
              + " SELECT * FROM script_analytics.run_rollups FINAL"
              + LAST_HOUR.formatted("minute"));

  private static final List<String> TABLES = List.of("runs", "logs", "run_rollups");
  private static final int BLOCK = 1_000_000;

  SqlGeneratedHistory {
    begin = begin.truncatedTo(ChronoUnit.MILLIS);
  }

  /**
   * What is in the server's directory already, or else has been written now.
   *
   * @throws IllegalStateException if there is something else
   */
  static SqlGeneratedHistory writtenOnce(
      TestClickHouse clickHouse, long runs, long logs, PrintStream messages) {
    clickHouse.query("CREATE DATABASE IF NOT EXISTS benchmark ENGINE = Atomic");
    clickHouse.query(
        "CREATE TABLE IF NOT EXISTS benchmark.generated (begin DateTime64(3, 'UTC'), runs UInt64, logs UInt64)"
            + " ENGINE = MergeTree ORDER BY begin");
    List<Long> found =
        clickHouse
            .query(
                "SELECT arrayJoin([toUnixTimestamp64Milli(begin), toInt64(runs), toInt64(logs)])"
                    + " FROM benchmark.generated")
            .lines()
            .map(Long::valueOf)
            .toList();
    if (!found.isEmpty()) {
      SqlGeneratedHistory there =
          new SqlGeneratedHistory(Instant.ofEpochMilli(found.get(0)), found.get(1), found.get(2));
      if (there.runs == runs && there.logs == logs) {
        return there;
      }
      throw new IllegalStateException(
          "the directory holds %d runs and %d log entries: ask for these, or for another directory"
              .formatted(there.runs, there.logs));
    }
    if (!clickHouse.query("SELECT count() FROM script_analytics.runs").equals("0")) {
      throw new IllegalStateException(
          "the directory holds runs that were not generated to the end: delete it, or name another");
    }
    Instant begin = Instant.now().truncatedTo(ChronoUnit.MINUTES).minus(DAYS, ChronoUnit.DAYS);
    SqlGeneratedHistory written = new SqlGeneratedHistory(begin, runs, logs);
    written.write(clickHouse, messages);
    clickHouse.query(
        "INSERT INTO benchmark.generated VALUES (fromUnixTimestamp64Milli(%d, 'UTC'), %d, %d)"
            .formatted(begin.toEpochMilli(), runs, logs));
    return written;
  }

  /** The name of a script: the lower the number, the more runs. */
  static String script(int number) {
    return "script_%03d".formatted(number);
  }

  /** When the last run has started. */
  Instant end() {
    return begin.plus(DAYS, ChronoUnit.DAYS);
  }

  /**
   * Writes everything, and merges all days but the newest whole, which ClickHouse does by itself
   * with days that nothing was written to for an hour.
   */
  void write(TestClickHouse clickHouse, PrintStream messages) {
    write(clickHouse, messages, RUNS, "runs", runs);
    write(clickHouse, messages, LOGS, "log entries", logs);
    ask(clickHouse, STARTS, Map.of());
    LocalDate newest = LocalDate.ofInstant(end(), ZoneOffset.UTC);
    // Responses take a while, and so the last entries are of the day after the last run's at most.
    for (int ago = DAYS + 1; ago >= -1; ago--) {
      LocalDate day = newest.minusDays(ago);
      ask(clickHouse, ROLLUPS, Map.of("param_day", day.toString()));
      if (ago > 0) {
        for (String table : TABLES) {
          clickHouse.query(
              "OPTIMIZE TABLE script_analytics.%s PARTITION '%s' FINAL".formatted(table, day));
        }
        messages.printf("%s is merged%n", day);
      }
    }
  }

  /**
   * Writes the last hour once more, the same rows minute by minute, so that the newest day is in as
   * many parts as while the job writes, however long ago it was generated.
   */
  void rewriteLastHour(TestClickHouse clickHouse) {
    for (int minute = 60; minute > 0; minute--) {
      Instant from = end().minus(minute, ChronoUnit.MINUTES);
      for (String rewrite : REWRITES) {
        ask(
            clickHouse,
            rewrite,
            Map.of(
                "param_from", Long.toString(from.toEpochMilli()),
                "param_to", Long.toString(from.plus(1, ChronoUnit.MINUTES).toEpochMilli())));
      }
    }
  }

  private void write(
      TestClickHouse clickHouse, PrintStream messages, String insert, String what, long rows) {
    for (long first = 0; first < rows; first += BLOCK) {
      long count = Math.min(BLOCK, rows - first);
      ask(
          clickHouse,
          insert,
          Map.of("param_first", Long.toString(first), "param_count", Long.toString(count)));
      messages.printf("%,d of %,d %s%n", first + count, rows, what);
    }
  }

  private void ask(TestClickHouse clickHouse, String statement, Map<String, String> more) {
    Map<String, String> parameters = new HashMap<>(more);
    parameters.put("param_begin", Long.toString(begin.toEpochMilli()));
    parameters.put("param_runs", Long.toString(runs));
    parameters.put("param_logs", Long.toString(logs));
    clickHouse.http().queryAs("default", "", statement, parameters);
  }
}
