-- The accounts that the caller sees and that have runs or log entries, by name. For the account chooser.
CREATE OR REPLACE VIEW script_analytics.accounts
DEFINER = script_views SQL SECURITY DEFINER
AS
SELECT DISTINCT account
FROM script_analytics.deployments
WHERE account IN (SELECT account FROM script_analytics.reader_accounts WHERE user = currentUser())
    OR (SELECT count() > 0 FROM script_analytics.reader_accounts WHERE user = currentUser() AND account = '*')
ORDER BY account
COMMENT 'Accounts with runs or log entries that the caller sees';

-- The deployments of a script, oldest first, with the times of their first and last runs and log entries, as far back
-- as rollups are kept (400 days). Dashboards mark a new deployment with them. Columns are as in version_metrics.
--
-- A run or entry whose deployment is not known at first leaves a deployment of version 0. So one of version 0 is shown
-- only if the rollups have runs of it; or if it has entries and its id belongs to no version either. The unknown
-- deployment, version 0 without an id, then has to be the only one.
CREATE OR REPLACE VIEW script_analytics.script_versions
DEFINER = script_views SQL SECURITY DEFINER
AS
WITH
    (SELECT min(settled) FROM script_analytics.rollup_progress FINAL) AS settled,
    (
        SELECT count() > 0
        FROM script_analytics.reader_accounts
        WHERE user = currentUser() AND account IN ('*', {account:String})
    ) AS may_see
SELECT
    deployment_version,
    if(deployment_version = 0, id, latest_id) AS deployment_id,
    if(has_runs, first_of_runs, NULL) AS first_run,
    if(has_runs, last_of_runs, NULL) AS last_run,
    first_of_entries AS first_entry,
    last_of_entries AS last_entry
FROM
(
    SELECT
        *,
        deployment_version > 0 OR id IN (
            SELECT deployment_id
            FROM
            (
                SELECT deployment_id, seen
                FROM script_analytics.run_rollups_hourly FINAL
                WHERE account = {account:String}
                    AND script = {script:String}
                    AND deployment_version = 0
                    AND hour < settled
                    AND may_see
                UNION ALL
                SELECT deployment_id, seen
                FROM script_analytics.run_rollups FINAL
                WHERE account = {account:String}
                    AND script = {script:String}
                    AND deployment_version = 0
                    AND minute >= settled
                    AND may_see
            )
            GROUP BY deployment_id
            HAVING sum(seen) > 0
        ) AS has_runs,
        count() OVER () AS deployments,
        groupArrayIf(latest_id, deployment_version > 0) OVER () AS ids_of_versions
    FROM
    (
        SELECT
            deployment_version,
            deployment_id AS id,
            min(deployments.first_run) AS first_of_runs,
            max(deployments.last_run) AS last_of_runs,
            min(deployments.first_entry) AS first_of_entries,
            max(deployments.last_entry) AS last_of_entries,
            argMaxMerge(deployments.latest_id) AS latest_id
        FROM script_analytics.deployments
        WHERE account = {account:String} AND script = {script:String} AND may_see
        GROUP BY deployment_version, id
    )
)
WHERE has_runs
    OR (first_of_entries IS NOT NULL AND if(id = '', deployments = 1, NOT has(ids_of_versions, id)))
ORDER BY ifNull(first_of_runs, first_of_entries), deployment_version, id
COMMENT 'Deployments of a script and the times of their first and last run and log entry (UTC): account, script';
