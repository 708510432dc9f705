-- The accounts that the caller sees and that have runs in the rollups, by name. For the account chooser.
CREATE OR REPLACE VIEW script_analytics.accounts
DEFINER = script_views SQL SECURITY DEFINER
AS
SELECT DISTINCT account
FROM script_analytics.run_rollups
WHERE account IN (SELECT account FROM script_analytics.reader_accounts WHERE user = currentUser())
    OR (SELECT count() > 0 FROM script_analytics.reader_accounts WHERE user = currentUser() AND account = '*')
ORDER BY account
COMMENT 'Accounts with runs that the caller sees';

-- The deployment versions of a script (0 = unknown), with the minutes in which the first and the last run of each
-- started, as far back as rollups are kept (400 days). Dashboards mark a new version with them.
CREATE OR REPLACE VIEW script_analytics.script_versions
DEFINER = script_views SQL SECURITY DEFINER
AS
SELECT
    deployment_version,
    min(minute) AS first_run,
    max(minute) AS last_run
FROM script_analytics.run_rollups FINAL
WHERE account = {account:String}
    AND script = {script:String}
    AND (
        SELECT count() > 0
        FROM script_analytics.reader_accounts
        WHERE user = currentUser() AND account IN ('*', {account:String})
    )
GROUP BY deployment_version
-- A version may have lost all its runs, when they turned out to belong to another version.
HAVING sum(seen) > 0
ORDER BY deployment_version
COMMENT 'Deployment versions of a script and the minutes of their first and last run (UTC): account, script';
