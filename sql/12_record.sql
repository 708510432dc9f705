-- One run with everything that is known of it, and its neighbours in the list of its script's runs, the newest first:
-- all_runs ORDER BY executed_on DESC, run_id. previous_run_id is the row above, the next newer run; next_run_id is the
-- row below, the next older one. A missing neighbour is NULL. A run that does not exist gives no row.
--
-- A run that has only logged is found by its entries, and only_logs is true: executed_on is then the time of its first
-- entry, and status and what else only a run's own events tell is empty or NULL, as are its neighbours.
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
    toString(runs.status) AS status,
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
    original_status,
    deployment_id,
    ended_on,
    trace_id,
    memory_bytes,
    cpu_ms,
    gpu_percent,
    cold_start,
    phases,
    truncated,
    redacted,
    extra,
    retention_days,
    ingested_at,
    coalesce(shortly_after, long_after) AS previous_run_id,
    coalesce(shortly_before, long_before) AS next_run_id,
    false AS only_logs
FROM script_analytics.runs FINAL
WHERE account = {account:String}
    AND script = place.1
    AND executed_on = place.2
    AND run_id = {run_id:String}
    AND may_see
SETTINGS use_skip_indexes_if_final = 0
UNION ALL
SELECT
    any(logs.run_id) AS run_id,
    '' AS status,
    max(logs.deployment_version) AS deployment_version,
    NULL AS response_time,
    max(logs.function) AS function,
    toDateTime64(min(timestamp), 3, 'UTC') AS executed_on,
    '' AS source_type,
    '' AS source,
    '' AS input,
    '' AS output,
    '' AS error_code,
    '' AS error_message,
    '' AS error_stack,
    any(logs.account) AS account,
    max(logs.script) AS script,
    '' AS original_status,
    max(logs.deployment_id) AS deployment_id,
    NULL AS ended_on,
    max(logs.trace_id) AS trace_id,
    NULL AS memory_bytes,
    NULL AS cpu_ms,
    NULL AS gpu_percent,
    NULL AS cold_start,
    CAST(map(), 'Map(LowCardinality(String), Float64)') AS phases,
    [] AS truncated,
    [] AS redacted,
    '' AS extra,
    max(logs.retention_days) AS retention_days,
    max(logs.ingested_at) AS ingested_at,
    NULL AS previous_run_id,
    NULL AS next_run_id,
    true AS only_logs
FROM script_analytics.logs FINAL
WHERE logs.account = {account:String}
    AND logs.run_id = {run_id:String}
    AND {run_id:String} != ''
    AND empty(place.1)
    AND may_see
HAVING count() > 0
-- The index on the run is exact under FINAL, because the run is part of the key of logs.
SETTINGS use_skip_indexes_if_final_exact_mode = 0
COMMENT 'A run with everything that is known of it, and the ids of its neighbours in the list: account, run_id';
