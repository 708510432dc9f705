-- One row a log entry. An entry that came before its run was known is written at once, and again when it is known; where
-- its key changed by that (the script), with a tombstone (is_deleted = 1) of the old key.
--
-- Partitions, merging, compression, retention and the order are as in runs.
--
-- The indexes find a run's entries and an entry by their ids alone, and what a message contains, as substring or as word,
-- from 4 bytes on. SEARCH.md beside this file has the figures by which they were chosen. They are exact under FINAL only
-- for columns in which the rows of a key agree: see view all_logs before adding another. (arrivals is for the live tail, which
-- reads without FINAL.)
CREATE TABLE IF NOT EXISTS script_analytics.logs
(
    account String COMMENT 'The tenant',
    script String COMMENT 'The custom script that logged; empty while it is unknown',
    timestamp DateTime64(6, 'UTC') COMMENT 'When it was logged, in microseconds; of captured output, the end of its run' CODEC(DoubleDelta, Default),
    log_id String COMMENT 'The entry; made from its content where the producer gave none',
    version UInt8 COMMENT 'How much was known of the run when the row was written: 0 nothing, 1 its start, 2 its end, 3 both, 255 of a tombstone; the highest counts',
    is_deleted UInt8 COMMENT '1 = the entry is not to be found under this key any more',
    run_id String COMMENT 'The run that logged',
    log_level Enum8('Stdout' = 1, 'Stderr' = 2, 'Debug' = 3, 'Info' = 4, 'Warning' = 5, 'Error' = 6, 'Fatal' = 7) COMMENT 'How severe it is',
    original_level String COMMENT 'The level in the producer''s own word',
    log_message String COMMENT 'The message',
    line UInt32 COMMENT 'The line of captured output, counted from 1; 0 of any other entry',
    stream String COMMENT 'Where output was captured: stdout or stderr; empty of any other entry',
    deployment_version UInt32 COMMENT 'The deployed version that ran, counted from 1; 0 = unknown',
    deployment_id String COMMENT 'The deployment that ran',
    function String COMMENT 'The function of the script that was called',
    source String COMMENT 'The caller, or the part of the script that logged',
    source_type String COMMENT 'The kind of source',
    request_id String COMMENT 'The request that was being served',
    duration_ms Nullable(Float64) COMMENT 'How long took what was logged, in milliseconds',
    memory_bytes Nullable(UInt64) COMMENT 'Memory in use, in bytes',
    gpu_percent Nullable(Float64) COMMENT 'How far the GPU was used, in percent',
    error_code String COMMENT 'The code of the error that was logged',
    stack_trace String COMMENT 'The stack trace of that error, one frame a line',
    metadata String COMMENT 'What the producer added: a JSON object, or empty',
    trace_id String COMMENT 'The trace that the entry belongs to',
    span_id String COMMENT 'The span that the entry belongs to',
    truncated Array(String) COMMENT 'The columns of this row that were cut at the configured length',
    redacted Array(String) COMMENT 'The columns of this row in which something was masked, by the patterns that the job is configured with',
    extra String COMMENT 'What else the event said: a JSON object, or empty',
    retention_days UInt16 COMMENT 'Whole days that the row is kept after the day of its timestamp',
    ingested_at DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'When the row was written, in milliseconds' CODEC(DoubleDelta, Default),
    INDEX run_ids run_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX log_ids log_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX message_parts log_message TYPE ngrambf_v1(4, 65536, 3, 0) GRANULARITY 1,
    INDEX arrivals ingested_at TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version, is_deleted)
PARTITION BY toDate(timestamp)
ORDER BY (account, script, timestamp DESC, log_id)
TTL toDate(timestamp) + toIntervalDay(least(retention_days, 36500) + 1),
    toDate(timestamp) + toIntervalDay(1) RECOMPRESS CODEC(ZSTD(1))
SETTINGS
    allow_experimental_reverse_key = 1,
    min_age_to_force_merge_seconds = 3600,
    -- A fresh part is one file, not two a column: a third of the processor time of inserting it.
    min_bytes_for_wide_part = 67108864,
    -- Rarer and wider merges than 5 gives: half their processor time, for some ten parts more in the day that grows.
    merge_selector_base = 10,
    min_age_to_force_merge_on_partition_only = 1
COMMENT 'Log entries of custom scripts; readers use views';

-- For a table that was created without them. Parts that are there get the index when they are merged.
ALTER TABLE script_analytics.logs ADD INDEX IF NOT EXISTS arrivals ingested_at TYPE minmax GRANULARITY 1;
ALTER TABLE script_analytics.logs MODIFY SETTING min_bytes_for_wide_part = 67108864, merge_selector_base = 10;
