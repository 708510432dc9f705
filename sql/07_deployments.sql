-- The deployments of every script, with their first and last runs and log entries. Where the version is known it is the
-- key, and latest_id is the id that the latest run named beside it; otherwise the id is the key. Version 0 with an empty
-- id holds what names no deployment.
--
-- A question merges the rows of a key: minimum, maximum, argMaxMerge(latest_id).
--
-- The two materialized views below feed it with every insert into runs and logs. Minima and maxima do not change when a
-- row comes again, so duplicates and replays do no harm. The views see rows as they are inserted: a run or an entry whose
-- deployment became known later leaves its first, unknown one here. Views of metrics tell which deployments have runs.
CREATE TABLE IF NOT EXISTS script_analytics.deployments
(
    account String COMMENT 'The tenant',
    script String COMMENT 'The custom script',
    deployment_version UInt32 COMMENT 'The deployment version, counted from 1; 0 = unknown',
    deployment_id String COMMENT 'The id of the deployment where its version is 0',
    first_run SimpleAggregateFunction(min, Nullable(DateTime64(3, 'UTC'))) COMMENT 'When its first run started, in milliseconds; NULL if it has only log entries',
    last_run SimpleAggregateFunction(max, Nullable(DateTime64(3, 'UTC'))) COMMENT 'When its last run started, in milliseconds; NULL if it has only log entries',
    first_entry SimpleAggregateFunction(min, Nullable(DateTime64(6, 'UTC'))) COMMENT 'The time of its first log entry, in microseconds; NULL if it has none',
    last_entry SimpleAggregateFunction(max, Nullable(DateTime64(6, 'UTC'))) COMMENT 'The time of its last log entry, in microseconds; NULL if it has none',
    latest_id AggregateFunction(argMax, String, DateTime64(3, 'UTC')) COMMENT 'The id that the latest run named, of those that named one'
)
ENGINE = AggregatingMergeTree
ORDER BY (account, script, deployment_version, deployment_id)
TTL toDate(greatest(ifNull(last_run, toDateTime64(0, 3, 'UTC')), ifNull(last_entry, toDateTime64(0, 6, 'UTC')))) + toIntervalDay(400 + 1)
SETTINGS
    -- Every insert into runs and logs adds a small part. Parts that are an hour old are merged into one, whatever their
    -- size. So a deployment's latest row is merged with its oldest before that one expires alone and takes first_run away.
    min_age_to_force_merge_seconds = 3600
COMMENT 'The deployments of every script; readers use views such as script_versions';

-- The rights are those of script_views, so that who writes runs and logs needs no right on deployments. A later change of
-- these views needs ALTER TABLE … MODIFY QUERY: replacing one could miss an insert of that moment.
CREATE MATERIALIZED VIEW IF NOT EXISTS script_analytics.deployments_of_runs
TO script_analytics.deployments
DEFINER = script_views SQL SECURITY DEFINER
AS
SELECT
    account,
    script,
    deployment_version,
    known_id AS deployment_id,
    min(executed_on) AS first_run,
    max(executed_on) AS last_run,
    argMaxStateIf(named_id, executed_on, named_id != '') AS latest_id
FROM
(
    SELECT
        account,
        script,
        deployment_version,
        if(deployment_version = 0, deployment_id, '') AS known_id,
        deployment_id AS named_id,
        executed_on
    FROM script_analytics.runs
)
GROUP BY account, script, deployment_version, known_id
COMMENT 'Feeds deployments with every insert into runs';

-- An entry whose script is not known yet comes again, and a tombstone tells no deployment.
CREATE MATERIALIZED VIEW IF NOT EXISTS script_analytics.deployments_of_logs
TO script_analytics.deployments
DEFINER = script_views SQL SECURITY DEFINER
AS
SELECT
    account,
    script,
    deployment_version,
    known_id AS deployment_id,
    min(timestamp) AS first_entry,
    max(timestamp) AS last_entry
FROM
(
    SELECT
        account,
        script,
        deployment_version,
        if(deployment_version = 0, deployment_id, '') AS known_id,
        timestamp
    FROM script_analytics.logs
    WHERE script != '' AND is_deleted = 0
)
GROUP BY account, script, deployment_version, known_id
COMMENT 'Feeds deployments with every insert into logs';
