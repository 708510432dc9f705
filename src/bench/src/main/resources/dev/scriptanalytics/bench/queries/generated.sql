-- What the directory holds, so that a history is written only once.

-- found
SELECT arrayJoin([toUnixTimestamp64Milli(begin), toInt64(runs), toInt64(logs)]) FROM benchmark.generated;

-- runs of an unfinished history
SELECT count() FROM script_analytics.runs;

-- written
INSERT INTO benchmark.generated
SELECT fromUnixTimestamp64Milli({begin:Int64}, 'UTC'), {runs:UInt64}, {logs:UInt64};
