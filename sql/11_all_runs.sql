-- The runs of a script that started in [from, to): each once and as complete as it is known, in no particular order.
--
-- The only index is on run_id, which is part of the key. So an excluded granule holds no other row of the same run,
-- and ClickHouse's exact mode, which looks for such rows by reading whole parts, is not needed.
CREATE OR REPLACE VIEW script_analytics.all_runs
DEFINER = script_views SQL SECURITY DEFINER
AS
SELECT
    run_id,
    status,
    deployment_version,
    response_time,
    function,
    executed_on,
    source_type,
    source,
    account,
    script,
    original_status,
    deployment_id,
    ended_on,
    input,
    output,
    error_code,
    error_message,
    error_stack,
    error_group,
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
    ingested_at
FROM script_analytics.runs FINAL
WHERE account = {account:String}
    AND script = {script:String}
    AND executed_on >= parseDateTime64BestEffort({from:String}, 3, 'UTC')
    AND executed_on < parseDateTime64BestEffort({to:String}, 3, 'UTC')
    -- The view runs with the rights of script_views, so it must check the caller's accounts itself.
    AND (
        SELECT count() > 0
        FROM script_analytics.reader_accounts
        WHERE user = currentUser() AND account IN ('*', {account:String})
    )
SETTINGS use_skip_indexes_if_final_exact_mode = 0
COMMENT 'Runs of a script that started in [from, to): account, script, from, to (ISO-8601)';
