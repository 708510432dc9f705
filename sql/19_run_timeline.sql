-- How a script performed over time in [from, to): the columns of script_metrics, one row per bucket and deployment
-- with runs, oldest first. A bucket without runs has no row; gaps are not filled. deployment_version, deployment_id
-- and first_run are as in version_metrics.
--
-- step is the length of a bucket in seconds; 0 counts as 1. Buckets begin at multiples of step since 1970 (UTC), and
-- the column bucket is that beginning. The first and the last bucket hold only runs in the range. Steps of whole hours
-- are fastest, and steps of whole minutes are fast. Any other step reads every run, and counts minutes whose raw runs
-- are gone in the bucket in which they begin.
--
-- The branches of the range are those of script_metrics, where they are explained.
CREATE OR REPLACE VIEW script_analytics.run_timeline
DEFINER = script_views SQL SECURITY DEFINER
AS
SELECT
    bucket,
    deployment_version,
    if(deployment_version = 0, ran.deployment_id, latest_id) AS deployment_id,
    first_run,
    runs_seen AS total_runs,
    runs_succeeded AS succeeded,
    runs_failed AS failed,
    runs_seen - runs_succeeded - runs_failed AS in_progress,
    if(runs_succeeded + runs_failed = 0, NULL, round(100 * runs_failed / (runs_succeeded + runs_failed), 2)) AS failure_rate,
    if(times = 0, NULL, percentiles[1]) AS p50,
    if(times = 0, NULL, percentiles[2]) AS p90,
    if(times = 0, NULL, percentiles[3]) AS p99,
    if(times = 0, NULL, times_sum / times) AS avg,
    times_min AS min,
    times_max AS max
FROM
(
    SELECT
        bucket,
        deployment_version,
        deployment_id,
        sum(seen) AS runs_seen,
        toInt64(sum(succeeded)) AS runs_succeeded,
        toInt64(sum(failed)) AS runs_failed,
        sum(response_times) AS times,
        sum(response_time_sum) AS times_sum,
        min(response_time_min) AS times_min,
        max(response_time_max) AS times_max,
        arrayMap(
            p -> greatest(times_min, least(times_max, toFloat64(toString(p)))),
            quantilesTDigestWeightedMerge(0.5, 0.9, 0.99)(digest)
        ) AS percentiles
    FROM
    (
        WITH
            greatest(1, {step:UInt32}) AS seconds,
            parseDateTime64BestEffort({from:String}, 3, 'UTC') AS from_time,
            parseDateTime64BestEffort({to:String}, 3, 'UTC') AS to_time,
            greatest(0, least(4294965600000, toUnixTimestamp64Milli(from_time))) AS from_ms,
            greatest(0, least(4294965600000, toUnixTimestamp64Milli(to_time))) AS to_ms,
            toDateTime(intDiv(from_ms, 60000) * 60, 'UTC') AS edge_from,
            toDateTime(intDiv(to_ms + 59999, 60000) * 60, 'UTC') AS edge_to,
            if(seconds % 60 = 0, toDateTime(intDiv(from_ms + 59999, 60000) * 60, 'UTC'), edge_to) AS whole_from,
            if(seconds % 60 = 0, toDateTime(intDiv(to_ms, 60000) * 60, 'UTC'), edge_to) AS whole_to,
            (SELECT min(settled) FROM script_analytics.rollup_progress FINAL) AS settled,
            toDateTime(intDiv(from_ms + 3599999, 3600000) * 3600, 'UTC') AS hour_from,
            if(seconds % 3600 = 0, least(toDateTime(intDiv(to_ms, 3600000) * 3600, 'UTC'), settled), toDateTime(0, 'UTC')) AS hour_to,
            (
                SELECT count() > 0
                FROM script_analytics.reader_accounts
                WHERE user = currentUser() AND account IN ('*', {account:String})
            ) AS may_see
        SELECT
            toDateTime(intDiv(toUnixTimestamp(hour), seconds) * seconds, 'UTC') AS bucket,
            deployment_version,
            deployment_id,
            seen,
            succeeded,
            failed,
            response_times,
            response_time_sum,
            response_time_min,
            response_time_max,
            digest
        FROM script_analytics.run_rollups_hourly FINAL
        WHERE account = {account:String}
            AND script = {script:String}
            AND hour >= hour_from
            AND hour < hour_to
            AND may_see
        UNION ALL
        SELECT
            toDateTime(intDiv(toUnixTimestamp(minute), seconds) * seconds, 'UTC') AS bucket,
            deployment_version,
            deployment_id,
            seen,
            succeeded,
            failed,
            response_times,
            response_time_sum,
            response_time_min,
            response_time_max,
            digest
        FROM script_analytics.run_rollups FINAL
        WHERE account = {account:String}
            AND script = {script:String}
            AND minute >= edge_from
            AND minute < edge_to
            AND (minute < hour_from OR minute >= hour_to)
            AND (
                (minute >= whole_from AND minute < whole_to)
                OR minute NOT IN (
                    SELECT DISTINCT toStartOfMinute(executed_on)
                    FROM script_analytics.runs
                    WHERE account = {account:String}
                        AND script = {script:String}
                        AND (
                            (executed_on >= edge_from AND executed_on < toDateTime64(whole_from, 3, 'UTC'))
                            OR (executed_on >= whole_to AND executed_on < toDateTime64(edge_to, 3, 'UTC'))
                        )
                        AND may_see
                )
            )
            AND from_ms < to_ms
            AND may_see
        UNION ALL
        SELECT
            toDateTime(intDiv(toUnixTimestamp(toDateTime(executed_on, 'UTC')), seconds) * seconds, 'UTC') AS bucket,
            deployment_version,
            if(deployment_version = 0, runs.deployment_id, '') AS unnumbered_id,
            toInt64(count()) AS seen,
            countIf(status = 'Success') AS succeeded,
            countIf(status = 'Failed') AS failed,
            count(response_time) AS response_times,
            sum(response_time) AS response_time_sum,
            min(response_time) AS response_time_min,
            max(response_time) AS response_time_max,
            quantilesTDigestWeightedStateIf(0.9, 0.99)(toFloat32(response_time), toUInt64(1), response_time IS NOT NULL) AS digest
        FROM script_analytics.runs FINAL
        WHERE account = {account:String}
            AND script = {script:String}
            AND executed_on >= from_time
            AND executed_on < to_time
            AND (executed_on < toDateTime64(whole_from, 3, 'UTC') OR executed_on >= whole_to)
            AND may_see
        GROUP BY bucket, deployment_version, unnumbered_id
    )
    GROUP BY bucket, deployment_version, deployment_id
    HAVING runs_seen > 0
) AS ran
LEFT JOIN
(
    SELECT
        deployment_version,
        deployment_id,
        min(deployments.first_run) AS first_run,
        argMaxMerge(deployments.latest_id) AS latest_id
    FROM script_analytics.deployments
    WHERE account = {account:String} AND script = {script:String}
    GROUP BY deployment_version, deployment_id
) AS known ON ran.deployment_version = known.deployment_version AND ran.deployment_id = known.deployment_id
ORDER BY bucket, first_run, deployment_version, deployment_id
COMMENT 'Counts and response times (ms) of a script''s runs that started in [from, to) by time bucket and deployment; no row for a bucket without runs: account, script, from, to (ISO-8601), step (s)';
