-- Any percentile of a script's response times over time in [from, to), in milliseconds. percentile is 0 to 100, with
-- a fraction if needed (99.9). step and buckets are as in run_timeline. There is one row per bucket and deployment
-- version with a response time, oldest first.
CREATE OR REPLACE VIEW script_analytics.percentile_timeline
DEFINER = script_views SQL SECURITY DEFINER
AS
SELECT
    bucket,
    deployment_version,
    times AS response_times,
    response_time
FROM
(
    SELECT
        bucket,
        deployment_version,
        sum(response_times) AS times,
        quantileTDigestWeightedMerge({percentile:Float64} / 100)(digest) AS response_time
    FROM script_analytics.run_cells(
        account = {account:String},
        script = {script:String},
        from = {from:DateTime64(3, 'UTC')},
        to = {to:DateTime64(3, 'UTC')},
        step = {step:UInt32}
    )
    WHERE {script:String} != ''
    GROUP BY bucket, deployment_version
    HAVING times > 0
)
ORDER BY bucket, deployment_version
COMMENT 'Any percentile (0 to 100) of a script''s response times (ms) in [from, to) by time bucket and deployment version: account, script, from, to (UTC), step (s), percentile';
