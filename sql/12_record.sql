-- One run with everything that is known of it, and the ids of the runs of its script before (older) and after it. A
-- missing neighbour is NULL. The order is that of all_runs ORDER BY executed_on DESC, run_id. A run that does not
-- exist gives no row.
--
-- The neighbours are looked up without FINAL, because a run's key never changes and a run is never taken back. If one
-- id arrived with two starts (the second after the job had forgotten the first), the fuller row is shown, and the
-- later one of equally full rows.
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
    -- In the order of the key the neighbours are the next rows. Those within a day lie in one or two partitions.
    -- All partitions are opened only if there is no such row.
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
COMMENT 'A run with everything that is known of it, and the ids of the runs of its script before and after it: account, run_id';
