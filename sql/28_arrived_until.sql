-- Event streams follow the time at which rows arrived and not their timestamps, so that they miss no row that is late or
-- has a wrong timestamp.
--
-- ingested_at is the time at which a row's INSERT began, but the row becomes visible when the INSERT ends. So nobody
-- may read up to now: an INSERT that began before and is still running would become visible behind the reader.

-- The times until which every arrived row of logs, and of runs, is visible. Each is the start of the oldest running
-- INSERT into the table, and at least a second before now, for an INSERT that has begun and is not listed yet and for a
-- clock that is set back a little.
--
-- The answer must exist before the table is read. Otherwise an INSERT could end in between, and neither would see it.
-- So the reading view takes this time as an argument.
CREATE OR REPLACE VIEW script_analytics.arrived_until
DEFINER = script_views SQL SECURITY DEFINER
AS
SELECT
    now64(3, 'UTC') - toIntervalMillisecond(1000 + toInt64(1000 * maxIf(elapsed, position(query, 'logs') > 0))) AS logs_until,
    now64(3, 'UTC') - toIntervalMillisecond(1000 + toInt64(1000 * maxIf(elapsed, position(query, 'runs') > 0))) AS runs_until
FROM system.processes
WHERE query_kind = 'Insert'
COMMENT 'The times until which all arrived log entries, and all arrived runs, are visible, UTC';
