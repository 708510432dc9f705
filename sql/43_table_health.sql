-- The health of the tables: parts, rows, bytes and freshness. Only readers of all accounts see rows here.

-- One row per table. rows includes rows that a merge will replace. An active part is one that queries read. Many
-- parts in one partition mean that merges do not keep up with inserts. A partition is a day, a month of
-- run_rollups_hourly, or the whole of a table without a time.
CREATE OR REPLACE VIEW script_analytics.table_sizes
DEFINER = script_views SQL SECURITY DEFINER
AS
SELECT
    of_table AS table,
    sum(in_partition) AS parts,
    max(in_partition) AS most_parts_in_a_partition,
    count() AS partitions,
    sum(of_rows) AS rows,
    sum(of_bytes_on_disk) AS bytes_on_disk,
    sum(of_uncompressed) AS uncompressed_bytes
FROM
(
    SELECT
        -- On a cluster the table NAME_local holds a shard's rows.
        replaceRegexpOne(table, '_local$', '') AS of_table,
        partition,
        count() AS in_partition,
        sum(rows) AS of_rows,
        sum(bytes_on_disk) AS of_bytes_on_disk,
        sum(data_uncompressed_bytes) AS of_uncompressed
    FROM system.parts
    WHERE database = 'script_analytics'
        AND active
        AND (SELECT count() > 0 FROM script_analytics.reader_accounts WHERE user = currentUser() AND account = '*')
    GROUP BY of_table, partition
)
GROUP BY of_table
ORDER BY of_table
COMMENT 'Parts, rows and bytes of each table; for readers of all accounts';

-- Freshness: one row for each table that was written to in [from, to). It covers runs and log entries dated up to a
-- day before. The columns say when the last row was written, how long ago that is, and how long rows took from the
-- end of the run, or the time of the entry, until they were written, in seconds (P50 and P99). Captured output has
-- the time of the end of its run.
CREATE OR REPLACE VIEW script_analytics.freshness
DEFINER = script_views SQL SECURITY DEFINER
AS
SELECT
    table,
    count() AS rows_written,
    max(written) AS last_written,
    dateDiff('second', last_written, now64(3, 'UTC')) AS seconds_ago,
    quantileTDigest(0.5)(delay) AS p50_delay,
    quantileTDigest(0.99)(delay) AS p99_delay
FROM
(
    SELECT
        'runs' AS table,
        ingested_at AS written,
        (toUnixTimestamp64Milli(ingested_at) - toUnixTimestamp64Milli(ifNull(ended_on, executed_on))) / 1000 AS delay
    FROM script_analytics.runs
    WHERE executed_on >= parseDateTime64BestEffort({from:String}, 3, 'UTC') - toIntervalDay(1)
        AND ingested_at >= parseDateTime64BestEffort({from:String}, 3, 'UTC')
        AND ingested_at < parseDateTime64BestEffort({to:String}, 3, 'UTC')
        AND (SELECT count() > 0 FROM script_analytics.reader_accounts WHERE user = currentUser() AND account = '*')
    UNION ALL
    SELECT
        'logs' AS table,
        ingested_at AS written,
        (toUnixTimestamp64Milli(ingested_at) - toUnixTimestamp64Milli(toDateTime64(timestamp, 3, 'UTC'))) / 1000 AS delay
    FROM script_analytics.logs
    WHERE timestamp >= parseDateTime64BestEffort({from:String}, 3, 'UTC') - toIntervalDay(1)
        AND ingested_at >= parseDateTime64BestEffort({from:String}, 3, 'UTC')
        AND ingested_at < parseDateTime64BestEffort({to:String}, 3, 'UTC')
        AND (SELECT count() > 0 FROM script_analytics.reader_accounts WHERE user = currentUser() AND account = '*')
)
GROUP BY table
ORDER BY table
COMMENT 'When runs and logs were last written in [from, to), and how long rows took until they were written (s); for readers of all accounts: from, to (ISO-8601)';

-- The time since runs and logs were last written, cheap enough for an alert that asks often. There is one row for
-- each table that has rows, however old. It is exact within the last hour: a skip index finds what was written then,
-- and only the last minute is read if it has a row. Beyond an hour the latest start of a run, or the latest timestamp
-- of an entry, is the estimate, which ClickHouse knows without reading a row. seconds_ago is then at least an hour,
-- because a fast clock dates rows into the future.
CREATE OR REPLACE VIEW script_analytics.last_writes
DEFINER = script_views SQL SECURITY DEFINER
AS
WITH
    now64(3, 'UTC') AS now,
    toDateTime64(0, 3, 'UTC') AS never,
    (SELECT max(ingested_at) FROM script_analytics.runs WHERE ingested_at >= now - toIntervalMinute(1)) AS run_in_minute,
    (SELECT max(ingested_at) FROM script_analytics.logs WHERE ingested_at >= now - toIntervalMinute(1)) AS log_in_minute,
    (SELECT max(ingested_at) FROM script_analytics.runs WHERE run_in_minute = never AND ingested_at >= now - toIntervalHour(1)) AS run_in_hour,
    (SELECT max(ingested_at) FROM script_analytics.logs WHERE log_in_minute = never AND ingested_at >= now - toIntervalHour(1)) AS log_in_hour
SELECT
    table,
    if(lately > never, lately, least(latest, now - toIntervalHour(1))) AS last_written,
    dateDiff('second', last_written, now) AS seconds_ago
FROM
(
    SELECT
        'runs' AS table,
        (SELECT max(executed_on) FROM script_analytics.runs) AS latest,
        greatest(run_in_minute, run_in_hour) AS lately
    UNION ALL
    SELECT
        'logs' AS table,
        (SELECT toDateTime64(max(timestamp), 3, 'UTC') FROM script_analytics.logs) AS latest,
        greatest(log_in_minute, log_in_hour) AS lately
)
WHERE latest > never
    AND (SELECT count() > 0 FROM script_analytics.reader_accounts WHERE user = currentUser() AND account = '*')
ORDER BY table
COMMENT 'Time since runs and logs were last written (s; exact within an hour); for readers of all accounts';
