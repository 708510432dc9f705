-- The runs of GET /exports/{script}_runs_data.*, newest first. That is the key's own order, so a result of any length
-- is read, sorted and sent piece by piece. All rows that replace each other are in one day, so FINAL need not look
-- beyond it. ClickHouse reads all days side by side. Small blocks without buffering keep the memory small: 260 MB for
-- five million log entries of 29 days, where the default settings take 1,070 MB. The status is text, because a reader of
-- Parquet takes an enumeration for bytes.
CREATE OR REPLACE VIEW script_analytics.export_runs
DEFINER = script_views SQL SECURITY DEFINER
AS
WITH
    (
        SELECT (negated, conditions)
        FROM script_analytics.filter_conditions(
            filter = {filter:Nullable(String)},
            texts = [
                'run_id', 'status', 'original_status', 'function', 'source_type', 'source', 'deployment_id', 'input',
                'output', 'error_code', 'error_message', 'error_stack', 'trace_id'
            ],
            numbers = ['deployment_version', 'response_time', 'memory_bytes', 'cpu_ms', 'gpu_percent', 'cold_start'],
            words = map('status', ['In Progress', 'Success', 'Failed'])
        )
    ) AS filter_said,
    filter_said.1 AS negated,
    filter_said.2 AS conditions
SELECT * REPLACE (toString(status) AS status)
FROM script_analytics.all_runs(
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
    script_analytics_text_passes(conditions['run_id'], run_id)
    AND script_analytics_text_passes(conditions['status'], toString(status))
    AND script_analytics_text_passes(conditions['original_status'], original_status)
    AND script_analytics_text_passes(conditions['function'], function)
    AND script_analytics_text_passes(conditions['source_type'], source_type)
    AND script_analytics_text_passes(conditions['source'], source)
    AND script_analytics_text_passes(conditions['deployment_id'], deployment_id)
    AND script_analytics_text_passes(conditions['input'], input)
    AND script_analytics_text_passes(conditions['output'], output)
    AND script_analytics_text_passes(conditions['error_code'], error_code)
    AND script_analytics_text_passes(conditions['error_message'], error_message)
    AND script_analytics_text_passes(conditions['error_stack'], error_stack)
    AND script_analytics_text_passes(conditions['trace_id'], trace_id)
    AND script_analytics_number_passes(conditions['deployment_version'], toFloat64(deployment_version), deployment_version = 0)
    AND script_analytics_number_passes(conditions['response_time'], response_time, isNull(response_time))
    AND script_analytics_number_passes(conditions['memory_bytes'], toFloat64(memory_bytes), isNull(memory_bytes))
    AND script_analytics_number_passes(conditions['cpu_ms'], cpu_ms, isNull(cpu_ms))
    AND script_analytics_number_passes(conditions['gpu_percent'], gpu_percent, isNull(gpu_percent))
    AND script_analytics_number_passes(conditions['cold_start'], toFloat64(cold_start), isNull(cold_start))
)
ORDER BY executed_on DESC
SETTINGS do_not_merge_across_partitions_select_final = 1, read_in_order_use_buffering = 0, max_block_size = 2048
COMMENT 'Runs of a script that started in [from, to), filtered, newest first: account, script, from, to (ISO-8601), filter (JSON or NULL)';

-- A cell of a table for a spreadsheet. A value that a spreadsheet would run as a formula gets an apostrophe in front,
-- which marks it as text. The signs are OWASP's list, with the full-width ones of East Asian keyboards.
CREATE OR REPLACE FUNCTION script_analytics_cell AS (value) ->
    if(
        substring(value, 1, 1) IN ('=', '+', '-', '@', '\t', '\r', '\n')
            OR substring(value, 1, 3) IN ('＝', '＋', '－', '＠'),
        concat('''', value),
        value
    );

-- The columns of the dashboard's tab All Runs, with its headings, for CSV. NULL becomes an empty text, where
-- ClickHouse would write \N.
CREATE OR REPLACE VIEW script_analytics.export_runs_table
DEFINER = script_views SQL SECURITY DEFINER
AS
SELECT
    script_analytics_cell(run_id) AS `Run ID`,
    status AS `Status`,
    deployment_version AS `Deployment Version`,
    ifNull(toString(response_time), '') AS `Response Time`,
    script_analytics_cell(function) AS `Function`,
    executed_on AS `Executed On`,
    script_analytics_cell(source_type) AS `Source Type`,
    script_analytics_cell(source) AS `Source`
FROM script_analytics.export_runs(
    account = {account:Nullable(String)},
    script = {script:String},
    from = {from:Nullable(String)},
    to = {to:Nullable(String)},
    filter = {filter:Nullable(String)}
)
COMMENT 'The rows of export_runs with the dashboard''s columns: account, script, from, to (ISO-8601), filter (JSON or NULL)';
