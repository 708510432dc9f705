-- The errors of a script in [from, to), the most frequent first: failed runs, by their start, and entries of level
-- Error and Fatal, by their timestamp. Those that are probably one error are one row. The job decides which are: they
-- have the same error_group, which is a hash of the error's code or type, or without one of the message's shape, and
-- of the top frame of the user's own code.
--
-- error is a title to read: the code, or else the line of the last message that names the error, which is the first
-- one, and of a Python traceback the last one. Two rows with one title broke at two places.
--
-- count is the number of entries, and of failed runs without an entry of the same error_group. So a failure that the
-- run also logged counts once, and the counts add up to the failed runs and the entries, less these failures. Failures
-- and entries that say nothing, neither code nor message nor place, have error_group 0 and error ''.
--
-- runs is the number of runs with the error. run_share is the percentage of the runs that started in the range and had
-- it; NULL if no run started there. A run that logged the error in the range but started before it counts too, which
-- matters only at the beginning of the range.
--
-- The deployments, message and run are those of the first and the last occurrence in the range. A version of 0 and an
-- empty id are unknown, and so is an empty run.
CREATE OR REPLACE VIEW script_analytics.error_groups
DEFINER = script_views SQL SECURITY DEFINER
AS
WITH
    (
        SELECT count() > 0
        FROM script_analytics.reader_accounts
        WHERE user = currentUser() AND account IN ('*', {account:String})
    ) AS may_see,
    (
        SELECT count()
        FROM script_analytics.runs FINAL
        WHERE account = {account:String}
            AND script = {script:String}
            AND executed_on >= parseDateTime64BestEffort({from:String}, 3, 'UTC')
            AND executed_on < parseDateTime64BestEffort({to:String}, 3, 'UTC')
            AND may_see
    ) AS total_runs
SELECT
    error_group,
    leftUTF8(
        trimBoth(
            multiIf(
                last.error_code != '', last.error_code,
                startsWith(last.text, 'Traceback (most recent call last)'), extract(last.text, '([^\n]*)\\s*$'),
                extract(last.text, '^\\s*([^\n]*)')
            )
        ),
        500
    ) AS error,
    times AS count,
    runs,
    if(total_runs = 0, NULL, least(100, round(100 * runs / total_runs, 2))) AS run_share,
    first.time AS first_occurrence,
    last.time AS last_occurrence,
    first.deployment_version AS first_deployment_version,
    first.deployment_id AS first_deployment_id,
    last.deployment_version AS last_deployment_version,
    last.deployment_id AS last_deployment_id,
    last.message AS last_message,
    last.run_id AS last_run_id
FROM
(
    SELECT
        error_group,
        uniqExactIf(run_id, run_id != '') AS runs,
        -- The entries, and the runs that failed and have none of them.
        toUInt64(countIf(logged) + runs - uniqExactIf(run_id, logged AND run_id != '')) AS times,
        argMin(
            CAST(
                (time, deployment_version, deployment_id),
                'Tuple(time DateTime64(6, ''UTC''), deployment_version UInt32, deployment_id String)'
            ),
            (time, sequence, run_id)
        ) AS first,
        argMax(
            CAST(
                (time, run_id, deployment_version, deployment_id, error_code, message, if(message = '', stack, message)),
                'Tuple(time DateTime64(6, ''UTC''), run_id String, deployment_version UInt32, deployment_id String, error_code String, message String, text String)'
            ),
            (time, sequence, run_id)
        ) AS last
    FROM
    (
        SELECT
            true AS logged,
            error_group,
            run_id,
            timestamp AS time,
            sequence,
            deployment_version,
            deployment_id,
            error_code,
            log_message AS message,
            stack_trace AS stack
        FROM script_analytics.logs FINAL
        WHERE account = {account:String}
            AND script = {script:String}
            AND timestamp >= parseDateTime64BestEffort({from:String}, 3, 'UTC')
            AND timestamp < parseDateTime64BestEffort({to:String}, 3, 'UTC')
            AND log_level IN ('Error', 'Fatal')
            AND may_see
        UNION ALL
        SELECT
            false AS logged,
            error_group,
            run_id,
            toDateTime64(executed_on, 6, 'UTC') AS time,
            toUInt64(0) AS sequence,
            deployment_version,
            deployment_id,
            error_code,
            error_message AS message,
            error_stack AS stack
        FROM script_analytics.runs FINAL
        WHERE account = {account:String}
            AND script = {script:String}
            AND executed_on >= parseDateTime64BestEffort({from:String}, 3, 'UTC')
            AND executed_on < parseDateTime64BestEffort({to:String}, 3, 'UTC')
            AND status = 'Failed'
            AND may_see
    )
    GROUP BY error_group
)
ORDER BY count DESC, error_group
COMMENT 'Errors of a script in [from, to) by group, with count, runs and their share in percent, first and last time and deployment, last message and run: account, script, from, to (ISO-8601)';
