-- One row a run, written again when more of it is known: the row with the highest version counts.
--
-- The key holds what never changes of a run, and begins with what every question begins with. Days are the partitions;
-- a day on which nothing was written for an hour is merged into one part, on which FINAL costs nothing. Rows live for
-- retention_days whole days after the day of their run, so that a day goes at once and not minute by minute.
-- (A century at most: later dates would wrap around into the past.)
--
-- Rows of today are compressed as the server does by default, with LZ4: a third of the processor time of inserting and
-- merging them. ZSTD takes half the space, and so the rows of a day that is over are written with it when they are merged.
--
-- Newest first, because that is what a page shows: its first rows are read from the front of the key, whereas FINAL reads
-- all of a script where it has to begin at the other end. run_ids finds a run by its id alone (view record); SEARCH.md
-- beside this file has the figures for both. arrivals is for who asks what was written lately, without FINAL.
CREATE TABLE IF NOT EXISTS script_analytics.runs
(
    account String COMMENT 'The tenant',
    script String COMMENT 'The custom script that ran',
    executed_on DateTime64(3, 'UTC') COMMENT 'When the run started, in milliseconds' CODEC(DoubleDelta, Default),
    run_id String COMMENT 'The run, unique within its account',
    version UInt8 COMMENT 'How complete the row is: 1 the start only, 2 the end only, 3 both; the most complete row counts',
    status Enum8('In Progress' = 1, 'Success' = 2, 'Failed' = 3) COMMENT 'How the run stands',
    deployment_version UInt32 COMMENT 'The deployed version that ran, counted from 1; 0 = unknown',
    deployment_id String COMMENT 'The deployment that ran',
    function String COMMENT 'The function of the script that was called',
    source_type String COMMENT 'The kind of caller, such as api or tool',
    source String COMMENT 'The caller',
    response_time Nullable(Float64) COMMENT 'Execution time of a successful run, in milliseconds; NULL of any other, and where it is unknown',
    ended_on Nullable(DateTime64(3, 'UTC')) COMMENT 'When the run ended, in milliseconds; NULL while it has not, and where it is unknown',
    input String COMMENT 'What the script was given: JSON as it came',
    output String COMMENT 'What the script returned: JSON as it came',
    error_code String COMMENT 'The code of the error that the run failed with',
    error_message String COMMENT 'The message of the error that the run failed with',
    error_stack String COMMENT 'The stack trace of that error, one frame a line',
    trace_id String COMMENT 'The trace that the run belongs to',
    memory_bytes Nullable(UInt64) COMMENT 'Memory that the run used, in bytes',
    cpu_ms Nullable(Float64) COMMENT 'Processor time that the run used, in milliseconds',
    gpu_percent Nullable(Float64) COMMENT 'How far the run used its GPU, in percent',
    cold_start Nullable(Bool) COMMENT 'Whether the run had to wait for an instance to start',
    truncated Array(String) COMMENT 'The columns of this row that were cut at the configured length',
    redacted Array(String) COMMENT 'The columns of this row in which something was masked, by the patterns that the job is configured with',
    extra String COMMENT 'What else the event said: a JSON object, or empty',
    retention_days UInt16 COMMENT 'Whole days that the row is kept after the day of its run',
    ingested_at DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'When the row was written, in milliseconds' CODEC(DoubleDelta, Default),
    INDEX run_ids run_id TYPE bloom_filter(0.001) GRANULARITY 1,
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
    -- A fresh part is one file, not two a column: a third of the processor time of inserting it.
    min_bytes_for_wide_part = 67108864,
    -- Rarer and wider merges than 5 gives: half their processor time, for some ten parts more in the day that grows.
    merge_selector_base = 10,
    min_age_to_force_merge_on_partition_only = 1
COMMENT 'Runs of custom scripts; readers use the views all_runs and script_metrics';

-- For a table that was created without them. Parts that are there get the index when they are merged.
ALTER TABLE script_analytics.runs ADD INDEX IF NOT EXISTS arrivals ingested_at TYPE minmax GRANULARITY 1;
ALTER TABLE script_analytics.runs MODIFY SETTING min_bytes_for_wide_part = 67108864, merge_selector_base = 10;
