-- Rebuilds the rollups of one day from its raw rows, if they were lost or are in doubt. Parameter: day, a Date (UTC).
--
-- Runs are counted as they are in runs, under the arrival hour 1970-01-01 00:00. That hour marks a rebuilt row, and
-- no fact of the job has it. So what arrives later for that day is a row beside the rebuilt one, and both are added
-- up. Ids of deployments are all counted under their own, whatever rollup.max-deployment-ids is.
--
-- A day must have left the job's state, or the job would write its cells again beside the rebuilt rows. So nothing of
-- the day may have arrived in the last three hours, and the job must be up to date. Three hours are the arrival hour,
-- the default rollup.arrival-grace of 1 h, and an hour in reserve; with a longer grace, raise them below by as much.
-- What the job writes again for another reason (a replay, a savepoint from before those three hours) counts twice
-- until the day is rebuilt again.
--
-- Minutes: the whole partition is replaced in one step, so no reader sees it empty. Hours have partitions of a month,
-- in which the job goes on writing. So one insert brings the rebuilt rows and an emptied row for every other key of the
-- day, each with more facts than the row that it replaces. deployments gets the day's minima and maxima once more,
-- and run_ids the places of the day's runs.
-- Every statement may be repeated, and so may the file.

-- An earlier attempt may have left its table.
DROP TABLE IF EXISTS script_analytics.rebuilt_rollups;

SELECT throwIf(
    greatest(
        (SELECT max(arrival) FROM script_analytics.run_rollups WHERE toDate(minute) = {day:Date}),
        (SELECT max(arrival) FROM script_analytics.run_rollups_hourly WHERE toDate(hour) = {day:Date}))
        > now('UTC') - toIntervalHour(3),
    'Runs of this day arrived in the last three hours: the job may still write its cells. Try again when none has.');

SELECT throwIf(
    count() > 0,
    'Of some scripts of this day only the rollups are left (retention): they would be lost.')
FROM
(
    SELECT account, script
    FROM script_analytics.run_rollups FINAL
    WHERE toDate(minute) = {day:Date}
    GROUP BY account, script
    HAVING sum(seen) > 0
    UNION ALL
    SELECT account, script
    FROM script_analytics.run_rollups_hourly FINAL
    WHERE toDate(hour) = {day:Date}
    GROUP BY account, script
    HAVING sum(seen) > 0
)
WHERE (account, script) NOT IN
(
    SELECT account, script
    FROM script_analytics.runs
    WHERE toDate(executed_on) = {day:Date}
);

SELECT throwIf(count() = 0, 'There are no runs of this day, and no rollups: nothing to rebuild.')
FROM script_analytics.runs
WHERE toDate(executed_on) = {day:Date};

CREATE TABLE IF NOT EXISTS script_analytics.rebuilt_rollups AS script_analytics.run_rollups;

INSERT INTO script_analytics.rebuilt_rollups
(
    account, script, minute, deployment_version, deployment_id, arrival, facts, seen, succeeded, failed,
    response_time_sum, response_time_min, response_time_max, response_times, digest
)
SELECT
    account,
    script,
    toStartOfMinute(executed_on) AS minute,
    deployment_version,
    if(deployment_version = 0, deployment_id, '') AS known_id,
    toDateTime(0, 'UTC') AS arrival,
    count() + countIf(status != 'In Progress') AS facts,
    count() AS seen,
    countIf(status = 'Success') AS succeeded,
    countIf(status = 'Failed') AS failed,
    ifNull(sum(response_time), 0) AS response_time_sum,
    min(response_time) AS response_time_min,
    max(response_time) AS response_time_max,
    count(response_time) AS response_times,
    quantilesTDigestWeightedStateIf(0.9, 0.99)(
        toFloat32(ifNull(response_time, 0)), toUInt64(1), isNotNull(response_time)) AS digest
FROM script_analytics.runs FINAL
WHERE toDate(executed_on) = {day:Date}
GROUP BY account, script, minute, deployment_version, known_id;

ALTER TABLE script_analytics.run_rollups REPLACE PARTITION {day:Date} FROM script_analytics.rebuilt_rollups;

DROP TABLE script_analytics.rebuilt_rollups;

-- The stored keys of the day take part as rows without a run, so that a key of which no run is left comes out empty.
-- In such a row first_minute and last_minute are the neutral elements of minimum and maximum.
INSERT INTO script_analytics.run_rollups_hourly
(
    account, script, hour, deployment_version, deployment_id, arrival, first_minute, last_minute, facts,
    seen, succeeded, failed, response_time_sum, response_time_min, response_time_max, response_times, digest
)
SELECT
    account,
    script,
    hour,
    deployment_version,
    known_id,
    arrival,
    if(seen = 0, toDateTime(4294967295, 'UTC'), toStartOfMinute(minIf(time, is_run))) AS first_minute,
    if(seen = 0, toDateTime(0, 'UTC'), toStartOfMinute(maxIf(time, is_run))) AS last_minute,
    greatest(max(stored_facts) + 1, seen + succeeded + failed) AS facts,
    countIf(is_run) AS seen,
    countIf(is_run AND status = 'Success') AS succeeded,
    countIf(is_run AND status = 'Failed') AS failed,
    ifNull(sum(response_time), 0) AS response_time_sum,
    min(response_time) AS response_time_min,
    max(response_time) AS response_time_max,
    count(response_time) AS response_times,
    quantilesTDigestWeightedStateIf(0.9, 0.99)(
        toFloat32(ifNull(response_time, 0)), toUInt64(1), isNotNull(response_time)) AS digest
FROM
(
    SELECT
        account,
        script,
        toStartOfHour(executed_on) AS hour,
        deployment_version,
        if(deployment_version = 0, deployment_id, '') AS known_id,
        toDateTime(0, 'UTC') AS arrival,
        true AS is_run,
        toDateTime(executed_on, 'UTC') AS time,
        toString(status) AS status,
        response_time,
        toUInt64(0) AS stored_facts
    FROM script_analytics.runs FINAL
    WHERE toDate(executed_on) = {day:Date}
    UNION ALL
    SELECT
        toString(account),
        toString(script),
        hour,
        deployment_version,
        toString(deployment_id),
        arrival,
        false,
        hour,
        '',
        NULL,
        facts
    FROM script_analytics.run_rollups_hourly
    WHERE toDate(hour) = {day:Date}
)
GROUP BY account, script, hour, deployment_version, known_id, arrival
SETTINGS max_insert_threads = 1;

INSERT INTO script_analytics.run_ids
SELECT account, toUInt32(cityHash64(run_id)), script, executed_on, retention_days
FROM script_analytics.runs FINAL
WHERE toDate(executed_on) = {day:Date};

INSERT INTO script_analytics.deployments
(account, script, deployment_version, deployment_id, first_run, last_run, latest_id)
SELECT
    account,
    script,
    deployment_version,
    if(deployment_version = 0, deployment_id, '') AS known_id,
    min(executed_on),
    max(executed_on),
    argMaxStateIf(deployment_id, executed_on, deployment_id != '')
FROM script_analytics.runs FINAL
WHERE toDate(executed_on) = {day:Date}
GROUP BY account, script, deployment_version, known_id;

INSERT INTO script_analytics.deployments
(account, script, deployment_version, deployment_id, first_entry, last_entry)
SELECT
    account,
    script,
    deployment_version,
    if(deployment_version = 0, deployment_id, '') AS known_id,
    min(timestamp),
    max(timestamp)
FROM script_analytics.logs FINAL
WHERE toDate(timestamp) = {day:Date} AND script != ''
GROUP BY account, script, deployment_version, known_id;

SELECT throwIf(
    (SELECT count() FROM script_analytics.runs FINAL WHERE toDate(executed_on) = {day:Date}) AS runs
        != (SELECT sum(seen) FROM script_analytics.run_rollups FINAL WHERE toDate(minute) = {day:Date})
        OR runs != (SELECT sum(seen) FROM script_analytics.run_rollups_hourly FINAL WHERE toDate(hour) = {day:Date}),
    'Runs of this day arrived meanwhile, and may count twice: rebuild the day again three hours from now.');
