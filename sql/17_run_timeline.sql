-- How a script did in [from, to) as time went by: what script_metrics gives, a row for each bucket and deployed version that
-- had runs there, oldest first. A bucket without a run has no row: no gap is filled.
--
-- step: seconds of a bucket. Buckets begin at multiples of it since 1970 (UTC), and bucket is that beginning; the first and
-- the last hold only what is in the range. Steps of whole minutes are quick; any other reads each run, and counts minutes
-- whose raw runs are gone in the bucket that they begin in.
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
COMMENT 'Counts and response times (ms) of a script''s runs that started in [from, to) by time bucket and deployed version; no row where there is no run: account, script, from, to (UTC), step (s)';
