-- How every script of every account that the caller sees performed in the minutes that begin in [from, to): one row
-- per script with runs. For alerts and lists, which need all scripts at once. Whole minutes only, unlike
-- script_metrics.
CREATE OR REPLACE VIEW script_analytics.scripts_overview
DEFINER = script_views SQL SECURITY DEFINER
AS
SELECT
    account,
    script,
    sum(seen) AS total_runs,
    toInt64(sum(succeeded)) AS runs_succeeded,
    toInt64(sum(failed)) AS runs_failed,
    if(runs_succeeded + runs_failed = 0, NULL, round(100 * runs_failed / (runs_succeeded + runs_failed), 2)) AS failure_rate,
    quantilesTDigestWeightedMerge(0.9, 0.99)(digest) AS percentiles,
    if(sum(response_times) = 0, NULL, percentiles[1]) AS p90,
    if(sum(response_times) = 0, NULL, percentiles[2]) AS p99,
    max(minute) AS last_run
FROM script_analytics.run_rollups FINAL
WHERE minute >= {from:DateTime64(3, 'UTC')}
    AND minute < {to:DateTime64(3, 'UTC')}
    AND (
        account IN (SELECT account FROM script_analytics.reader_accounts WHERE user = currentUser())
        OR (SELECT count() > 0 FROM script_analytics.reader_accounts WHERE user = currentUser() AND account = '*')
    )
GROUP BY account, script
HAVING total_runs > 0
ORDER BY account, script
COMMENT 'Runs, failure rate (percent) and response times (ms) of every script of every account of the caller, in whole minutes: from, to (UTC)';
