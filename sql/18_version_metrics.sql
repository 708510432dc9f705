-- How each deployment version of a script performed in [from, to), side by side: the columns of script_metrics, one
-- row per version with runs in the range, newest first. Version 0 holds the runs whose version is unknown. first_run
-- and last_run are the minutes in which the first and the last run in the range started.
--
-- The edges of the range are those of run_cells, which this view reads. script_metrics has its own copy of them for
-- speed.
CREATE OR REPLACE VIEW script_analytics.version_metrics
DEFINER = script_views SQL SECURITY DEFINER
AS
SELECT
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
    times_max AS max,
    first_run,
    last_run
FROM
(
    SELECT
        deployment_version,
        sum(seen) AS runs_seen,
        toInt64(sum(succeeded)) AS runs_succeeded,
        toInt64(sum(failed)) AS runs_failed,
        sum(response_times) AS times,
        sum(response_time_sum) AS times_sum,
        min(response_time_min) AS times_min,
        max(response_time_max) AS times_max,
        quantilesTDigestWeightedMerge(0.5, 0.9, 0.99)(digest) AS percentiles,
        min(first_minute) AS first_run,
        max(last_minute) AS last_run
    FROM script_analytics.run_cells(
        account = {account:String},
        script = {script:String},
        from = {from:DateTime64(3, 'UTC')},
        to = {to:DateTime64(3, 'UTC')},
        step = 86400
    )
    WHERE {script:String} != ''
    GROUP BY deployment_version
    HAVING runs_seen > 0
)
ORDER BY deployment_version DESC
COMMENT 'Counts and response times (ms) of a script''s runs that started in [from, to) by deployment version: account, script, from, to (UTC)';
