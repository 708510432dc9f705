-- What ClickHouse holds after a fault, by account and name.

-- runs
SELECT account, script, countIf(status = 'Success'), countIf(status = 'Failed'), countIf(status = 'In Progress')
FROM script_analytics.runs FINAL
GROUP BY ALL;

-- run_rollups
-- A fact is of the hour that was known then, so only sums are of the run.
SELECT account, script,
    toInt64(sum(succeeded)) AS s, toInt64(sum(failed)) AS f, toInt64(sum(seen)) - s - f AS p
FROM script_analytics.run_rollups FINAL
GROUP BY ALL;

-- run_rollups by deployment
-- A run that moved to another deployment leaves sums of 0 behind.
SELECT account,
    concat(script, ' deployment ', multiIf(deployment_version > 0, toString(deployment_version),
        deployment_id != '', deployment_id, 'unknown')),
    toInt64(sum(succeeded)) AS s, toInt64(sum(failed)) AS f, toInt64(sum(seen)) - s - f AS p
FROM script_analytics.run_rollups FINAL
GROUP BY ALL
HAVING (s, f, p) != (0, 0, 0);

-- settled hours that differ
-- What an hour has in one of the two tables and not in the other.
WITH (SELECT min(settled) FROM script_analytics.rollup_progress FINAL) AS settled_before
SELECT
    concat(account, '/', script, ' deployment ', toString(deployment_version), '/', deployment_id, ' at ',
        toString(hour)) AS cell,
    sum(side * seen), sum(side * toInt64(succeeded)), sum(side * toInt64(failed)),
    sum(side * toInt64(response_times)) AS times
FROM
(
    SELECT 1 AS side, account, script, toStartOfHour(minute) AS hour, deployment_version, deployment_id, seen,
        succeeded, failed, response_times
    FROM script_analytics.run_rollups FINAL
    WHERE minute < settled_before
    UNION ALL
    SELECT -1 AS side, account, script, hour, deployment_version, deployment_id, seen, succeeded, failed,
        response_times
    FROM script_analytics.run_rollups_hourly FINAL
    WHERE hour < settled_before
)
GROUP BY account, script, hour, deployment_version, deployment_id
HAVING (sum(side * seen), sum(side * toInt64(succeeded)), sum(side * toInt64(failed)), times) != (0, 0, 0, 0)
ORDER BY cell;

-- jobs with settled hours
SELECT count() FROM script_analytics.rollup_progress WHERE settled > '1970-01-01 00:00:00';

-- logs
SELECT account, concat(script, ' ', toString(log_level)), count() FROM script_analytics.logs FINAL GROUP BY ALL;

-- logs of one instant
-- The messages of a run's entries that only sequence tells apart. Captured output has the time of its run's end.
SELECT account, run_id,
    arrayStringConcat(arrayMap(entry -> replaceAll(entry.2, '\n', ' '), arraySort(groupArray((sequence, log_message)))),
        ' | ')
FROM script_analytics.logs FINAL
WHERE run_id != '' AND stream = ''
GROUP BY account, run_id, timestamp
HAVING count() > 1;

-- entries without a pattern
-- Each shape is written as soon as an entry of a known script has it.
SELECT account, script, count()
FROM script_analytics.logs FINAL
WHERE script != '' AND shape != 0
    AND (account, script, shape) NOT IN (SELECT account, script, shape FROM script_analytics.log_shapes)
GROUP BY ALL;

-- dead_letters
SELECT 'reason', reason, count() FROM script_analytics.dead_letters FINAL GROUP BY ALL;
