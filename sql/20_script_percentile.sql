-- Any percentile of a script's response times in [from, to), in milliseconds. percentile is 0 to 100, with a fraction
-- if needed (99.9). There is one row per deployment version, and one for all of them, whose deployment_version is
-- NULL. There is no row where no run has a response time. Percentiles come from t-digests, as P90 and P99 do
-- elsewhere.
CREATE OR REPLACE VIEW script_analytics.script_percentile
DEFINER = script_views SQL SECURITY DEFINER
AS
SELECT
    if(all_versions = 1, NULL, version) AS deployment_version,
    times AS response_times,
    response_time
FROM
(
    SELECT
        deployment_version AS version,
        grouping(deployment_version) AS all_versions,
        sum(response_times) AS times,
        quantileTDigestWeightedMerge({percentile:Float64} / 100)(digest) AS response_time
    FROM script_analytics.run_cells(
        account = {account:String},
        script = {script:String},
        from = {from:DateTime64(3, 'UTC')},
        to = {to:DateTime64(3, 'UTC')},
        step = 86400
    )
    WHERE {script:String} != ''
    GROUP BY GROUPING SETS ((deployment_version), ())
    HAVING times > 0
)
ORDER BY all_versions DESC, version DESC
COMMENT 'Any percentile (0 to 100) of a script''s response times (ms) in [from, to), for all runs and by deployment version: account, script, from, to (UTC), percentile';
