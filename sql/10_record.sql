-- One run, with all that is known of it, and the runs of its script before and after it, by start and then by id; NULL
-- where there is none. No row where there is no such run.
--
-- The neighbours are looked for without FINAL: what is in the key of a run never changes, and a run is never taken back.
-- Should an id have come with two starts (the second after the job had forgotten the first), the fuller row is shown, and
-- of equally full ones the later.
CREATE OR REPLACE VIEW script_analytics.record
DEFINER = script_views SQL SECURITY DEFINER
AS
WITH
    (
        SELECT count() > 0
        FROM script_analytics.reader_accounts
        WHERE user = currentUser() AND account IN ('*', {account:String})
    ) AS may_see,
    (
        SELECT argMax((script, executed_on), (version, executed_on))
        FROM script_analytics.runs
        WHERE account = {account:String} AND run_id = {run_id:String} AND may_see
    ) AS place,
    -- By the time alone these are read from the key, without looking at all of the script's runs; and within a day from
    -- one or two partitions, without opening them all.
    (
        SELECT executed_on
        FROM script_analytics.runs
        WHERE account = {account:String}
            AND script = place.1
            AND executed_on < place.2
            AND executed_on >= place.2 - toIntervalDay(1)
            AND may_see
        ORDER BY executed_on DESC
        LIMIT 1
    ) AS time_shortly_before,
    (
        SELECT executed_on
        FROM script_analytics.runs
        WHERE account = {account:String}
            AND script = place.1
            AND executed_on > place.2
            AND executed_on <= place.2 + toIntervalDay(1)
            AND may_see
        ORDER BY executed_on
        LIMIT 1
    ) AS time_shortly_after,
    (
        SELECT executed_on
        FROM script_analytics.runs
        WHERE account = {account:String}
            AND script = place.1
            AND executed_on < place.2
            AND isNull(time_shortly_before)
            AND may_see
        ORDER BY executed_on DESC
        LIMIT 1
    ) AS time_long_before,
    (
        SELECT executed_on
        FROM script_analytics.runs
        WHERE account = {account:String}
            AND script = place.1
            AND executed_on > place.2
            AND isNull(time_shortly_after)
            AND may_see
        ORDER BY executed_on
        LIMIT 1
    ) AS time_long_after
SELECT
    run_id,
    status,
    deployment_version,
    response_time,
    function,
    executed_on,
    source_type,
    source,
    input,
    output,
    error_code,
    error_message,
    error_stack,
    account,
    script,
    deployment_id,
    ended_on,
    trace_id,
    memory_bytes,
    cpu_ms,
    gpu_percent,
    cold_start,
    truncated,
    redacted,
    extra,
    retention_days,
    ingested_at,
    nullIf(
        (
            SELECT argMax(run_id, (executed_on, run_id))
            FROM script_analytics.runs
            WHERE account = {account:String}
                AND script = place.1
                AND executed_on IN (place.2, time_shortly_before, time_long_before)
                AND (executed_on < place.2 OR run_id < {run_id:String})
                AND may_see
        ),
        ''
    ) AS previous_run_id,
    nullIf(
        (
            SELECT argMin(run_id, (executed_on, run_id))
            FROM script_analytics.runs
            WHERE account = {account:String}
                AND script = place.1
                AND executed_on IN (place.2, time_shortly_after, time_long_after)
                AND (executed_on > place.2 OR run_id > {run_id:String})
                AND may_see
        ),
        ''
    ) AS next_run_id
FROM script_analytics.runs FINAL
WHERE account = {account:String}
    AND script = place.1
    AND executed_on = place.2
    AND run_id = {run_id:String}
    AND may_see
SETTINGS use_skip_indexes_if_final = 0
COMMENT 'A run with all that is known of it, and the runs of its script before and after it: account, run_id';
