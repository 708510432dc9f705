-- The runs of a script and deployment that started in one minute, as far as their events arrived in one hour. A
-- deployment is known by its version, or, where the version is 0, by its id.
-- A row replaces the earlier rows of its key, and the one with the most facts wins. Nothing is ever added to a row,
-- so a fact counts once however often its event is read. To get a minute, add up its rows over all arrival hours.
--
-- An insert gives the centroids of the response times (means, weights), and the default of digest makes the digest
-- from them. An insert must name these columns: ClickHouse silently leaves out EPHEMERAL columns that an insert does
-- not name, and the constraint finds such an insert.
CREATE TABLE IF NOT EXISTS script_analytics.run_rollups
(
    account String COMMENT 'The tenant',
    script String COMMENT 'The custom script',
    minute DateTime('UTC') COMMENT 'The minute in which the runs started' CODEC(DoubleDelta, Default),
    deployment_version UInt32 COMMENT 'The deployment version, counted from 1; 0 = unknown',
    deployment_id String COMMENT 'The id of the deployment where its version is 0, if it is known; other = of more ids than rollup.max-deployment-ids' CODEC(ZSTD(1)),
    arrival DateTime('UTC') COMMENT 'The hour in which the events arrived' CODEC(DoubleDelta, Default),
    facts UInt64 COMMENT 'Number of facts in the row; the row with the most counts' CODEC(T64, Default),
    seen Int64 COMMENT 'Runs seen for the first time; negative if runs moved to another deployment' CODEC(T64, Default),
    succeeded UInt64 COMMENT 'Runs that succeeded' CODEC(T64, Default),
    failed UInt64 COMMENT 'Runs that failed' CODEC(T64, Default),
    response_time_sum Float64 COMMENT 'Sum of the response times, in milliseconds',
    response_time_min Nullable(Float64) COMMENT 'The shortest response time, in milliseconds; NULL if there is no response time',
    response_time_max Nullable(Float64) COMMENT 'The longest response time, in milliseconds; NULL if there is no response time',
    means Array(Float32) EPHEMERAL COMMENT 'The centroids of the response times, in milliseconds; only for inserting',
    weights Array(UInt64) EPHEMERAL COMMENT 'Number of response times that each centroid stands for; only for inserting',
    response_times UInt64 DEFAULT arraySum(weights) COMMENT 'Number of response times; a run may succeed without one' CODEC(T64, Default),
    digest AggregateFunction(quantilesTDigestWeighted(0.9, 0.99), Float32, UInt64)
        DEFAULT arrayReduce('quantilesTDigestWeightedState(0.9, 0.99)', means, weights)
        COMMENT 'The response times, in milliseconds, as a t-digest; merge with quantilesTDigestWeightedMerge',
    CONSTRAINT centroids_with_response_times CHECK (response_times > 0) = isNotNull(response_time_min)
)
ENGINE = ReplacingMergeTree(facts)
PARTITION BY toDate(minute)
ORDER BY (account, script, minute, deployment_version, deployment_id, arrival)
TTL toDate(minute) + toIntervalDay(400 + 1),
    toDate(minute) + toIntervalDay(1) RECOMPRESS CODEC(ZSTD(1))
SETTINGS
    -- A day has 1,440 minutes. Small granules read fewer rows of other scripts and hours along with the wanted ones.
    index_granularity = 1024,
    -- As in runs, and for the same reasons; digests are expensive to merge.
    min_bytes_for_wide_part = 67108864,
    merge_selector_base = 10,
    min_age_to_force_merge_seconds = 3600,
    min_age_to_force_merge_on_partition_only = 1
COMMENT 'Counts and response times of runs by minute; readers use views such as script_metrics';

-- For a table that was created without these.
ALTER TABLE script_analytics.run_rollups MODIFY SETTING min_bytes_for_wide_part = 67108864, merge_selector_base = 10;
