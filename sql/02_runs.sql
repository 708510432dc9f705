-- One row a run, written again when more of it is known: the row with the highest version counts.
--
-- The key holds what never changes of a run, and begins with what every question begins with. Days are the partitions;
-- a day on which nothing was written for an hour is merged into one part, on which FINAL costs nothing. Rows live for
-- retention_days whole days after the day of their run, so that a day goes at once and not minute by minute.
-- (A century at most: later dates would wrap around into the past.)
--
-- Newest first, because that is what a page shows: its first rows are read from the front of the key, whereas FINAL reads
-- all of a script where it has to begin at the other end. The index finds a run by its id alone (view record). SEARCH.md
-- beside this file has the figures for both.
CREATE TABLE IF NOT EXISTS script_analytics.runs
(
    account String COMMENT 'The tenant' CODEC(ZSTD(1)),
    script String COMMENT 'The custom script that ran' CODEC(ZSTD(1)),
    executed_on DateTime64(3, 'UTC') COMMENT 'When the run started, in milliseconds' CODEC(DoubleDelta, ZSTD(1)),
    run_id String COMMENT 'The run, unique within its account' CODEC(ZSTD(1)),
    version UInt8 COMMENT 'How complete the row is: 1 the start only, 2 the end only, 3 both; the most complete row counts' CODEC(ZSTD(1)),
    status Enum8('In Progress' = 1, 'Success' = 2, 'Failed' = 3) COMMENT 'How the run stands' CODEC(ZSTD(1)),
    deployment_version UInt32 COMMENT 'The deployed version that ran, counted from 1; 0 = unknown' CODEC(ZSTD(1)),
    deployment_id String COMMENT 'The deployment that ran' CODEC(ZSTD(1)),
    function String COMMENT 'The function of the script that was called' CODEC(ZSTD(1)),
    source_type String COMMENT 'The kind of caller, such as api or tool' CODEC(ZSTD(1)),
    source String COMMENT 'The caller' CODEC(ZSTD(1)),
    response_time Nullable(Float64) COMMENT 'Execution time of a successful run, in milliseconds; NULL of any other, and where it is unknown' CODEC(ZSTD(1)),
    ended_on Nullable(DateTime64(3, 'UTC')) COMMENT 'When the run ended, in milliseconds; NULL while it has not, and where it is unknown' CODEC(ZSTD(1)),
    input String COMMENT 'What the script was given: JSON as it came' CODEC(ZSTD(1)),
    output String COMMENT 'What the script returned: JSON as it came' CODEC(ZSTD(1)),
    error_code String COMMENT 'The code of the error that the run failed with' CODEC(ZSTD(1)),
    error_message String COMMENT 'The message of the error that the run failed with' CODEC(ZSTD(1)),
    error_stack String COMMENT 'The stack trace of that error, one frame a line' CODEC(ZSTD(1)),
    trace_id String COMMENT 'The trace that the run belongs to' CODEC(ZSTD(1)),
    memory_bytes Nullable(UInt64) COMMENT 'Memory that the run used, in bytes' CODEC(ZSTD(1)),
    cpu_ms Nullable(Float64) COMMENT 'Processor time that the run used, in milliseconds' CODEC(ZSTD(1)),
    gpu_percent Nullable(Float64) COMMENT 'How far the run used its GPU, in percent' CODEC(ZSTD(1)),
    cold_start Nullable(Bool) COMMENT 'Whether the run had to wait for an instance to start' CODEC(ZSTD(1)),
    truncated Array(String) COMMENT 'The columns of this row that were cut at the configured length' CODEC(ZSTD(1)),
    redacted Array(String) COMMENT 'The columns of this row in which something was masked, by the patterns that the job is configured with' CODEC(ZSTD(1)),
    extra String COMMENT 'What else the event said: a JSON object, or empty' CODEC(ZSTD(1)),
    retention_days UInt16 COMMENT 'Whole days that the row is kept after the day of its run' CODEC(ZSTD(1)),
    ingested_at DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'When the row was written, in milliseconds' CODEC(DoubleDelta, ZSTD(1)),
    INDEX run_ids run_id TYPE bloom_filter(0.001) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toDate(executed_on)
ORDER BY (account, script, executed_on DESC, run_id)
TTL toDate(executed_on) + toIntervalDay(least(retention_days, 36500) + 1)
SETTINGS
    allow_experimental_reverse_key = 1,
    min_age_to_force_merge_seconds = 3600,
    -- A fresh part is one file, not two a column: a third of the processor time of inserting it.
    min_bytes_for_wide_part = 67108864,
    -- Rarer and wider merges than 5 gives: half their processor time, for some ten parts more in the day that grows.
    merge_selector_base = 10,
    min_age_to_force_merge_on_partition_only = 1
COMMENT 'Runs of custom scripts; readers use the views all_runs and script_metrics';
