package dev.scriptanalytics.api;

import dev.scriptanalytics.testkit.junit.ClickHouseExtension;

/**
 * What the tests of the page look at. The account shop has the script Checkout with two
 * deployments, of which the second fails more often; the script Heavy with a run that logged much
 * and was given much; one whose name and values would break a page that took them for markup; and
 * three log entries without a script. The account many has 10,000 scripts.
 */
final class PageRows {
  /** The name of a script, in SQL. */
  private static final String STRANGE = "'a/b ''q'' \"d\" <img src=x onerror=boom()> العربية %2F?'";

  private PageRows() {}

  static void insert(ClickHouseExtension clickHouse) {
    clickHouse.query(
        """
        INSERT INTO script_analytics.runs
            (account, script, executed_on, run_id, version, status, original_status,
             deployment_version, deployment_id, function, source_type, source, response_time,
             ended_on, input, output, error_code, error_message, error_stack, error_group, phases,
             retention_days)
        WITH
            toDateTime64(toStartOfMinute(now()), 3, 'UTC') AS present,
            number < 300 AS is_old,
            number % if(is_old, 50, 10) = 7 AS is_failed,
            number = 599 AS is_running,
            20 + (number * 37) % 200 + if(is_old, 0, 40) AS took,
            present - toIntervalSecond(3 + (599 - number) * 24) AS start
        SELECT
            'shop', 'Checkout', start,
            'run_' || leftPad(toString(number), 4, '0'), 3,
            multiIf(is_running, 'In Progress', is_failed, 'Failed', 'Success'),
            multiIf(is_running, 'running', is_failed, 'timeout', 'completed'),
            if(is_old, 1, 2), if(is_old, 'deploy_one', 'deploy_two'),
            if(number % 3 = 0, 'refund', 'charge'),
            if(number % 2 = 0, 'api', 'tool'), if(number % 2 = 0, 'web-endpoint', 'Night job'),
            if(is_failed OR is_running, NULL, took),
            if(is_running, NULL, start + toIntervalMillisecond(took)),
            '{"order": ' || toString(number) || ', "items": [{"name": "Tee"}]}',
            if(is_failed OR is_running, '', '{"paid": true}'),
            if(is_failed, if(is_old, 'CARD', 'BANK'), ''),
            if(is_failed, 'The bank did not answer', ''),
            if(is_failed, 'at charge (pay.js:10)\\nat main (app.js:2)', ''),
            if(is_failed, if(is_old, 11, 22), 0),
            map('queue', 2.5, 'handler', toFloat64(took)), 36500
        FROM numbers(600)
        """);
    clickHouse.query(
        """
        INSERT INTO script_analytics.runs
            (account, script, executed_on, run_id, version, status, deployment_version, function,
             source, response_time, ended_on, input, output, retention_days)
        WITH
            toDateTime64(toStartOfMinute(now()), 3, 'UTC') AS present,
            present - toIntervalSecond(60 * number + 5) AS start
        SELECT
            'shop', %s, start, 'r/%%<b>"''' || toString(number),
            3, 'Success', 1, '<script>boom()</script>', 'مرحبا بالعالم', 10, start,
            '{"<b>": "</script><script>boom()</script>"}', '"אבג"', 36500
        FROM numbers(3)
        UNION ALL
        SELECT
            'shop', 'Heavy', present - toIntervalSecond(90), 'run_heavy', 3, 'Success', 1, 'load',
            'bulk', 900, present, '{"text": "' || repeat('0123456789', 100000) || '"}', '[]',
            36500
        UNION ALL
        SELECT
            'shop', 'Arriving', present - toIntervalSecond(30), 'run_first', 3, 'Success', 1, 'f', 's',
            10, present, '', '', 36500
        UNION ALL
        SELECT
            'many', 'script_' || leftPad(toString(number), 5, '0'), present - toIntervalSecond(5),
            'one_' || toString(number), 3, 'Success', 1, '', '', 10, present, '', '', 36500
        FROM numbers(10000)
        """
            .formatted(STRANGE));
    clickHouse.query(
        """
        INSERT INTO script_analytics.run_rollups
            (account, script, minute, deployment_version, deployment_id, arrival, facts, seen,
             succeeded, failed, response_time_sum, response_time_min, response_time_max,
             response_times, digest)
        SELECT
            account, script, toStartOfMinute(executed_on), deployment_version, '',
            toDateTime(0, 'UTC'), count() + countIf(status != 'In Progress'), count(),
            countIf(status = 'Success'), countIf(status = 'Failed'), ifNull(sum(response_time), 0),
            min(response_time), max(response_time), count(response_time),
            quantilesTDigestWeightedStateIf(0.9, 0.99)(
                toFloat32(ifNull(response_time, 0)), toUInt64(1), isNotNull(response_time))
        FROM script_analytics.runs
        WHERE account IN ('shop', 'many')
        GROUP BY account, script, toStartOfMinute(executed_on), deployment_version
        """);
    clickHouse.query(
        """
        INSERT INTO script_analytics.logs
            (account, script, timestamp, log_id, version, run_id, log_level, original_level,
             log_message, sequence, shape, error_group, deployment_version, function, source,
             stack_trace, metadata, retention_days)
        WITH intDiv(number, 3) AS run, number %% 3 AS line
        SELECT
            'shop', 'Checkout',
            toDateTime64(toStartOfMinute(now()), 6, 'UTC') - toIntervalSecond(3 + (599 - run) * 24)
                + toIntervalMillisecond(line),
            'log_' || leftPad(toString(number), 5, '0'), 3,
            'run_' || leftPad(toString(run), 4, '0'),
            multiIf(line = 0, 'Info', line = 1, 'Stdout', run %% 10 = 7 AND run >= 300, 'Error', 'Debug'), '',
            multiIf(line = 0, 'Adding order ' || toString(run), line = 1, 'printed ' || toString(run),
                run %% 10 = 7 AND run >= 300, 'The bank did not answer', 'done'),
            number, 100 + line, if(line = 2 AND run %% 10 = 7 AND run >= 300, 22, 0), if(run < 300, 1, 2), 'charge',
            'web-endpoint', '', '{"cart": {"size": ' || toString(run %% 5) || '}}', 36500
        FROM numbers(1800)
        UNION ALL
        SELECT
            'shop', 'Heavy',
            toDateTime64(toStartOfMinute(now()), 6, 'UTC') - toIntervalSecond(90)
                + toIntervalMicrosecond(number),
            'heavy_' || toString(number), 3, 'run_heavy', 'Info', '', 'line ' || toString(number),
            number, 500, 0, 1, 'load', 'bulk', '', '', 36500
        FROM numbers(50000)
        UNION ALL
        SELECT
            'shop', %s, toDateTime64(toStartOfMinute(now()), 6, 'UTC') - toIntervalSecond(5),
            'l/"1', 3, 'r/%%<b>"''0', 'Error', '', '<img src=x onerror=boom()> ‏عربي', 1, 600, 0, 1,
            '<b>f</b>', 's', 'at <b>x</b>', '{"<i>": 1}', 36500
        UNION ALL
        SELECT
            'shop', '', toDateTime64(toStartOfMinute(now()), 6, 'UTC') - toIntervalMinute(number),
            'stray_' || toString(number), 3, '', 'Info', '', 'A stray entry ' || toString(number), 1, 700, 0,
            0, '', '', '', '', 36500
        FROM numbers(1, 3)
        """
            .formatted(STRANGE));
    clickHouse.query(
        """
        INSERT INTO script_analytics.dead_letters
            (topic, kafka_partition, kafka_offset, arrived_at, account, reason, detail, bytes)
        VALUES
            ('script-runs', 0, 1, now64(3), 'shop', 'missing_field', 'run_id is missing',
                '{"script": "Checkout"}'),
            ('script-runs', 0, 2, now64(3), 'shop', 'not_json', 'expected an object', '<b>nothing'),
            ('script-runs', 0, 3, now64(3), 'elsewhere', 'not_json', 'of another account', '')
        """);
    clickHouse.query(
        """
        INSERT INTO script_analytics.log_shapes
            (account, script, shape, text, pattern, template, first_seen)
        VALUES
            ('shop', 'Checkout', 100, 'Adding order *', 100, 'Adding order *', now()),
            ('shop', 'Checkout', 101, 'printed *', 101, 'printed *', now())
        """);
  }
}
