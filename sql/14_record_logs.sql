-- The log entries of a run in the order in which it wrote them.
--
-- The index on the run chooses what is read before FINAL sees it. That is exact, because the run is part of the key: a
-- tombstone is always read together with the rows that it removes. The index on the message is left out, since
-- tombstones under script '' have no message (all_logs).
--
-- pattern names the message template, as in log_patterns; 0 is other.
CREATE OR REPLACE VIEW script_analytics.record_logs
DEFINER = script_views SQL SECURITY DEFINER
AS
WITH
    -- A shape is one of its script: that of the run, or of another run whose id has the same hash.
    (
        SELECT (min(script), max(script), count())
        FROM script_analytics.run_ids
        WHERE account = {account:String} AND id_hash = toUInt32(cityHash64({run_id:String}))
    ) AS of_run,
    -- A run that has only logged is found by its entries.
    (
        SELECT max(script)
        FROM script_analytics.logs
        WHERE account = {account:String} AND run_id = {run_id:String} AND of_run.3 = 0
    ) AS of_entries,
    (
        SELECT (groupArray(sipHash64(script, shape)), groupArray(pattern))
        FROM script_analytics.log_shapes FINAL
        WHERE account = {account:String} AND script IN (of_run.1, of_run.2, of_entries)
    ) AS patterns
SELECT
    log_id,
    log_level,
    log_message,
    timestamp,
    sequence,
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
    shape,
    transform(sipHash64(script, shape), patterns.1, patterns.2, toUInt64(0)) AS pattern,
    error_group,
    retention_days,
    ingested_at
FROM script_analytics.logs FINAL
WHERE account = {account:String}
    AND run_id = {run_id:String}
    AND (
        SELECT count() > 0
        FROM script_analytics.reader_accounts
        WHERE user = currentUser() AND account IN ('*', {account:String})
    )
ORDER BY timestamp, sequence, log_id
SETTINGS use_skip_indexes_if_final_exact_mode = 0, ignore_data_skipping_indices = 'message_parts'
COMMENT 'The log entries of a run, in order: account, run_id';
