-- How a script performed in [from, to). There is always one row, with zeros and NULLs if there are no runs, if from
-- is not before to, and if the caller may not see the account. It is exact to the millisecond as long as raw runs are
-- kept.
--
-- It adds up the same rows as run_cells, for one script, and repeats the edges of that view on purpose: planning a
-- view within a view takes as long as reading a day of a script. A change here belongs in run_cells too.
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
        quantilesTDigestWeightedMerge(0.5, 0.9, 0.99)(digest) AS percentiles
    FROM
    (
        WITH
            greatest(0, least(4294967280000, toUnixTimestamp64Milli({from:DateTime64(3, 'UTC')}))) AS from_ms,
            greatest(0, least(4294967280000, toUnixTimestamp64Milli({to:DateTime64(3, 'UTC')}))) AS to_ms,
            toDateTime(intDiv(from_ms, 60000) * 60, 'UTC') AS edge_from,
            toDateTime(intDiv(to_ms + 59999, 60000) * 60, 'UTC') AS edge_to,
            toDateTime(intDiv(from_ms + 59999, 60000) * 60, 'UTC') AS whole_from,
            toDateTime(intDiv(to_ms, 60000) * 60, 'UTC') AS whole_to,
            (
                SELECT count() > 0
                FROM script_analytics.reader_accounts
                WHERE user = currentUser() AND account IN ('*', {account:String})
            ) AS may_see
        SELECT seen, succeeded, failed, response_times, response_time_sum, response_time_min, response_time_max, digest
        FROM script_analytics.run_rollups FINAL
        WHERE account = {account:String}
            AND script = {script:String}
            AND minute >= edge_from
            AND minute < edge_to
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
            toInt64(count()),
            countIf(status = 'Success'),
            countIf(status = 'Failed'),
            count(response_time),
            sum(response_time),
            min(response_time),
            max(response_time),
            quantilesTDigestWeightedStateIf(0.9, 0.99)(toFloat32(response_time), toUInt64(1), response_time IS NOT NULL)
        FROM script_analytics.runs FINAL
        WHERE account = {account:String}
            AND script = {script:String}
            AND executed_on >= {from:DateTime64(3, 'UTC')}
            AND executed_on < {to:DateTime64(3, 'UTC')}
            AND (executed_on < toDateTime64(whole_from, 3, 'UTC') OR executed_on >= whole_to)
            AND may_see
    )
)
COMMENT 'Counts and response times (ms) of a script''s runs that started in [from, to): account, script, from, to (UTC)';
