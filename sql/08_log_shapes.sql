-- The shapes of a script's log messages, and which pattern each belongs to. Entries are counted by their own column
-- shape, in logs. So this table names patterns and counts nothing: a shape without a row belongs to pattern 0, other.
--
-- A pattern is known by the shape that founded it. Its template is that of its latest row. The job writes a shape's row
-- when it meets the shape, again when the pattern changes, after a restart, and every month; the latest counts.
CREATE TABLE IF NOT EXISTS script_analytics.log_shapes
(
    account String COMMENT 'The tenant',
    script String COMMENT 'The custom script',
    shape UInt64 COMMENT 'The hash of the text, as in logs',
    text String COMMENT 'The message with * for what looks variable: numbers, ids, dates, paths and the like',
    pattern UInt64 COMMENT 'The pattern: the shape that founded it',
    template String COMMENT 'The words that the shapes of the pattern had in common when the row was written, with * for the others',
    first_seen DateTime64(6, 'UTC') COMMENT 'The time of the first entry of that shape since the job began to keep it, in microseconds',
    written DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'When the row was written, in milliseconds'
)
ENGINE = ReplacingMergeTree(written)
ORDER BY (account, script, shape)
TTL toDate(written) + toIntervalDay(400 + 1)
SETTINGS min_age_to_force_merge_seconds = 3600
COMMENT 'The shapes of log messages and their patterns; readers use the views log_patterns and all_logs';
