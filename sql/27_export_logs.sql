-- The log entries of GET /exports/{script}_logs_data.*, newest first. The key has the time in this order, too, so a
-- result of any length is read, sorted and sent piece by piece. The level is text, because a reader of Parquet takes an
-- enumeration for bytes.
--
-- A query with a LIMIT repeats the ORDER BY. Without it ClickHouse 26.7 fails with error 10, because it would read the
-- other columns later and does not find the sorted ones then.
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
SELECT * REPLACE (toString(log_level) AS log_level)
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
ORDER BY timestamp DESC, sequence DESC, log_id DESC
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

-- A text whose further lines are indented, and whose other control characters are visible. A line ends wherever Unicode
-- or a programming language says so, because readers split texts at different characters: Python's splitlines at all of
-- these. A terminal would obey the other control characters, so they become \x1b and the like; only tabs stay. The
-- characters that change the direction of text become \u202e and the like, because with them a line reads otherwise than
-- it is (CVE-2021-42574). They are those of Unicode's property Bidi_Control.
--
-- Most texts have none of these, and for them the arrays are empty.
CREATE OR REPLACE FUNCTION script_analytics_indented AS (text) ->
    replaceRegexpAll(
        arrayFold(
            (shown, code) -> replaceAll(
                shown,
                if(code < 128, char(code), char(194, code)),
                concat('\\x', lower(hex(toUInt8(code))))
            ),
            if(
                match(text, '[\\x00-\\x08\\x0e-\\x1b\\x1f\\x7f-\\x{84}\\x{86}-\\x{9f}]'),
                arrayConcat(range(0, 9), range(14, 28), [31], range(127, 133), range(134, 160)),
                []
            ),
            arrayFold(
                (shown, direction) -> replaceAll(shown, direction.1, direction.2),
                if(
                    match(text, '[\\x{61c}\\x{200e}\\x{200f}\\x{202a}-\\x{202e}\\x{2066}-\\x{2069}]'),
                    [
                        (char(216, 156), '\\u061c'), (char(226, 128, 142), '\\u200e'), (char(226, 128, 143), '\\u200f'),
                        (char(226, 128, 170), '\\u202a'), (char(226, 128, 171), '\\u202b'),
                        (char(226, 128, 172), '\\u202c'), (char(226, 128, 173), '\\u202d'),
                        (char(226, 128, 174), '\\u202e'), (char(226, 129, 166), '\\u2066'),
                        (char(226, 129, 167), '\\u2067'), (char(226, 129, 168), '\\u2068'),
                        (char(226, 129, 169), '\\u2069')
                    ],
                    []
                ),
                text
            )
        ),
        '\\r\\n|[\\n\\r\\v\\f\\x1c-\\x1e\\x{85}\\x{2028}\\x{2029}]',
        '\n    '
    );

-- Log entries as lines of text: time [LEVEL] source: message in seconds (run). Further lines are indented, so that none
-- of them looks like an entry.
CREATE OR REPLACE VIEW script_analytics.export_logs_text
DEFINER = script_views SQL SECURITY DEFINER
AS
SELECT script_analytics_indented(concat(
    replaceOne(toString(toDateTime64(timestamp, 3, 'UTC')), ' ', 'T'),
    'Z [',
    if(log_level = 'Warning', 'WARN', upper(log_level)),
    '] ',
    if(source = '', '', concat(source, ': ')),
    log_message,
    if(
        isNull(duration_ms) OR log_level IN ('Warning', 'Error', 'Fatal'),
        '',
        concat(' in ', toString(assumeNotNull(duration_ms) / 1000), 's')
    ),
    if(run_id = '', '', concat(' (', run_id, ')'))
)) AS line
FROM script_analytics.export_logs(
    account = {account:Nullable(String)},
    script = {script:String},
    from = {from:Nullable(String)},
    to = {to:Nullable(String)},
    filter = {filter:Nullable(String)}
)
COMMENT 'The rows of export_logs as lines of text: account, script, from, to (ISO-8601), filter (JSON or NULL)';
