-- How every script of every account that the caller sees performed in the minutes that begin in [from, to): one row
-- per script with runs. For alerts and lists, which need all scripts at once. Whole minutes only, unlike
-- script_metrics; settled hours come from run_rollups_hourly, as there. last_run is the minute in which the last run
-- started.
CREATE OR REPLACE VIEW script_analytics.scripts_overview
DEFINER = script_views SQL SECURITY DEFINER
AS
SELECT
    account,
    script,
    runs_seen AS total_runs,
    runs_succeeded,
    runs_failed,
    if(runs_succeeded + runs_failed = 0, NULL, round(100 * runs_failed / (runs_succeeded + runs_failed), 2)) AS failure_rate,
    if(times = 0, NULL, percentiles[1]) AS p90,
    if(times = 0, NULL, percentiles[2]) AS p99,
    last_run
FROM
(
    SELECT
        account,
        script,
        sum(seen) AS runs_seen,
        toInt64(sum(succeeded)) AS runs_succeeded,
        toInt64(sum(failed)) AS runs_failed,
        sum(response_times) AS times,
        min(response_time_min) AS times_min,
        max(response_time_max) AS times_max,
        arrayMap(
            p -> greatest(times_min, least(times_max, toFloat64(toString(p)))),
            quantilesTDigestWeightedMerge(0.9, 0.99)(digest)
        ) AS percentiles,
        max(last_minute) AS last_run
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
            (SELECT count() > 0 FROM script_analytics.reader_accounts WHERE user = currentUser() AND account = '*') AS sees_all
        SELECT
            account,
            script,
            last_minute,
            seen,
            succeeded,
            failed,
            response_times,
            response_time_min,
            response_time_max,
            digest
        FROM script_analytics.run_rollups_hourly FINAL
        WHERE hour >= hour_from
            AND hour < hour_to
            AND (sees_all OR account IN (SELECT account FROM script_analytics.reader_accounts WHERE user = currentUser()))
        UNION ALL
        SELECT
            account,
            script,
            minute AS last_minute,
            seen,
            succeeded,
            failed,
            response_times,
            response_time_min,
            response_time_max,
            digest
        FROM script_analytics.run_rollups FINAL
        WHERE minute >= minute_from
            AND minute < minute_to
            AND (minute < hour_from OR minute >= hour_to)
            AND (sees_all OR account IN (SELECT account FROM script_analytics.reader_accounts WHERE user = currentUser()))
    )
    GROUP BY account, script
    HAVING runs_seen > 0
)
ORDER BY account, script
COMMENT 'Runs, failure rate (percent) and response times (ms) of every script of every account of the caller, in whole minutes: from, to (ISO-8601)';
