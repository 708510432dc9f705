-- The rollups of the runs of a day, as the job writes them.
INSERT INTO script_analytics.run_rollups (account, script, minute, deployment_version, arrival, facts, seen,
    succeeded, failed, response_time_sum, response_time_min, response_time_max, means, weights)
SELECT
    account, script, toStartOfMinute(executed_on) AS minute, deployment_version,
    -- Its end arrives soon after it, but two hours late in one run of a thousand.
    toStartOfHour(ifNull(ended_on, executed_on) + if(sipHash64(run_id, 9) % 1000 = 0, 7200, 1)) AS arrival,
    count() + countIf(status != 'In Progress') AS facts, count() AS seen,
    countIf(status = 'Success') AS succeeded, countIf(status = 'Failed') AS failed,
    sum(response_time) AS response_time_sum, min(response_time) AS response_time_min,
    max(response_time) AS response_time_max,
    groupArray(toFloat32(response_time)) AS means, arrayMap(mean -> toUInt64(1), means) AS weights
FROM script_analytics.runs FINAL
WHERE toDate(executed_on) = {day:Date}
GROUP BY account, script, minute, deployment_version, arrival
