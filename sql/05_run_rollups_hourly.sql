-- The rows of run_rollups by the hour in which the runs started: the same facts, sixty times fewer rows. Views of metrics
-- read the hours before rollup_progress.settled here, and all others in run_rollups.
--
-- Everything that run_rollups says of rows, facts and inserting holds here. Digests stay in LZ4: with ZSTD reading them
-- takes half as long again. Partitions are months, since a question usually spans many days. A day that was rebuilt
-- (deploy/clickhouse/rebuild-rollups.sql) leaves emptied rows, whose runs are counted under arrival 1970-01-01 instead:
-- in them seen is 0, and first_minute and last_minute are the latest and the earliest time there is.
CREATE TABLE IF NOT EXISTS script_analytics.run_rollups_hourly
(
    account LowCardinality(String) COMMENT 'The tenant',
    script LowCardinality(String) COMMENT 'The custom script',
    hour DateTime('UTC') COMMENT 'The hour in which the runs started' CODEC(DoubleDelta, Default),
    deployment_version UInt32 COMMENT 'The deployment version, counted from 1; 0 = unknown',
    deployment_id LowCardinality(String) COMMENT 'The id of the deployment where its version is 0, if it is known; other = of more ids than rollup.max-deployment-ids' CODEC(ZSTD(1)),
    arrival DateTime('UTC') COMMENT 'The hour in which the events arrived' CODEC(DoubleDelta, Default),
    first_minute DateTime('UTC') COMMENT 'The minute in which the first of these runs started' CODEC(T64, Default),
    last_minute DateTime('UTC') COMMENT 'The minute in which the last of these runs started' CODEC(T64, Default),
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
PARTITION BY toYYYYMM(hour)
ORDER BY (account, script, hour, deployment_version, deployment_id, arrival)
TTL toDate(hour) + toIntervalDay(400 + 1)
SETTINGS
    -- A digest is some kilobytes, and whole granules are read: small ones read few digests along with the wanted ones.
    index_granularity = 128,
    -- As in runs, and for the same reasons; digests are expensive to merge. A month is merged into one part once it is over.
    min_bytes_for_wide_part = 67108864,
    merge_selector_base = 10,
    min_age_to_force_merge_seconds = 3600,
    min_age_to_force_merge_on_partition_only = 1
COMMENT 'Counts and response times of runs by hour; readers use views such as script_metrics';
