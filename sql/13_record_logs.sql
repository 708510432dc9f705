-- The log entries of a run in order: by time, and within one time captured output by stream and line.
--
-- The view first finds the keys of the run's entries, and then reads these keys with FINAL. It cannot filter by run
-- under FINAL: the last row of a key decides whether the entry exists, and a tombstone contains no run.
CREATE OR REPLACE VIEW script_analytics.record_logs
DEFINER = script_views SQL SECURITY DEFINER
AS
WITH
    (
        SELECT count() > 0
        FROM script_analytics.reader_accounts
        WHERE user = currentUser() AND account IN ('*', {account:String})
    ) AS may_see
SELECT
    log_id,
    log_level,
    log_message,
    timestamp,
    run_id,
    deployment_version,
    function,
    source,
    account,
    script,
    original_level,
    line,
    stream,
    deployment_id,
    source_type,
    request_id,
    duration_ms,
    memory_bytes,
    gpu_percent,
    error_code,
    stack_trace,
    metadata,
    trace_id,
    span_id,
    truncated,
    redacted,
    extra,
    retention_days,
    ingested_at
FROM script_analytics.logs FINAL
WHERE account = {account:String}
    AND (script, timestamp, log_id) IN (
        SELECT script, timestamp, log_id
        FROM script_analytics.logs
        WHERE account = {account:String} AND run_id = {run_id:String} AND may_see
    )
    AND run_id = {run_id:String}
    AND may_see
ORDER BY timestamp, stream, line, log_id
SETTINGS use_skip_indexes_if_final = 0
COMMENT 'The log entries of a run, in order: account, run_id';
