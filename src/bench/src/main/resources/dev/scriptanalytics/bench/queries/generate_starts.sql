-- The starts of half of the runs of the newest day, which have sent two events.
INSERT INTO script_analytics.runs (account, script, executed_on, run_id, version, status,
    deployment_version, deployment_id, function, source_type, source, trace_id, retention_days)
SELECT account, script, executed_on, run_id, 1, 'In Progress',
    deployment_version, deployment_id, function, source_type, source, trace_id, retention_days
FROM script_analytics.runs
WHERE executed_on >= toStartOfDay(fromUnixTimestamp64Milli({begin:Int64} + 2592000000, 'UTC')) AND version = 3
    AND sipHash64(run_id) % 2 = 0
