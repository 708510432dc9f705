-- The log entries of a script in [from, to), each once and as complete as it is known; in no order. Entries whose script
-- is not known are found under script ''.
--
-- Search in it:
--     log_message LIKE '%declined by the bank%'    what contains a text; needles of 4 characters and more use the index
--     hasToken(log_message, 'timeout')             what contains a whole word; for several, hasToken(…) AND hasToken(…)
--     match(log_message, 'code [45]..')            a regular expression
--     JSONExtractFloat(metadata, 'gpuUtilization') > 90, JSONExtractString(metadata, 'batch', 'name') = 'nightly'
CREATE OR REPLACE VIEW script_analytics.all_logs
DEFINER = script_views SQL SECURITY DEFINER
AS
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
    AND script = {script:String}
    AND timestamp >= {from:DateTime64(3, 'UTC')}
    AND timestamp < {to:DateTime64(3, 'UTC')}
    AND (
        SELECT count() > 0
        FROM script_analytics.reader_accounts
        WHERE user = currentUser() AND account IN ('*', {account:String})
    )
COMMENT 'Log entries of a script in [from, to): account, script, from, to (UTC); script '''' has those whose script is unknown';
