-- version_regressions for all accounts that the caller sees, for alerts: whole minutes that begin in [from, to).
-- Significance is judged among the tests of all these scripts, so that here too at most one list in twenty has a
-- false alarm.
CREATE OR REPLACE VIEW script_analytics.regressions_overview
DEFINER = script_views SQL SECURITY DEFINER
AS
WITH
    -- The levels at which a digest is evaluated, to find the share of response times above a value: in
    -- hundredths, and above the last one in thousandths.
    arrayConcat(arrayMap(i -> i / 100, range(99)), arrayMap(i -> 0.99 + i / 1000, range(11))) AS levels,
    -- The share of response times above a value. level is the last one whose quantile is at most the value; to it
    -- comes the fraction of the way to the next level.
    (quantiles, level, value) -> multiIf(
        level = 0, 1,
        level = length(levels), 0,
        1 - levels[level] - (levels[level + 1] - levels[level]) * (value - quantiles[level]) / (quantiles[level + 1] - quantiles[level])
    ) AS share_above,
    -- The one-sided p-value of the new share being larger than the old one by more than a tenth.
    (old_share, old_count, new_share, new_count, pooled) ->
        erfc((new_share - 1.1 * old_share) / sqrt(2 * pooled * (1 - pooled) * (1 / old_count + 1 / new_count))) / 2 AS p_value
SELECT
    account,
    script,
    old_version,
    old_deployment_id,
    new_version,
    new_deployment_id,
    arrayFilter((name, p) -> ifNull(p < 0.05 / tests, false), ['p90', 'p99', 'failures'], [p90_p_value, p99_p_value, failure_p_value]) AS regressions,
    old_finished,
    new_finished,
    old_failed,
    new_failed,
    round(100 * old_failed / old_finished, 2) AS old_failure_rate,
    round(100 * new_failed / new_finished, 2) AS new_failure_rate,
    failure_p_value,
    old_times AS old_response_times,
    new_times AS new_response_times,
    old_p90,
    new_p90,
    round(100 * old_above_90, 2) AS old_over_p90,
    round(100 * new_above_90, 2) AS new_over_p90,
    p90_p_value,
    old_p99,
    new_p99,
    round(100 * old_above_99, 2) AS old_over_p99,
    round(100 * new_above_99, 2) AS new_over_p99,
    p99_p_value
FROM
(
    SELECT
        *,
        (old_failed + new_failed) / (old_finished + new_finished) AS failing,
        (old_above_90 * old_times + new_above_90 * new_times) / (old_times + new_times) AS above_90,
        (old_above_99 * old_times + new_above_99 * new_times) / (old_times + new_times) AS above_99,
        if(
            least(old_finished, new_finished) * least(failing, 1 - failing) < 5,
            NULL,
            p_value(old_failed / old_finished, old_finished, new_failed / new_finished, new_finished, failing)
        ) AS failure_p_value,
        if(
            least(old_times, new_times) * least(0.1, above_90, 1 - above_90) < 5,
            NULL,
            p_value(old_above_90, old_times, new_above_90, new_times, above_90)
        ) AS p90_p_value,
        if(
            least(old_times, new_times) * least(0.01, above_99, 1 - above_99) < 5,
            NULL,
            p_value(old_above_99, old_times, new_above_99, new_times, above_99)
        ) AS p99_p_value,
        sum((failure_p_value IS NOT NULL) + (p90_p_value IS NOT NULL) + (p99_p_value IS NOT NULL)) OVER () AS tests
    FROM
    (
        SELECT
            account,
            script,
            newest[1].version AS new_version,
            newest[2].version AS old_version,
            newest[1].id AS new_deployment_id,
            newest[2].id AS old_deployment_id,
            newest[1].finished AS new_finished,
            newest[2].finished AS old_finished,
            newest[1].failures AS new_failed,
            newest[2].failures AS old_failed,
            newest[1].times AS new_times,
            newest[2].times AS old_times,
            newest[1].quantiles AS new_quantiles,
            newest[2].quantiles AS old_quantiles,
            if(new_times = 0, NULL, newest[1].p90) AS new_p90,
            if(old_times = 0, NULL, newest[2].p90) AS old_p90,
            if(new_times = 0, NULL, newest[1].p99) AS new_p99,
            if(old_times = 0, NULL, newest[2].p99) AS old_p99,
            if(old_times = 0, NULL, old_quantiles[91]) AS value_90,
            if(old_times = 0, NULL, old_quantiles[100]) AS value_99,
            share_above(old_quantiles, arrayLastIndex(q -> q <= value_90, old_quantiles), value_90) AS old_above_90,
            share_above(old_quantiles, arrayLastIndex(q -> q <= value_99, old_quantiles), value_99) AS old_above_99,
            share_above(new_quantiles, arrayLastIndex(q -> q <= value_90, new_quantiles), value_90) AS new_above_90,
            share_above(new_quantiles, arrayLastIndex(q -> q <= value_99, new_quantiles), value_99) AS new_above_99
        FROM
        (
            SELECT
                account,
                script,
                arrayReverseSort(
                    deployment -> (deployment.first_run, deployment.version, deployment.id),
                    groupArray(
                        CAST(
                            (first_run, deployment_version, id, finished, failures, times, p90, p99, quantiles),
                            'Tuple(first_run DateTime64(3, ''UTC''), version UInt32, id String, finished UInt64, failures UInt64, times UInt64, p90 Nullable(Float64), p99 Nullable(Float64), quantiles Array(Float32))'
                        )
                    )
                ) AS newest
            FROM
            (
                SELECT
                    account,
                    script,
                    deployment_version,
                    if(deployment_version = 0, ran.deployment_id, latest_id) AS id,
                    ifNull(first_run, toDateTime64(0, 3, 'UTC')) AS first_run,
                    finished,
                    failures,
                    times,
                    greatest(times_min, least(times_max, toFloat64(toString(quantiles[91])))) AS p90,
                    greatest(times_min, least(times_max, toFloat64(toString(quantiles[100])))) AS p99,
                    quantiles
                FROM
                (
                    SELECT
                        account,
                        script,
                        deployment_version,
                        deployment_id,
                        sum(succeeded) + sum(failed) AS finished,
                        sum(failed) AS failures,
                        sum(response_times) AS times,
                        min(response_time_min) AS times_min,
                        max(response_time_max) AS times_max,
                        quantilesTDigestWeightedMerge(
                            0, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.09, 0.1, 0.11, 0.12, 0.13, 0.14, 0.15, 0.16, 0.17, 0.18, 0.19,
                            0.2, 0.21, 0.22, 0.23, 0.24, 0.25, 0.26, 0.27, 0.28, 0.29, 0.3, 0.31, 0.32, 0.33, 0.34, 0.35, 0.36, 0.37, 0.38, 0.39,
                            0.4, 0.41, 0.42, 0.43, 0.44, 0.45, 0.46, 0.47, 0.48, 0.49, 0.5, 0.51, 0.52, 0.53, 0.54, 0.55, 0.56, 0.57, 0.58, 0.59,
                            0.6, 0.61, 0.62, 0.63, 0.64, 0.65, 0.66, 0.67, 0.68, 0.69, 0.7, 0.71, 0.72, 0.73, 0.74, 0.75, 0.76, 0.77, 0.78, 0.79,
                            0.8, 0.81, 0.82, 0.83, 0.84, 0.85, 0.86, 0.87, 0.88, 0.89, 0.9, 0.91, 0.92, 0.93, 0.94, 0.95, 0.96, 0.97, 0.98, 0.99,
                            0.991, 0.992, 0.993, 0.994, 0.995, 0.996, 0.997, 0.998, 0.999, 1
                        )(digest) AS quantiles
                    FROM
                    (
                        WITH
                            parseDateTime64BestEffort({from:String}, 3, 'UTC') AS from_time,
                            parseDateTime64BestEffort({to:String}, 3, 'UTC') AS to_time,
                            greatest(0, least(4294965600000, toUnixTimestamp64Milli(from_time))) AS from_ms,
                            greatest(0, least(4294965600000, toUnixTimestamp64Milli(to_time))) AS to_ms,
                            toDateTime(intDiv(from_ms + 59999, 60000) * 60, 'UTC') AS minute_from,
                            toDateTime(intDiv(to_ms + 59999, 60000) * 60, 'UTC') AS minute_to,
                            (SELECT min(settled) FROM script_analytics.rollup_progress FINAL) AS settled,
                            toDateTime(intDiv(from_ms + 3599999, 3600000) * 3600, 'UTC') AS hour_from,
                            least(toDateTime(intDiv(to_ms + 59999, 3600000) * 3600, 'UTC'), settled) AS hour_to,
                            (SELECT count() > 0 FROM script_analytics.reader_accounts WHERE user = currentUser() AND account = '*') AS sees_all,
                            -- The scripts that may have run two deployments in the range.
                            compared AS (
                                SELECT account, script
                                FROM script_analytics.deployments
                                WHERE (sees_all OR account IN (SELECT account FROM script_analytics.reader_accounts WHERE user = currentUser()))
                                    AND (deployment_version > 0 OR deployment_id NOT IN ('', 'other'))
                                    AND first_run < to_time + INTERVAL 1 MINUTE
                                GROUP BY account, script
                                HAVING uniqExact(deployment_version, deployment_id) > 1 AND max(last_run) >= from_time - INTERVAL 1 MINUTE
                            )
                        SELECT
                            account,
                            script,
                            deployment_version,
                            deployment_id,
                            succeeded,
                            failed,
                            response_times,
                            response_time_min,
                            response_time_max,
                            digest
                        FROM script_analytics.run_rollups_hourly FINAL
                        PREWHERE (sees_all OR account IN (SELECT account FROM script_analytics.reader_accounts WHERE user = currentUser()))
                            AND hour >= hour_from
                            AND hour < hour_to
                            AND (account, script, deployment_version, deployment_id) IN (
                                SELECT account, script, deployment_version, deployment_id
                                FROM
                                (
                                    SELECT account, script, deployment_version, deployment_id
                                    FROM script_analytics.run_rollups_hourly FINAL
                                    WHERE (sees_all OR account IN (SELECT account FROM script_analytics.reader_accounts WHERE user = currentUser()))
                                        AND hour >= hour_from
                                        AND hour < hour_to
                                        AND (account, script) IN (SELECT account, script FROM compared)
                                        AND (deployment_version > 0 OR deployment_id NOT IN ('', 'other'))
                                    GROUP BY account, script, deployment_version, deployment_id
                                    HAVING sum(succeeded) + sum(failed) > 0
                                ) AS of_hours
                                LEFT JOIN
                                (
                                    SELECT account, script, deployment_version, deployment_id, min(deployments.first_run) AS first_run
                                    FROM script_analytics.deployments
                                    WHERE (sees_all OR account IN (SELECT account FROM script_analytics.reader_accounts WHERE user = currentUser()))
                                    GROUP BY account, script, deployment_version, deployment_id
                                ) AS known_of_hours USING (account, script, deployment_version, deployment_id)
                                ORDER BY account, script, first_run DESC, deployment_version DESC, deployment_id DESC
                                LIMIT 2 BY account, script
                            )
                        UNION ALL
                        SELECT
                            account,
                            script,
                            deployment_version,
                            deployment_id,
                            succeeded,
                            failed,
                            response_times,
                            response_time_min,
                            response_time_max,
                            digest
                        FROM script_analytics.run_rollups FINAL
                        WHERE (sees_all OR account IN (SELECT account FROM script_analytics.reader_accounts WHERE user = currentUser()))
                            AND (account, script) IN (SELECT account, script FROM compared)
                            AND (deployment_version > 0 OR deployment_id NOT IN ('', 'other'))
                            AND minute >= minute_from
                            AND minute < minute_to
                            AND (minute < hour_from OR minute >= hour_to)
                    )
                    GROUP BY account, script, deployment_version, deployment_id
                    HAVING finished > 0
                ) AS ran
                LEFT JOIN
                (
                    SELECT
                        account,
                        script,
                        deployment_version,
                        deployment_id,
                        min(deployments.first_run) AS first_run,
                        argMaxMerge(deployments.latest_id) AS latest_id
                    FROM script_analytics.deployments
                    WHERE (SELECT count() > 0 FROM script_analytics.reader_accounts WHERE user = currentUser() AND account = '*')
                        OR account IN (SELECT account FROM script_analytics.reader_accounts WHERE user = currentUser())
                    GROUP BY account, script, deployment_version, deployment_id
                ) AS known USING (account, script, deployment_version, deployment_id)
                ORDER BY account, script, first_run DESC, deployment_version DESC, id DESC
                LIMIT 2 BY account, script
            )
            GROUP BY account, script
            HAVING length(newest) = 2
        )
    )
)
WHERE notEmpty(regressions)
ORDER BY account, script
COMMENT 'Scripts of every account of the caller whose newest deployment in the minutes of [from, to) is significantly slower (P90, P99 in ms) or fails significantly more than the one before: from, to (ISO-8601)';
