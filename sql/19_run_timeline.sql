-- How a script performed over time in [from, to): the columns of script_metrics, one row per bucket and deployment
-- version with runs, oldest first. A bucket without runs has no row; gaps are not filled.
--
-- step is the length of a bucket in seconds. Buckets begin at multiples of step since 1970 (UTC), and the column
-- bucket is that beginning. The first and the last bucket hold only runs in the range. Steps of whole minutes are
-- fast. Any other step reads every run, and counts minutes whose raw runs are gone in the bucket in which they begin.
--
-- The edges of the range are those of run_cells, which this view reads. script_metrics has its own copy of them for
-- speed.
CREATE OR REPLACE VIEW script_analytics.run_timeline
DEFINER = script_views SQL SECURITY DEFINER
AS
SELECT
    bucket,
    deployment_version,
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
        sum(seen) AS runs_seen,
        toInt64(sum(succeeded)) AS runs_succeeded,
        toInt64(sum(failed)) AS runs_failed,
        sum(response_times) AS times,
        sum(response_time_sum) AS times_sum,
        min(response_time_min) AS times_min,
        max(response_time_max) AS times_max,
        quantilesTDigestWeightedMerge(0.5, 0.9, 0.99)(digest) AS percentiles
    FROM script_analytics.run_cells(
        account = {account:String},
        script = {script:String},
        from = {from:DateTime64(3, 'UTC')},
        to = {to:DateTime64(3, 'UTC')},
        step = {step:UInt32}
    )
    WHERE {script:String} != ''
    GROUP BY bucket, deployment_version
    HAVING runs_seen > 0
)
ORDER BY bucket, deployment_version
COMMENT 'Counts and response times (ms) of a script''s runs that started in [from, to) by time bucket and deployment version; no row for a bucket without runs: account, script, from, to (UTC), step (s)';
