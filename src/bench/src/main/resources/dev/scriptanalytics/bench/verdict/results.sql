-- What became of the deployments of a scenario, in columns of its table.

-- scenario
SELECT
    uniqExact(deployment) AS deployments,
    uniqExactIf(deployment, verdict = 'worse') AS ever_worse,
    uniqExactIf(deployment, has(worse_in, 'failures')) AS failures,
    uniqExactIf(deployment, has(worse_in, 'p50')) AS p50,
    uniqExactIf(deployment, has(worse_in, 'p90')) AS p90,
    uniqExactIf(deployment, has(worse_in, 'p99')) AS p99,
    uniqExactIf(deployment, has(worse_in, 'new_errors')) AS new_errors,
    countIf(minute = 60 AND verdict = 'worse') AS worse_at_end,
    countIf(minute = 60 AND verdict = 'pass') AS passed_at_end
FROM benchmark.simulated_verdicts
WHERE scenario = {scenario:String};

-- disagreements
-- What the simulation and the view say of a deployment after the last minute, if they disagree. Both merge the same
-- digests in another order, which moves a few values across a percentile.
SELECT
    simulated.verdict, simulated.figures, simulated.log_p_values, said.verdict, said.figures, said.log_p_values
FROM
(
    SELECT
        verdict,
        [toInt64(candidate_failed), toInt64(candidate_response_times)] AS figures,
        arrayMap(p -> log(greatest(p, 1e-300)), p_values) AS log_p_values
    FROM benchmark.simulated_verdicts
    WHERE scenario = {scenario:String} AND deployment = {deployment:UInt32} AND minute = 60
) AS simulated
CROSS JOIN
(
    SELECT
        verdict,
        [toInt64(candidate_failed), toInt64(candidate_response_times)] AS figures,
        arrayMap(
            p -> log(greatest(p, 1e-300)),
            [failure_p_value, p50_p_value, p90_p_value, p99_p_value, new_error_p_value]
        ) AS log_p_values
    FROM script_analytics.version_verdict(account = 'simulated', script = {script:String}, version = 'v2')
) AS said
WHERE simulated.figures != said.figures
    OR arrayExists((a, b) -> abs(a - b) > 1 + 0.05 * abs(a), simulated.log_p_values, said.log_p_values);
