-- Writes the rows of a minute of each table a second time.

INSERT INTO script_analytics.runs
SELECT * FROM script_analytics.runs FINAL
WHERE executed_on >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND executed_on < fromUnixTimestamp64Milli({to:Int64}, 'UTC');

INSERT INTO script_analytics.logs
SELECT * FROM script_analytics.logs FINAL
WHERE timestamp >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND timestamp < fromUnixTimestamp64Milli({to:Int64}, 'UTC');

INSERT INTO script_analytics.run_rollups (* EXCEPT (means, weights))
SELECT * FROM script_analytics.run_rollups FINAL
WHERE minute >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND minute < fromUnixTimestamp64Milli({to:Int64}, 'UTC');
