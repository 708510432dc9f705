-- The log entries of a script in [from, to): each once and as complete as it is known, in no particular order.
-- Entries whose script is not known are found under script ''.
--
-- The order in which a script logged is timestamp, sequence, log_id; the newest first is the reverse of all three.
-- ORDER BY timestamp DESC, sequence DESC, log_id DESC with a LIMIT reads only the beginning of the key's order.
--
-- Indexes choose what is read before FINAL sees it. That is exact only if rows that replace each other agree in the
-- indexed columns. Id and run of an entry are part of the key. The message is not, but all rows of an entry have the
-- same, and so do tombstones of captured lines. The exception is tombstones under script '', which have none; the view
-- looks them up separately. (ClickHouse's exact mode has no such condition, but reads whole parts if a key has a column
-- in descending order.)
--
-- There are two cases in which a search may find an old row by its old message until the day has been merged: the job
-- reads its topics again with other masking patterns or another cut length, or a producer gives one log id to two
-- messages of the same run and time.
--
-- pattern names the message template, as in log_patterns; 0 is other. The shapes of the script are looked up once per
-- question, so a filter by pattern costs little more than one by level.
--
-- Searches:
--     log_message LIKE '%declined by the bank%'    contains a text; needles of 4 bytes or more use the index
--     hasToken(log_message, 'timeout')             contains a whole word; for several, hasToken(…) AND hasToken(…)
--     match(log_message, 'code [45]..')            matches a regular expression
--     JSONExtractFloat(metadata, 'gpuUtilization') > 90, JSONExtractString(metadata, 'batch', 'name') = 'nightly'
CREATE OR REPLACE VIEW script_analytics.all_logs
DEFINER = script_views SQL SECURITY DEFINER
AS
WITH
    (
        SELECT (groupArray(shape), groupArray(pattern))
        FROM script_analytics.log_shapes FINAL
        WHERE account = {account:String} AND script = {script:String}
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
    transform(shape, patterns.1, patterns.2, toUInt64(0)) AS pattern,
    error_group,
    retention_days,
    ingested_at
FROM script_analytics.logs FINAL
WHERE account = {account:String}
    AND script = {script:String}
    AND timestamp >= parseDateTime64BestEffort({from:String}, 3, 'UTC')
    AND timestamp < parseDateTime64BestEffort({to:String}, 3, 'UTC')
    AND (
        {script:String} != ''
        OR (timestamp, log_id, run_id) NOT IN (
            SELECT timestamp, log_id, run_id
            FROM script_analytics.logs
            WHERE account = {account:String}
                AND script = ''
                AND {script:String} = ''
                AND timestamp >= parseDateTime64BestEffort({from:String}, 3, 'UTC')
                AND timestamp < parseDateTime64BestEffort({to:String}, 3, 'UTC')
                AND is_deleted = 1
        )
    )
    AND (
        SELECT count() > 0
        FROM script_analytics.reader_accounts
        WHERE user = currentUser() AND account IN ('*', {account:String})
    )
SETTINGS use_skip_indexes_if_final_exact_mode = 0
COMMENT 'Log entries of a script in [from, to): account, script, from, to (ISO-8601); script '''' holds entries whose script is unknown';
