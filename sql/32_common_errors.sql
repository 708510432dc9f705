-- The errors of a script in [from, to), the most frequent first. They are entries of level Error and Fatal, by their
-- timestamp, and failed runs, by their start.
--
-- error is the code. Without a code it is the message's pattern: its first line (of a Python traceback the last line,
-- which names the error), where URLs, UUIDs, quoted parts, paths, addresses, and words and numbers that contain a
-- digit are replaced by <*>. If a failed run also logged its error, with the same code or pattern, it counts once. A
-- run that failed without a reason has error ''.
--
-- run_share is the percentage of the runs that started in the range and had the error; NULL if no run started there.
-- A run that logged the error in the range but started before it counts too, which matters only at the beginning of
-- the range.
CREATE OR REPLACE VIEW script_analytics.common_errors
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
    error,
    is_pattern,
    sum(times) AS count,
    min(first_time) AS first_occurrence,
    max(last_time) AS last_occurrence,
    uniqExactIf(run_id, run_id != '') AS runs,
    if(total_runs = 0, NULL, least(100, round(100 * runs / total_runs, 2))) AS run_share,
    argMax(message, last_time) AS last_message,
    argMax(run_id, last_time) AS last_run_id
FROM
(
    SELECT
        error,
        is_pattern,
        run_id,
        -- If a run logged its failure, its log entries count and the failure itself does not.
        if(countIf(logged) > 0, countIf(logged), count()) AS times,
        if(countIf(logged) > 0, minIf(time, logged), min(time)) AS first_time,
        if(countIf(logged) > 0, maxIf(time, logged), max(time)) AS last_time,
        if(countIf(logged) > 0, argMaxIf(message, time, logged), argMax(message, time)) AS message
    FROM
    (
        SELECT
            logged,
            run_id,
            time,
            message,
            error_code = '' AS is_pattern,
            if(
                error_code != '',
                error_code,
                replaceRegexpAll(
                    leftUTF8(
                        trimBoth(
                            if(
                                startsWith(message, 'Traceback (most recent call last)'),
                                extract(message, '([^\n]*)\\s*$'),
                                extract(message, '^\\s*([^\n]*)')
                            )
                        ),
                        500
                    ),
                    concat(
                        '\\b[A-Za-z][A-Za-z0-9+.-]*://[^\\s"\'<>()\\[\\]]+',
                        '|\\b[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}\\b',
                        '|"[^"]*"|`[^`]*`|\\B\'[^\']*\'\\B',
                        '|\\b[A-Za-z]:\\\\[^\\s"\']+',
                        '|\\B/[\\w.@%+~:=-]+(?:/[\\w.@%+~:=-]*)*',
                        '|\\b(?:[0-9A-Fa-f]{0,4}:){3,7}[0-9A-Fa-f]{1,4}\\b',
                        '|\\b[0-9A-Fa-f]{16,}\\b',
                        '|-?\\b\\w*\\d\\w*(?:[.:,/-]\\w*\\d\\w*)*'
                    ),
                    '<*>'
                )
            ) AS error
        FROM
        (
            SELECT
                true AS logged,
                run_id,
                timestamp AS time,
                log_message AS message,
                error_code
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
                run_id,
                toDateTime64(executed_on, 6, 'UTC') AS time,
                error_message AS message,
                error_code
            FROM script_analytics.runs FINAL
            WHERE account = {account:String}
                AND script = {script:String}
                AND executed_on >= parseDateTime64BestEffort({from:String}, 3, 'UTC')
                AND executed_on < parseDateTime64BestEffort({to:String}, 3, 'UTC')
                AND status = 'Failed'
                AND may_see
        )
    )
    GROUP BY error, is_pattern, run_id
)
GROUP BY error, is_pattern
ORDER BY count DESC, error
COMMENT 'Errors of a script in [from, to) by code or message pattern, with count, first and last time, runs and their share in percent: account, script, from, to (ISO-8601)';
