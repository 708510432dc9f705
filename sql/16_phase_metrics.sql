-- Where the time of a script's runs in [from, to) went: one row per deployment and phase, the newest deployment first
-- and within it the phase with the largest share. Deployments are as in version_metrics.
--
-- runs is the number of runs with the phase. Its percentiles are in milliseconds. share is the percentage of the
-- response time that the phase took, over all runs of the deployment with a response time and any phase; NULL without
-- such a run. Phases before the start, such as a queue, are no part of the response time, so shares may add up to more
-- than 100.
CREATE OR REPLACE VIEW script_analytics.phase_metrics
DEFINER = script_views SQL SECURITY DEFINER
AS
SELECT
    phase,
    deployment_version,
    if(deployment_version = 0, ran.deployment_id, latest_id) AS deployment_id,
    first_run,
    runs,
    percentiles[1] AS p50,
    percentiles[2] AS p90,
    percentiles[3] AS p99,
    if(response_time_sum = 0, NULL, round(100 * phase_sum / response_time_sum, 2)) AS share
FROM
(
    SELECT
        deployment_version,
        deployment_id,
        phase,
        is_phase,
        count() AS runs,
        sumIf(ms, isNotNull(response_time)) AS phase_sum,
        arrayMap(p -> greatest(min(ms), least(max(ms), toFloat64(toString(p)))), quantilesTDigest(0.5, 0.9, 0.99)(ms)) AS percentiles,
        -- The response times stand among the phases, as the one row of a deployment that is no phase.
        sum(if(is_phase, 0, phase_sum)) OVER (PARTITION BY deployment_version, deployment_id) AS response_time_sum
    FROM
    (
        SELECT
            deployment_version,
            if(deployment_version = 0, runs.deployment_id, '') AS deployment_id,
            response_time,
            part.1 AS is_phase,
            part.2 AS phase,
            part.3 AS ms
        FROM script_analytics.runs FINAL
        ARRAY JOIN
            arrayConcat(
                [(false, '', ifNull(response_time, 0))],
                arrayMap((name, ms) -> (true, toString(name), ms), mapKeys(phases), mapValues(phases))
            ) AS part
        WHERE account = {account:String}
            AND script = {script:String}
            AND executed_on >= parseDateTime64BestEffort({from:String}, 3, 'UTC')
            AND executed_on < parseDateTime64BestEffort({to:String}, 3, 'UTC')
            AND notEmpty(phases)
            AND (
                SELECT count() > 0
                FROM script_analytics.reader_accounts
                WHERE user = currentUser() AND account IN ('*', {account:String})
            )
    )
    GROUP BY deployment_version, deployment_id, is_phase, phase
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
WHERE is_phase
ORDER BY first_run DESC, deployment_version DESC, deployment_id, share DESC, phase
COMMENT 'Phases of a script''s runs that started in [from, to) by deployment: runs, percentiles (ms) and share of the response time (percent): account, script, from, to (ISO-8601)';
