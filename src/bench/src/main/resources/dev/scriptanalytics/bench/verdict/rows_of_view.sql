-- The simulated runs as the rows that the view itself reads: the script is the number of the deployment, the baseline's
-- version is 1 and the candidate's 2. The baseline has one row of rollups, and the candidate has one for each minute.
-- begin: the minute of the baseline, in seconds since 1970. deployments: how many of the simulated ones.

-- runs
INSERT INTO script_analytics.runs (account, script, run_id, executed_on, version, status, deployment_version,
    response_time, error_group, error_message, retention_days)
SELECT
    'simulated', toString(deployment), toString(number), toDateTime64({begin:UInt32} + 60 * minute, 3, 'UTC'), 3,
    if(failed, 'Failed', 'Success'), if(minute = 0, 1, 2), response_time, if(failed, error_group, 0), '', 30
FROM benchmark.simulated_runs
WHERE deployment <= {deployments:UInt32};

-- logs
INSERT INTO script_analytics.logs (account, script, run_id, log_id, timestamp, version, log_level, deployment_version,
    error_group, log_message, retention_days)
SELECT
    'simulated', toString(deployment), toString(number), toString(number), toDateTime64({begin:UInt32} + 60 * minute, 6, 'UTC'),
    3, 'Error', if(minute = 0, 1, 2), error_group, '', 30
FROM benchmark.simulated_runs
WHERE deployment <= {deployments:UInt32} AND error_group > 0 AND NOT failed;

-- rollups
INSERT INTO script_analytics.run_rollups (account, script, minute, deployment_version, deployment_id, arrival, facts, seen,
    succeeded, failed, response_time_sum, response_time_min, response_time_max, means, weights)
SELECT
    'simulated', toString(deployment), toDateTime({begin:UInt32} + 60 * minute, 'UTC'), if(minute = 0, 1, 2), '',
    toDateTime({begin:UInt32}, 'UTC'), 2 * count(), count(), countIf(NOT failed), countIf(failed),
    ifNull(sum(response_time), 0), min(response_time), max(response_time),
    groupArrayIf(toFloat32(assumeNotNull(response_time)), response_time IS NOT NULL) AS means,
    arrayMap(mean -> toUInt64(1), means)
FROM benchmark.simulated_runs
WHERE deployment <= {deployments:UInt32}
GROUP BY deployment, minute;
