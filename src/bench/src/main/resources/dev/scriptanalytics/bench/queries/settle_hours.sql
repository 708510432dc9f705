-- What the job publishes: whole hours are settled once they are an hour and ten minutes old.
INSERT INTO script_analytics.rollup_progress
SELECT 'Script Analytics', toStartOfHour(fromUnixTimestamp64Milli({end:Int64}, 'UTC') - toIntervalMinute(70))
