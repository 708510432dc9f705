-- One row per log entry. An entry that arrives before its run is known is written at once, and again when the run is
-- known. If that changes its key (the script), a tombstone (is_deleted = 1) removes the old key.
--
-- Partitions, merging, compression, retention and order are as in runs.
--
-- Indexes find the entries of a run and an entry by their ids alone, and what a message contains, as substring or as
-- word, from 4 bytes on. SEARCH.md beside this file has the measurements behind this choice. Under FINAL an index is
-- exact only for columns in which all rows of a key agree: read view all_logs before you add another. (arrivals is
-- for the live tail, which reads without FINAL.)
CREATE TABLE IF NOT EXISTS script_analytics.logs
(
    account String COMMENT 'The tenant',
    script String COMMENT 'The custom script; empty while it is unknown',
    timestamp DateTime64(6, 'UTC') COMMENT 'When it was logged, in microseconds; for captured output, the end of its run' CODEC(DoubleDelta, Default),
    log_id String COMMENT 'The id of the entry; made from its content if the producer gave none',
    version UInt8 COMMENT 'What was known of the run when the row was written: 0 = nothing, 1 = its start, 2 = its end, 3 = both; 255 = a tombstone; the highest counts',
    is_deleted UInt8 COMMENT '1 = the entry is now found under another key, or was taken back',
    run_id String COMMENT 'The run that the entry belongs to; entries of two runs are two entries, whatever their ids',
    log_level Enum8('Stdout' = 1, 'Stderr' = 2, 'Debug' = 3, 'Info' = 4, 'Warning' = 5, 'Error' = 6, 'Fatal' = 7) COMMENT 'The log level; later ones are more severe',
    original_level String COMMENT 'The level in the producer''s own word',
    log_message String COMMENT 'The message',
    line UInt32 COMMENT 'The line of captured output, counted from 1; 0 for any other entry',
    sequence UInt64 COMMENT 'Orders entries of the same time: the Kafka offset times 2^20 plus the place in the record; for captured output, stdout before stderr, line by line' CODEC(DoubleDelta, Default),
    shape UInt64 COMMENT 'What the message has in common with others that differ only in numbers, ids, paths and the like, as a hash; 0 = the message says nothing',
    error_group UInt64 COMMENT 'Of an Error or Fatal entry: what it has in common with others of the same error, as a hash of the error''s code, or else the shape of its message, and of the top frame of the user''s own code; 0 = any other entry',
    stream String COMMENT 'The stream of captured output: stdout or stderr; empty for any other entry',
    deployment_version UInt32 COMMENT 'The deployment version, counted from 1; 0 = unknown',
    deployment_id String COMMENT 'The id of the deployment',
    function String COMMENT 'The executed function of the script',
    source String COMMENT 'Where the entry came from: the triggering source, or a part of the script',
    source_type String COMMENT 'The kind of source',
    request_id String COMMENT 'The id of the request being served',
    duration_ms Nullable(Float64) COMMENT 'Duration of the logged operation, in milliseconds',
    memory_bytes Nullable(UInt64) COMMENT 'Memory in use, in bytes',
    gpu_percent Nullable(Float64) COMMENT 'GPU utilization, in percent',
    error_code String COMMENT 'The code of the logged error',
    stack_trace String COMMENT 'The stack trace of that error, one frame per line',
    metadata String COMMENT 'Structured data from the producer: a JSON object, or empty',
    trace_id String COMMENT 'The id of the trace that the entry belongs to',
    span_id String COMMENT 'The id of the span that the entry belongs to',
    truncated Array(String) COMMENT 'The columns of this row that were cut at their configured length',
    redacted Array(String) COMMENT 'The columns of this row in which a configured pattern masked something',
    extra String COMMENT 'Further fields of the event: a JSON object, or empty',
    retention_days UInt16 COMMENT 'Whole days for which the row is kept after the day of its timestamp',
    ingested_at DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'When the row was written, in milliseconds' CODEC(DoubleDelta, Default),
    INDEX run_ids run_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX log_ids log_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX message_parts log_message TYPE ngrambf_v1(4, 65536, 3, 0) GRANULARITY 1,
    INDEX arrivals ingested_at TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version, is_deleted)
PARTITION BY toDate(timestamp)
ORDER BY (account, script, timestamp DESC, log_id, run_id)
TTL toDate(timestamp) + toIntervalDay(least(retention_days, 36500) + 1),
    toDate(timestamp) + toIntervalDay(1) RECOMPRESS CODEC(ZSTD(1))
SETTINGS
    allow_experimental_reverse_key = 1,
    min_age_to_force_merge_seconds = 3600,
    -- A fresh part is one file instead of two per column, which takes a third of the processor time of inserting it.
    min_bytes_for_wide_part = 67108864,
    -- Merges are rarer and wider than with 5: half their processor time, for some ten more parts in the current day.
    merge_selector_base = 10,
    min_age_to_force_merge_on_partition_only = 1
COMMENT 'Log entries of custom scripts; readers use the views all_logs and record_logs';

-- For a table that was created without these. Existing parts get the index when they are merged.
ALTER TABLE script_analytics.logs ADD INDEX IF NOT EXISTS arrivals ingested_at TYPE minmax GRANULARITY 1;
ALTER TABLE script_analytics.logs MODIFY SETTING min_bytes_for_wide_part = 67108864, merge_selector_base = 10;
