-- The scripts of an account with runs or log entries, by name: their deployment versions (0 = known by id or unknown),
-- and the times of their first and last runs and log entries. Without runs the times of runs are NULL, and without
-- entries those of entries. Entries whose script is unknown belong to no script here.
--
-- A run or entry whose deployment is not known at first leaves version 0 among the deployments. So version 0 counts
-- only where the script has no other version, or where there are runs of it in the rollups; those are read for the
-- scripts that have both, which are few.
CREATE OR REPLACE VIEW script_analytics.scripts
DEFINER = script_views SQL SECURITY DEFINER
AS
WITH
    (SELECT min(settled) FROM script_analytics.rollup_progress FINAL) AS settled,
    (
        SELECT count() > 0
        FROM script_analytics.reader_accounts
        WHERE user = currentUser() AND account IN ('*', {account:String})
    ) AS may_see,
    mixed AS (
        SELECT script
        FROM script_analytics.deployments
        WHERE account = {account:String} AND may_see
        GROUP BY script
        HAVING min(deployment_version) = 0 AND max(deployment_version) > 0
    )
SELECT
    script,
    arraySort(groupArrayIf(deployment_version, has_runs)) AS versions,
    minIf(first_of_version, has_runs) AS first_run,
    maxIf(last_of_version, has_runs) AS last_run,
    min(first_entry_of_version) AS first_entry,
    max(last_entry_of_version) AS last_entry
FROM
(
    SELECT
        *,
        deployment_version > 0 OR script NOT IN (mixed) OR script IN (
            SELECT script
            FROM
            (
                SELECT script, seen
                FROM script_analytics.run_rollups_hourly FINAL
                WHERE account = {account:String}
                    AND deployment_version = 0
                    AND script IN (mixed)
                    AND hour < settled
                    AND may_see
                UNION ALL
                SELECT script, seen
                FROM script_analytics.run_rollups FINAL
                WHERE account = {account:String}
                    AND deployment_version = 0
                    AND script IN (mixed)
                    AND minute >= settled
                    AND may_see
            )
            GROUP BY script
            HAVING sum(seen) > 0
        ) AS has_runs
    FROM
    (
        SELECT
            script,
            deployment_version,
            min(deployments.first_run) AS first_of_version,
            max(deployments.last_run) AS last_of_version,
            min(deployments.first_entry) AS first_entry_of_version,
            max(deployments.last_entry) AS last_entry_of_version
        FROM script_analytics.deployments
        WHERE account = {account:String} AND script != '' AND may_see
        GROUP BY script, deployment_version
    )
)
GROUP BY script
ORDER BY script
COMMENT 'Scripts of an account with their deployment versions and the times of their first and last run and log entry (UTC): account';
