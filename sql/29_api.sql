-- What the API server asks besides the views that every reader uses.

-- The accounts that the caller sees; '*' stands for all.
CREATE OR REPLACE VIEW script_analytics.visible_accounts
DEFINER = script_views SQL SECURITY DEFINER
AS
SELECT DISTINCT account
FROM script_analytics.reader_accounts
WHERE user = currentUser()
ORDER BY account
COMMENT 'The accounts that the caller sees; * stands for all';

-- The log entries of some scripts that arrived in (after, until], in that order, as rows. The caller takes until from
-- logs_until of arrived_until before, so that no INSERT that is still running becomes visible behind it. Of rows that replace each
-- other only the last counts, and entries that were taken back are left out.
CREATE OR REPLACE VIEW script_analytics.arrived_logs
DEFINER = script_views SQL SECURITY DEFINER
AS
SELECT *
FROM
(
    SELECT *
    FROM script_analytics.logs
    WHERE account = {account:String}
        AND script IN ({scripts:Array(String)})
        AND ingested_at > {after:DateTime64(3, 'UTC')}
        AND ingested_at <= {until:DateTime64(3, 'UTC')}
        AND (
            SELECT count() > 0
            FROM script_analytics.reader_accounts
            WHERE user = currentUser() AND account IN ('*', {account:String})
        )
    ORDER BY version DESC, ingested_at DESC
    LIMIT 1 BY script, timestamp, log_id, run_id
)
WHERE is_deleted = 0
ORDER BY ingested_at, timestamp, sequence, log_id
COMMENT 'Log entries of scripts that arrived in (after, until]: account, scripts, after, until (UTC)';

-- The runs of some scripts that arrived in (after, until], in that order, and arrived: when each last did so. The caller
-- takes until from runs_until of arrived_until before.
--
-- A run is shown as all_runs has it now, and not as the row says that arrived. A job that starts again from a checkpoint
-- writes the start of a run once more whose end is stored already; alone, that row would say the run is in progress.
CREATE OR REPLACE VIEW script_analytics.arrived_runs
DEFINER = script_views SQL SECURITY DEFINER
AS
WITH arrivals AS
(
    SELECT script, executed_on, run_id, max(ingested_at) AS arrived
    FROM script_analytics.runs
    WHERE account = {account:String}
        AND script IN ({scripts:Array(String)})
        AND ingested_at > {after:DateTime64(3, 'UTC')}
        AND ingested_at <= {until:DateTime64(3, 'UTC')}
        AND (
            SELECT count() > 0
            FROM script_analytics.reader_accounts
            WHERE user = currentUser() AND account IN ('*', {account:String})
        )
    GROUP BY script, executed_on, run_id
)
SELECT known.*, arrivals.arrived
FROM
(
    SELECT *
    FROM script_analytics.runs FINAL
    WHERE account = {account:String}
        AND script IN ({scripts:Array(String)})
        AND (script, executed_on, run_id) IN (SELECT script, executed_on, run_id FROM arrivals)
) AS known
INNER JOIN arrivals USING (script, executed_on, run_id)
ORDER BY arrived, executed_on, run_id
COMMENT 'Runs of scripts that arrived in (after, until], as they are known now: account, scripts, after, until (UTC)';
