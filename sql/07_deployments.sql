-- The deployments of every script, with their first and last runs and log entries. Where the version is known it is the
-- key, and latest_id is the id that runs named last beside it; otherwise the id is the key. Version 0 with an empty id
-- holds what names no deployment.
--
-- Materialized views feed it with minima and maxima, so duplicates and replays do no harm. They see rows as they are
-- inserted: a run whose deployment became known later leaves its first, unknown one here. Views of metrics tell which
-- deployments have runs.
CREATE TABLE IF NOT EXISTS script_analytics.deployments
(
    account String COMMENT 'The tenant',
    script String COMMENT 'The custom script',
    deployment_version UInt32 COMMENT 'The deployment version, counted from 1; 0 = unknown',
    deployment_id String COMMENT 'The id of the deployment where its version is 0',
    first_run SimpleAggregateFunction(min, Nullable(DateTime64(3, 'UTC'))) COMMENT 'When its first run started, in milliseconds',
    last_run SimpleAggregateFunction(max, Nullable(DateTime64(3, 'UTC'))) COMMENT 'When its last run started, in milliseconds',
    first_entry SimpleAggregateFunction(min, Nullable(DateTime64(6, 'UTC'))) COMMENT 'The time of its first log entry, in microseconds',
    last_entry SimpleAggregateFunction(max, Nullable(DateTime64(6, 'UTC'))) COMMENT 'The time of its last log entry, in microseconds',
    latest_id AggregateFunction(argMax, String, DateTime64(3, 'UTC')) COMMENT 'The id that the last run with one named'
)
ENGINE = AggregatingMergeTree
ORDER BY (account, script, deployment_version, deployment_id)
TTL toDate(ifNull(greatest(last_run, last_entry), ifNull(last_run, last_entry))) + toIntervalDay(400 + 1)
SETTINGS
    -- An expired row of a part must not leave before it is merged with the newer row of its deployment.
    min_age_to_force_merge_seconds = 3600,
    min_age_to_force_merge_on_partition_only = 1
COMMENT 'The deployments of every script; readers use views such as script_versions';
