-- One run, with all that is known of it, and the runs of its script before (older) and after it; NULL where there is none.
-- The order is that of all_runs ORDER BY executed_on DESC, run_id. No row where there is no such run.
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
    -- In the order of the key these are the next to be read; those within a day are in one or two partitions, and only
    -- where there is none all partitions are opened.
    (
        SELECT run_id
        FROM script_analytics.runs
        WHERE account = {account:String}
            AND script = place.1
            AND executed_on <= place.2
            AND (executed_on < place.2 OR run_id > {run_id:String})
            AND executed_on >= place.2 - toIntervalDay(1)
            AND may_see
        ORDER BY executed_on DESC, run_id
        LIMIT 1
    ) AS shortly_before,
    (
        SELECT run_id
        FROM script_analytics.runs
        WHERE account = {account:String}
            AND script = place.1
            AND executed_on >= place.2
            AND (executed_on > place.2 OR run_id < {run_id:String})
            AND executed_on <= place.2 + toIntervalDay(1)
            AND may_see
        ORDER BY executed_on, run_id DESC
        LIMIT 1
    ) AS shortly_after,
    (
        SELECT run_id
        FROM script_analytics.runs
        WHERE account = {account:String}
            AND script = place.1
            AND executed_on <= place.2
            AND (executed_on < place.2 OR run_id > {run_id:String})
            AND isNull(shortly_before)
            AND may_see
        ORDER BY executed_on DESC, run_id
        LIMIT 1
    ) AS long_before,
    (
        SELECT run_id
        FROM script_analytics.runs
        WHERE account = {account:String}
            AND script = place.1
            AND executed_on >= place.2
            AND (executed_on > place.2 OR run_id < {run_id:String})
            AND isNull(shortly_after)
            AND may_see
        ORDER BY executed_on, run_id DESC
        LIMIT 1
    ) AS long_after
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
    coalesce(shortly_before, long_before) AS previous_run_id,
    coalesce(shortly_after, long_after) AS next_run_id
FROM script_analytics.runs FINAL
WHERE account = {account:String}
    AND script = place.1
    AND executed_on = place.2
    AND run_id = {run_id:String}
    AND may_see
SETTINGS use_skip_indexes_if_final = 0
COMMENT 'A run with all that is known of it, and the runs of its script before and after it: account, run_id';
