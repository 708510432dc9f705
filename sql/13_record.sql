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
--
-- Most of the time is planning, and ClickHouse plans a subquery of WITH again wherever another one or a branch of UNION
-- ALL names it. So each subquery names one other, and passes on what it knows.
CREATE OR REPLACE VIEW script_analytics.record
DEFINER = script_views SQL SECURITY DEFINER
AS
WITH
    -- Where the run is. The fullest row counts. The rights need no check elsewhere: nothing is read without a place.
    (
        SELECT argMax((script, executed_on), (version, executed_on))
        FROM script_analytics.runs
        WHERE account = {account:String}
            AND (script, executed_on) IN (
                SELECT script, executed_on
                FROM script_analytics.run_ids
                WHERE account = {account:String}
                    AND id_hash = toUInt32(cityHash64({run_id:String}))
                    AND (
                        SELECT count() > 0
                        FROM script_analytics.reader_accounts
                        WHERE user = currentUser() AND account IN ('*', {account:String})
                    )
            )
            AND run_id = {run_id:String}
    ) AS place,
    -- The next and the previous row within ten minutes, which are a granule or two of most scripts. The list is in the
    -- order of (-time, id). Missing ids are empty.
    (
        SELECT (
            place.1,
            place.2,
            minIf((-toUnixTimestamp64Milli(executed_on), run_id), executed_on < place.2 OR (executed_on = place.2 AND run_id > {run_id:String})).2,
            maxIf((-toUnixTimestamp64Milli(executed_on), run_id), executed_on > place.2 OR (executed_on = place.2 AND run_id < {run_id:String})).2)
        FROM script_analytics.runs
        WHERE account = {account:String}
            AND script = place.1
            AND executed_on >= place.2 - toIntervalMinute(10)
            AND executed_on <= place.2 + toIntervalMinute(10)
    ) AS near,
    -- Those further away. The script's other days are read only if one of them is missing.
    (
        SELECT (
            near.1,
            near.2,
            near.3,
            near.4,
            minIf((-toUnixTimestamp64Milli(executed_on), run_id), executed_on < near.2).2,
            maxIf((-toUnixTimestamp64Milli(executed_on), run_id), executed_on > near.2).2)
        FROM script_analytics.runs
        WHERE account = {account:String}
            AND script = near.1
            AND (
                (near.3 = '' AND executed_on < near.2 - toIntervalMinute(10))
                OR (near.4 = '' AND executed_on > near.2 + toIntervalMinute(10))
            )
    ) AS found
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
    error_group,
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
    nullIf(if(found.4 = '', found.6, found.4), '') AS previous_run_id,
    nullIf(if(found.3 = '', found.5, found.3), '') AS next_run_id,
    false AS only_logs
FROM script_analytics.runs FINAL
WHERE account = {account:String}
    AND script = found.1
    AND executed_on = found.2
    AND run_id = {run_id:String}
UNION ALL
SELECT
    {run_id:String} AS run_id,
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
    toUInt64(0) AS error_group,
    {account:String} AS account,
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
    AND place.1 = ''
    AND (
        SELECT count() > 0
        FROM script_analytics.reader_accounts
        WHERE user = currentUser() AND account IN ('*', {account:String})
    )
HAVING count() > 0
-- The index on the run is exact under FINAL, because the run is part of the key of logs.
SETTINGS use_skip_indexes_if_final_exact_mode = 0
COMMENT 'A run with everything that is known of it, and the ids of its neighbours in the list: account, run_id';
