-- Any percentile of a script's response times in [from, to), in milliseconds. percentile is 0 to 100, with a fraction
-- if needed (99.9). There is one row for all runs, whose deployment_version and deployment_id are NULL, and then one
-- per deployment, the newest first, as in version_metrics. There is no row where no run has a response time.
-- Percentiles come from t-digests, as P90 and P99 do elsewhere.
--
-- The branches of the range are those of script_metrics, where they are explained.
CREATE OR REPLACE VIEW script_analytics.script_percentile
DEFINER = script_views SQL SECURITY DEFINER
AS
SELECT
    if(all_deployments = 1, NULL, ran.version) AS deployment_version,
    multiIf(all_deployments = 1, NULL, ran.version = 0, ran.id, latest_id) AS deployment_id,
    times AS response_times,
    response_time
FROM
(
    SELECT
        deployment_version AS version,
        deployment_id AS id,
        grouping(deployment_version) AS all_deployments,
        sum(response_times) AS times,
        greatest(
            min(response_time_min),
            least(max(response_time_max), toFloat64(toString(quantileTDigestWeightedMerge({percentile:Float64} / 100)(digest))))
        ) AS response_time
    FROM
    (
        WITH
            parseDateTime64BestEffort({from:String}, 3, 'UTC') AS from_time,
            parseDateTime64BestEffort({to:String}, 3, 'UTC') AS to_time,
            greatest(0, least(4294965600000, toUnixTimestamp64Milli(from_time))) AS from_ms,
            greatest(0, least(4294965600000, toUnixTimestamp64Milli(to_time))) AS to_ms,
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
        GROUP BY deployment_version, unnumbered_id
    )
    GROUP BY GROUPING SETS ((deployment_version, deployment_id), ())
    HAVING times > 0
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
) AS known ON ran.version = known.deployment_version AND ran.id = known.deployment_id
ORDER BY all_deployments DESC, known.first_run DESC, ran.version DESC, ran.id
COMMENT 'Any percentile (0 to 100) of a script''s response times (ms) in [from, to), for all runs and by deployment: account, script, from, to (ISO-8601), percentile';
