-- Rebuilds the rollups of one day from its raw rows, if they were lost or are in doubt. Parameter: day, a Date (UTC).
--
-- Runs are counted as they are in runs, under the arrival hour 1970-01-01 00:00. That hour marks a rebuilt row, and
-- no fact of the job has it. So what arrives later for that day is a row beside the rebuilt one, and both are added
-- up.
--
-- A day must have left the job's state, or the job would write its cells again beside the rebuilt rows. So nothing of
-- the day may have arrived in the last three hours, and the job must be up to date. Three hours are the arrival hour,
-- the default rollup.arrival-grace of 1 h, and an hour in reserve; with a longer grace, raise them below by as much.
-- What the job writes again for another reason (a replay, a savepoint from before those three hours) counts twice
-- until the day is rebuilt again.
--
-- The whole partition is replaced in one step, so no reader sees it empty. Every statement may be repeated, and so
-- may the file.

-- An earlier attempt may have left its table.
DROP TABLE IF EXISTS script_analytics.rebuilt_rollups;

SELECT throwIf(
    max(arrival) > now('UTC') - toIntervalHour(3),
    'Runs of this day arrived in the last three hours: the job may still write its cells. Try again when none has.')
FROM script_analytics.run_rollups
WHERE toDate(minute) = {day:Date};

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
    account, script, minute, deployment_version, arrival, facts, seen, succeeded, failed,
    response_time_sum, response_time_min, response_time_max, response_times, digest
)
SELECT
    account,
    script,
    toStartOfMinute(executed_on) AS minute,
    deployment_version,
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
GROUP BY account, script, minute, deployment_version;

ALTER TABLE script_analytics.run_rollups REPLACE PARTITION {day:Date} FROM script_analytics.rebuilt_rollups;

DROP TABLE script_analytics.rebuilt_rollups;

SELECT throwIf(
    (SELECT sum(seen) FROM script_analytics.run_rollups FINAL WHERE toDate(minute) = {day:Date})
        != (SELECT count() FROM script_analytics.runs FINAL WHERE toDate(executed_on) = {day:Date}),
    'Runs of this day arrived meanwhile, and may count twice: rebuild the day again three hours from now.');
