-- The accounts that the caller sees and of which the rollups know a run, by name: the account chooser.
CREATE OR REPLACE VIEW script_analytics.accounts
DEFINER = script_views SQL SECURITY DEFINER
AS
SELECT DISTINCT account
FROM script_analytics.run_rollups
WHERE account IN (SELECT account FROM script_analytics.reader_accounts WHERE user = currentUser())
    OR (SELECT count() > 0 FROM script_analytics.reader_accounts WHERE user = currentUser() AND account = '*')
ORDER BY account
COMMENT 'Accounts that the caller sees and that have runs';

-- The deployed versions of a script with the minutes in which the first and the last run of each started, however long
-- ago (rollups live 400 days); 0 = unknown. The marks "new version" of a dashboard.
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
-- A version that all runs were taken back from, when they turned out to be another's, has none left.
HAVING sum(seen) > 0
ORDER BY deployment_version
COMMENT 'Deployed versions of a script and the minutes of their first and last run (UTC): account, script';
