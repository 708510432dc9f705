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
-- arrived_until before, so that no INSERT that is still running becomes visible behind it. Of rows that replace each
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
