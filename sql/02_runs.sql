-- One row per run. It is written again when more becomes known, and the row with the highest version counts.
--
-- The key holds what never changes in a run, and begins with the columns that every question names. Partitions are
-- days. ClickHouse merges a day into one part once nothing was written to it for an hour, and FINAL costs nothing on
-- one part. A row lives for retention_days whole days after the day of its run, so that a day leaves at once and not
-- minute by minute. (At most a century, because later dates would wrap around into the past.)
--
-- Today's rows have the server's default compression, LZ4, which takes a third of the processor time of inserting and
-- merging with ZSTD. ZSTD takes half the space, so a past day is written with it when it is merged.
--
-- The order is newest first, because pages show the newest runs: their first rows are at the front of the key. In
-- ascending order FINAL would read the whole script. The table run_ids below finds a run by its id alone (view record).
-- The index arrivals finds recently written rows without FINAL. SEARCH.md beside this file has the measurements.
CREATE TABLE IF NOT EXISTS script_analytics.runs
(
    account String COMMENT 'The tenant',
    script String COMMENT 'The custom script',
    executed_on DateTime64(3, 'UTC') COMMENT 'When the run started, in milliseconds' CODEC(DoubleDelta, Default),
    run_id String COMMENT 'The run, unique within its account',
    version UInt8 COMMENT 'How complete the row is: 1 = start only, 2 = end only, 3 = both; the highest counts',
    status Enum8('In Progress' = 1, 'Success' = 2, 'Failed' = 3) COMMENT 'In Progress, Success or Failed',
    original_status String COMMENT 'The status in the producer''s own word',
    deployment_version UInt32 COMMENT 'The deployment version, counted from 1; 0 = unknown',
    deployment_id String COMMENT 'The id of the deployment',
    function String COMMENT 'The executed function of the script',
    source_type String COMMENT 'The kind of triggering source, such as api or tool',
    source String COMMENT 'The name of the triggering source',
    response_time Nullable(Float64) COMMENT 'Execution time of a successful run, in milliseconds; NULL for any other run, or if unknown',
    ended_on Nullable(DateTime64(3, 'UTC')) COMMENT 'When the run ended, in milliseconds; NULL while it is in progress, or if unknown',
    input String COMMENT 'The input of the script: JSON as received',
    output String COMMENT 'The output of the function: JSON as received',
    error_code String COMMENT 'The code of the error, if the run failed with one',
    error_message String COMMENT 'The message of that error',
    error_stack String COMMENT 'The stack trace of that error, one frame per line',
    error_group UInt64 COMMENT 'Of a failed run: what it has in common with others that fail alike, as a hash of the error''s code, or else the shape of its message, and of the top frame of the user''s own code; 0 = the run has not failed, or names no error',
    trace_id String COMMENT 'The id of the trace that the run belongs to',
    memory_bytes Nullable(UInt64) COMMENT 'Memory that the run used, in bytes',
    cpu_ms Nullable(Float64) COMMENT 'Processor time that the run used, in milliseconds',
    gpu_percent Nullable(Float64) COMMENT 'GPU utilization of the run, in percent',
    cold_start Nullable(Bool) COMMENT 'Whether the run waited for an instance to start',
    phases Map(LowCardinality(String), Float64) COMMENT 'Where the time went: milliseconds by the name of the phase',
    truncated Array(String) COMMENT 'The columns of this row that were cut at their configured length',
    redacted Array(String) COMMENT 'The columns of this row in which a configured pattern masked something',
    extra String COMMENT 'Further fields of the event: a JSON object, or empty',
    retention_days UInt16 COMMENT 'Whole days for which the row is kept after the day of its run',
    ingested_at DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'When the row was written, in milliseconds' CODEC(DoubleDelta, Default),
    INDEX arrivals ingested_at TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toDate(executed_on)
ORDER BY (account, script, executed_on DESC, run_id)
TTL toDate(executed_on) + toIntervalDay(least(retention_days, 36500) + 1),
    toDate(executed_on) + toIntervalDay(1) RECOMPRESS CODEC(ZSTD(1))
SETTINGS
    allow_experimental_reverse_key = 1,
    min_age_to_force_merge_seconds = 3600,
    -- A fresh part is one file instead of two per column, which takes a third of the processor time of inserting it.
    min_bytes_for_wide_part = 67108864,
    -- Merges are rarer and wider than with 5: half their processor time, for some ten more parts in the current day.
    merge_selector_base = 10,
    min_age_to_force_merge_on_partition_only = 1
COMMENT 'Runs of custom scripts; readers use the views all_runs, record and script_metrics';

-- For a table that was created without these. Existing parts get the index when they are merged.
ALTER TABLE script_analytics.runs ADD INDEX IF NOT EXISTS arrivals ingested_at TYPE minmax GRANULARITY 1;
ALTER TABLE script_analytics.runs MODIFY SETTING min_bytes_for_wide_part = 67108864, merge_selector_base = 10;

-- Where in runs a run is, by its id. An id says nothing of the day, so an index of runs itself has to be asked in every
-- part of every day, and this table in a few parts of every month.
--
-- The hash is short, and a place may outlive its run (a row leaves with its whole part). So a place is a hint: who finds
-- one here looks there for the run itself.
CREATE TABLE IF NOT EXISTS script_analytics.run_ids
(
    account LowCardinality(String) COMMENT 'The tenant',
    id_hash UInt32 COMMENT 'The low half of cityHash64(run_id); runs may share one' CODEC(Delta, Default),
    script LowCardinality(String) COMMENT 'The custom script',
    executed_on DateTime64(3, 'UTC') COMMENT 'When the run started, in milliseconds' CODEC(T64, Default),
    retention_days UInt16 COMMENT 'Whole days for which the row of runs is kept after the day of its run' CODEC(T64, Default)
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(executed_on)
ORDER BY (account, id_hash, script, executed_on)
TTL toDate(executed_on) + toIntervalDay(least(retention_days, 36500) + 1)
SETTINGS
    -- Only whole parts leave. Otherwise the month would be written anew for every day that leaves it.
    ttl_only_drop_parts = 1,
    -- A lookup reads one granule of each part.
    index_granularity = 1024,
    -- As in runs, and for the same reasons.
    min_bytes_for_wide_part = 67108864,
    merge_selector_base = 10
COMMENT 'The places of runs by the hashes of their ids; readers use the view record';

-- The rights are those of script_views, as in deployments_of_runs.
CREATE MATERIALIZED VIEW IF NOT EXISTS script_analytics.ids_of_runs
TO script_analytics.run_ids
DEFINER = script_views SQL SECURITY DEFINER
AS
SELECT
    account,
    toUInt32(cityHash64(run_id)) AS id_hash,
    script,
    executed_on,
    retention_days
FROM script_analytics.runs
COMMENT 'Feeds run_ids with every insert into runs';
