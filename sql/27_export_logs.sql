-- The log entries of GET /exports/{script}_logs_data.*, newest first, in the order of the key. Captured lines of one
-- time come last line first.
CREATE OR REPLACE VIEW script_analytics.export_logs
DEFINER = script_views SQL SECURITY DEFINER
AS
WITH
    (
        SELECT (negated, conditions)
        FROM script_analytics.filter_conditions(
            filter = {filter:Nullable(String)},
            texts = [
                'log_id', 'log_level', 'log_message', 'run_id', 'function', 'source', 'source_type', 'original_level', 'stream',
                'deployment_id', 'request_id', 'error_code', 'stack_trace', 'metadata', 'trace_id', 'span_id'
            ],
            numbers = ['line', 'deployment_version', 'duration_ms', 'memory_bytes', 'gpu_percent'],
            words = map('log_level', ['Stdout', 'Stderr', 'Debug', 'Info', 'Warning', 'Error', 'Fatal'])
        )
    ) AS filter_said,
    filter_said.1 AS negated,
    filter_said.2 AS conditions
SELECT *
FROM script_analytics.all_logs(
    account = (
        SELECT account
        FROM script_analytics.requested_range(account = {account:Nullable(String)}, from = {from:Nullable(String)}, to = {to:Nullable(String)})
    ),
    script = {script:String},
    from = (
        SELECT from
        FROM script_analytics.requested_range(account = {account:Nullable(String)}, from = {from:Nullable(String)}, to = {to:Nullable(String)})
    ),
    to = (
        SELECT to
        FROM script_analytics.requested_range(account = {account:Nullable(String)}, from = {from:Nullable(String)}, to = {to:Nullable(String)})
    )
)
WHERE negated != (
    script_analytics_text_passes(conditions['log_id'], log_id)
    AND script_analytics_text_passes(conditions['log_level'], toString(log_level))
    AND script_analytics_text_passes(conditions['log_message'], log_message)
    AND script_analytics_text_passes(conditions['run_id'], run_id)
    AND script_analytics_text_passes(conditions['function'], function)
    AND script_analytics_text_passes(conditions['source'], source)
    AND script_analytics_text_passes(conditions['source_type'], source_type)
    AND script_analytics_text_passes(conditions['original_level'], original_level)
    AND script_analytics_text_passes(conditions['stream'], stream)
    AND script_analytics_text_passes(conditions['deployment_id'], deployment_id)
    AND script_analytics_text_passes(conditions['request_id'], request_id)
    AND script_analytics_text_passes(conditions['error_code'], error_code)
    AND script_analytics_text_passes(conditions['stack_trace'], stack_trace)
    AND script_analytics_text_passes(conditions['metadata'], metadata)
    AND script_analytics_text_passes(conditions['trace_id'], trace_id)
    AND script_analytics_text_passes(conditions['span_id'], span_id)
    AND script_analytics_number_passes(conditions['line'], toFloat64(line), line = 0)
    AND script_analytics_number_passes(conditions['deployment_version'], toFloat64(deployment_version), deployment_version = 0)
    AND script_analytics_number_passes(conditions['duration_ms'], duration_ms, isNull(duration_ms))
    AND script_analytics_number_passes(conditions['memory_bytes'], toFloat64(memory_bytes), isNull(memory_bytes))
    AND script_analytics_number_passes(conditions['gpu_percent'], gpu_percent, isNull(gpu_percent))
)
ORDER BY timestamp DESC, run_id, stream, line DESC, log_id
SETTINGS do_not_merge_across_partitions_select_final = 1, read_in_order_use_buffering = 0, max_block_size = 2048
COMMENT 'Log entries of a script in [from, to), filtered, newest first: account, script, from, to (ISO-8601), filter (JSON or NULL)';

-- The columns of the dashboard's tab Logs, with its headings, for CSV.
CREATE OR REPLACE VIEW script_analytics.export_logs_table
DEFINER = script_views SQL SECURITY DEFINER
AS
SELECT
    script_analytics_cell(log_id) AS `Log ID`,
    log_level AS `Log Level`,
    script_analytics_cell(log_message) AS `Log Message`,
    timestamp AS `Timestamp`
FROM script_analytics.export_logs(
    account = {account:Nullable(String)},
    script = {script:String},
    from = {from:Nullable(String)},
    to = {to:Nullable(String)},
    filter = {filter:Nullable(String)}
)
COMMENT 'The rows of export_logs with the dashboard''s columns: account, script, from, to (ISO-8601), filter (JSON or NULL)';

-- Log entries as lines of text: time [LEVEL] source: message in seconds (run). Further lines of a message are
-- indented, so that none of them looks like an entry.
CREATE OR REPLACE VIEW script_analytics.export_logs_text
DEFINER = script_views SQL SECURITY DEFINER
AS
SELECT concat(
    replaceOne(toString(toDateTime64(timestamp, 3, 'UTC')), ' ', 'T'),
    'Z [',
    if(log_level = 'Warning', 'WARN', upper(toString(log_level))),
    '] ',
    if(source = '', '', concat(replaceRegexpAll(source, '[\r\n]+', ' '), ': ')),
    replaceAll(replaceRegexpAll(log_message, '\r\n|\r', '\n'), '\n', '\n    '),
    if(
        isNull(duration_ms) OR log_level IN ('Warning', 'Error', 'Fatal'),
        '',
        concat(' in ', toString(assumeNotNull(duration_ms) / 1000), 's')
    ),
    if(run_id = '', '', concat(' (', replaceRegexpAll(run_id, '[\r\n]+', ' '), ')'))
) AS line
FROM script_analytics.export_logs(
    account = {account:Nullable(String)},
    script = {script:String},
    from = {from:Nullable(String)},
    to = {to:Nullable(String)},
    filter = {filter:Nullable(String)}
)
COMMENT 'The rows of export_logs as lines of text: account, script, from, to (ISO-8601), filter (JSON or NULL)';
