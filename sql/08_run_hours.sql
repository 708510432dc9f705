-- The rollups of whole hours, so that a month of a busy script is 720 digests to merge and not 43,200, which is nearly all of
-- what metrics over long ranges cost. They are made here, of the rows in run_rollups, and they are never taken on trust: an
-- hour counts only where its facts are as many as those of its minutes, which run_cells looks up each time (numbers are
-- quick to read, digests are not) and reads the minutes where they differ. So nothing depends on when they are made, and a
-- table without any rows is slower, but not wrong.
CREATE TABLE IF NOT EXISTS script_analytics.run_hours
(
    account String COMMENT 'The tenant' CODEC(ZSTD(1)),
    script String COMMENT 'The custom script that ran' CODEC(ZSTD(1)),
    hour DateTime('UTC') COMMENT 'The hour in which the runs started' CODEC(DoubleDelta, ZSTD(1)),
    deployment_version UInt32 COMMENT 'The deployed version that ran, counted from 1; 0 = unknown' CODEC(ZSTD(1)),
    facts UInt64 COMMENT 'How many facts are in the rollups that the row was made of' CODEC(T64, ZSTD(1)),
    seen Int64 COMMENT 'Runs heard of for the first time' CODEC(T64, ZSTD(1)),
    succeeded UInt64 COMMENT 'Runs that ended well' CODEC(T64, ZSTD(1)),
    failed UInt64 COMMENT 'Runs that failed' CODEC(T64, ZSTD(1)),
    response_times UInt64 COMMENT 'How many response times there are' CODEC(T64, ZSTD(1)),
    response_time_sum Float64 COMMENT 'Sum of the response times, in milliseconds' CODEC(ZSTD(1)),
    response_time_min Nullable(Float64) COMMENT 'The shortest response time, in milliseconds; NULL without any' CODEC(ZSTD(1)),
    response_time_max Nullable(Float64) COMMENT 'The longest response time, in milliseconds; NULL without any' CODEC(ZSTD(1)),
    first_minute DateTime('UTC') COMMENT 'The first minute that has a rollup' CODEC(DoubleDelta, ZSTD(1)),
    last_minute DateTime('UTC') COMMENT 'The last minute that has one' CODEC(DoubleDelta, ZSTD(1)),
    digest AggregateFunction(quantilesTDigestWeighted(0.9, 0.99), Float32, UInt64)
        COMMENT 'The response times, in milliseconds, as a t-digest: for quantilesTDigestWeightedMerge' CODEC(ZSTD(1))
)
-- Of the rows of a key the last that was inserted counts.
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(hour)
ORDER BY (account, script, hour, deployment_version)
TTL toDate(hour) + toIntervalDay(400 + 1)
-- A digest has kilobytes: the rows of other scripts in a granule are not to be read with them.
SETTINGS index_granularity = 128
COMMENT 'Rollups of whole hours, made of run_rollups; readers use the views of metrics';

-- Makes the hours that ended half an hour ago or longer, and again those whose minutes changed since, the latest first. Older
-- ones than the oldest event that the job takes do not change. The limit is one of memory, and of a single pass.
CREATE MATERIALIZED VIEW IF NOT EXISTS script_analytics.run_hours_of_rollups
REFRESH EVERY 10 MINUTE APPEND TO script_analytics.run_hours
AS
SELECT
    account,
    script,
    toStartOfHour(run_rollups.minute) AS hour,
    deployment_version,
    sum(run_rollups.facts) AS facts,
    sum(run_rollups.seen) AS seen,
    sum(run_rollups.succeeded) AS succeeded,
    sum(run_rollups.failed) AS failed,
    sum(run_rollups.response_times) AS response_times,
    sum(run_rollups.response_time_sum) AS response_time_sum,
    min(run_rollups.response_time_min) AS response_time_min,
    max(run_rollups.response_time_max) AS response_time_max,
    min(run_rollups.minute) AS first_minute,
    max(run_rollups.minute) AS last_minute,
    quantilesTDigestWeightedMergeState(0.9, 0.99)(run_rollups.digest) AS digest
FROM script_analytics.run_rollups FINAL
WHERE (account, script, toStartOfHour(run_rollups.minute)) IN (
    SELECT account, script, hour
    FROM
    (
        SELECT account, script, toStartOfHour(minute) AS hour, deployment_version, toInt64(facts) AS difference
        FROM script_analytics.run_rollups FINAL
        WHERE minute >= toStartOfHour(now() - toIntervalDay(35)) AND minute < toStartOfHour(now() - toIntervalMinute(30))
        UNION ALL
        SELECT account, script, hour, deployment_version, -toInt64(facts) AS difference
        FROM script_analytics.run_hours FINAL
        WHERE hour >= toStartOfHour(now() - toIntervalDay(35)) AND hour < toStartOfHour(now() - toIntervalMinute(30))
    )
    GROUP BY account, script, hour, deployment_version
    HAVING sum(difference) != 0
    ORDER BY hour DESC
    LIMIT 50000
)
GROUP BY account, script, hour, deployment_version
COMMENT 'Makes run_hours, every ten minutes';
