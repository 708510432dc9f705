-- How a script performed in [from, to). There is always one row, with zeros and NULLs if there are no runs, if from
-- is not before to, and if the caller may not see the account. Percentiles come from t-digests, which hold Float32;
-- they are limited to [min, max].
--
-- It is exact to the millisecond as long as raw runs are kept. Whole hours that are settled come from
-- run_rollups_hourly, other whole minutes from run_rollups, and partial minutes at both edges from runs, so every run
-- counts once. An hour is settled if it is before rollup_progress.settled of every job; without a row there, none is.
-- If an edge minute has a rollup but no raw run any more (retention), the rollup is taken whole.
--
-- These three branches stand again in the other views of metrics, because ClickHouse plans a view within a view for
-- longer (12 ms) than it reads a day of a script. A test holds the copies equal.
--
-- Columns of milliseconds are compared with an end in milliseconds. ClickHouse 26.7 reads "before a DateTime" as "up
-- to the second before it", and skips a part whose runs are all later than that.
CREATE OR REPLACE VIEW script_analytics.script_metrics
DEFINER = script_views SQL SECURITY DEFINER
AS
SELECT
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
            parseDateTime64BestEffort({from:String}, 3, 'UTC') AS from_time,
            parseDateTime64BestEffort({to:String}, 3, 'UTC') AS to_time,
            -- Milliseconds since 1970, limited to what a DateTime can hold, so that a range over all times does not wrap around.
            greatest(0, least(4294965600000, toUnixTimestamp64Milli(from_time))) AS from_ms,
            greatest(0, least(4294965600000, toUnixTimestamp64Milli(to_time))) AS to_ms,
            -- The minutes that contain the edges, between them the whole minutes, and among these the whole hours.
            toDateTime(intDiv(from_ms, 60000) * 60, 'UTC') AS edge_from,
            toDateTime(intDiv(to_ms + 59999, 60000) * 60, 'UTC') AS edge_to,
            toDateTime(intDiv(from_ms + 59999, 60000) * 60, 'UTC') AS whole_from,
            toDateTime(intDiv(to_ms, 60000) * 60, 'UTC') AS whole_to,
            (SELECT min(settled) FROM script_analytics.rollup_progress FINAL) AS settled,
            toDateTime(intDiv(from_ms + 3599999, 3600000) * 3600, 'UTC') AS hour_from,
            least(toDateTime(intDiv(to_ms, 3600000) * 3600, 'UTC'), settled) AS hour_to,
            (
                SELECT count() > 0
                FROM script_analytics.reader_accounts
                WHERE user = currentUser() AND account IN ('*', {account:String})
            ) AS may_see
        SELECT
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
    )
)
COMMENT 'Counts and response times (ms) of a script''s runs that started in [from, to): account, script, from, to (ISO-8601)';
