-- The scripts of an account with runs in the rollups, by name: their deployment versions (0 = unknown), oldest first,
-- and the minutes in which their first and last runs started.
CREATE OR REPLACE VIEW script_analytics.scripts
DEFINER = script_views SQL SECURITY DEFINER
AS
SELECT
    script,
    arraySort(groupArray(deployment_version)) AS versions,
    min(first_of_version) AS first_run,
    max(last_of_version) AS last_run
FROM
(
    SELECT
        script,
        deployment_version,
        min(minute) AS first_of_version,
        max(minute) AS last_of_version,
        sum(seen) AS runs
    FROM script_analytics.run_rollups FINAL
    WHERE account = {account:String}
        AND (
            SELECT count() > 0
            FROM script_analytics.reader_accounts
            WHERE user = currentUser() AND account IN ('*', {account:String})
        )
    GROUP BY script, deployment_version
    -- A version may have lost all its runs, when they turned out to belong to another version.
    HAVING runs > 0
)
GROUP BY script
ORDER BY script
COMMENT 'Scripts of an account with their deployment versions and the minutes of their first and last run (UTC): account';
