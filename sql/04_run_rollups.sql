-- What happened in a minute to a script's deployed version, as far as it arrived in one hour. A row replaces the earlier
-- rows of its key, the one with more facts wins, and nothing is ever added to a row; so a fact counts once however often
-- its event is read again. The rows of a minute are to be added up over their arrival hours.
--
-- An insert gives the centroids of the response times (means, weights); the digest is made of them here. It has to name
-- these columns: ClickHouse leaves EPHEMERAL ones out where it is not told otherwise, which the constraint finds.
CREATE TABLE IF NOT EXISTS script_analytics.run_rollups
(
    account String COMMENT 'The tenant',
    script String COMMENT 'The custom script that ran',
    minute DateTime('UTC') COMMENT 'The minute in which the runs started' CODEC(DoubleDelta, Default),
    deployment_version UInt32 COMMENT 'The deployed version that ran, counted from 1; 0 = unknown',
    arrival DateTime('UTC') COMMENT 'The hour in which the events arrived' CODEC(DoubleDelta, Default),
    facts UInt64 COMMENT 'How many facts are in the row; the fullest row counts' CODEC(T64, Default),
    seen Int64 COMMENT 'Runs heard of for the first time; below 0 where runs were moved to another version' CODEC(T64, Default),
    succeeded UInt64 COMMENT 'Runs that ended well' CODEC(T64, Default),
    failed UInt64 COMMENT 'Runs that failed' CODEC(T64, Default),
    response_time_sum Float64 COMMENT 'Sum of the response times, in milliseconds',
    response_time_min Nullable(Float64) COMMENT 'The shortest response time, in milliseconds; NULL without any',
    response_time_max Nullable(Float64) COMMENT 'The longest response time, in milliseconds; NULL without any',
    means Array(Float32) EPHEMERAL COMMENT 'The centroids of the response times, in milliseconds; only for inserting',
    weights Array(UInt64) EPHEMERAL COMMENT 'How many response times each centroid stands for; only for inserting',
    response_times UInt64 DEFAULT arraySum(weights) COMMENT 'How many response times there are: a run may succeed without one' CODEC(T64, Default),
    digest AggregateFunction(quantilesTDigestWeighted(0.9, 0.99), Float32, UInt64)
        DEFAULT arrayReduce('quantilesTDigestWeightedState(0.9, 0.99)', means, weights)
        COMMENT 'The response times, in milliseconds, as a t-digest: for quantilesTDigestWeightedMerge',
    CONSTRAINT centroids_with_response_times CHECK (response_times > 0) = isNotNull(response_time_min)
)
ENGINE = ReplacingMergeTree(facts)
PARTITION BY toDate(minute)
ORDER BY (account, script, minute, deployment_version, arrival)
TTL toDate(minute) + toIntervalDay(400 + 1),
    toDate(minute) + toIntervalDay(1) RECOMPRESS CODEC(ZSTD(1))
SETTINGS
    -- A day has 1,440 minutes: fewer rows of other scripts, and of other hours, are read with those that are wanted.
    index_granularity = 1024,
    -- As in runs, and for the same reasons: digests are dear to merge.
    min_bytes_for_wide_part = 67108864,
    merge_selector_base = 10,
    min_age_to_force_merge_seconds = 3600,
    min_age_to_force_merge_on_partition_only = 1
COMMENT 'Counts and response times of runs by minute; readers use the views of metrics';

-- For a table that was created without them.
ALTER TABLE script_analytics.run_rollups MODIFY SETTING min_bytes_for_wide_part = 67108864, merge_selector_base = 10;
