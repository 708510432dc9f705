-- What the benchmark of the API server generates. No job runs here.

-- entries
-- The entries of one script, spread evenly over the day before end (in microseconds since 1970), so that the last is at
-- the end of it.
INSERT INTO script_analytics.logs (account, script, timestamp, log_id, version, run_id, log_level, original_level,
    log_message, sequence, deployment_version, deployment_id, function, source, source_type, duration_ms, error_code,
    metadata, trace_id, retention_days)
WITH sipHash64(number, 1) AS h, h % 100 AS kind
SELECT
    {account:String}, {script:String},
    fromUnixTimestamp64Micro({end:Int64} - toInt64(intDiv(({rows:UInt64} - number) * 86400000000, {rows:UInt64})), 'UTC'),
    'log_' || lower(hex(h)), 3, 'run_' || toString(intDiv(number, 20)),
    multiIf(kind < 10, 'Debug', kind < 85, 'Info', kind < 95, 'Warning', 'Error'),
    multiIf(kind < 10, 'DEBUG', kind < 85, 'INFO', kind < 95, 'WARNING', 'ERROR'),
    ['Handled request for customer ', 'Fetched rows from table orders: ', 'Order moved to state shipped: ',
     'Uploaded results to s3://results/part-'][1 + h % 4] || toString(h) || ' in ' || toString(h % 997) || ' ms',
    number, 1, 'deploy_1', 'handler', ['billing', 'checkout', 'catalog'][1 + h % 3], 'script',
    if(h % 3 = 0, h % 100000 / 100, NULL),
    if(kind >= 95, ['E_KEY', 'E_STATE', 'QUOTA_EXCEEDED'][1 + intDiv(h, 100) % 3], ''),
    if(h % 4 = 0, '{"region":"eu-' || toString(h % 3) || '","batch":{"size":' || toString(h % 64) || '}}', ''),
    lower(hex(sipHash128(number))), 36500
FROM numbers({rows:UInt64})
ORDER BY number;

-- span of entries
-- How many there are, and the whole milliseconds since 1970 between which they are.
SELECT count(), toUnixTimestamp64Milli(min(timestamp)), 1 + toUnixTimestamp64Milli(max(timestamp))
FROM script_analytics.logs
WHERE account = {account:String} AND script = {script:String}
FORMAT TSV;

-- arriving entries
-- Entries of now, of each followed script in turn; some have messages that are longer by `large` bytes.
INSERT INTO script_analytics.logs (account, script, timestamp, log_id, version, run_id, log_level, log_message,
    sequence, source, retention_days)
WITH sipHash64(number, 1) AS h
SELECT
    {account:String}, 'followed_' || toString(number % {scripts:UInt64}), now64(6), 'log_' || lower(hex(h)), 3,
    'run_' || toString(intDiv(number, 100)), 'Info',
    'Request ' || toString(number) || ' of customer ' || toString(h) || if(number % {large_one_in:UInt8} = 0, ' ' || repeat('x', {large:UInt64}), ''),
    number, 'billing', 36500
FROM numbers({first:UInt64}, {rows:UInt64});

-- query of a request
SELECT query
FROM system.query_log
WHERE query_id = {id:String} AND type = 'QueryFinish'
FORMAT JSONCompactEachRow;

-- newest run
-- The whole minute in which the last run of a script started, in milliseconds since 1970.
SELECT toUnixTimestamp64Milli(toDateTime64(toStartOfMinute(max(executed_on)), 3, 'UTC'))
FROM script_analytics.runs
WHERE account = {account:String} AND script = {asked:String}
FORMAT TSV;

-- run ids
-- Ids of runs of all days and scripts, one per line.
SELECT run_id
FROM script_analytics.runs
WHERE account = {account:String} AND cityHash64(run_id, 7) % {one_in:UInt64} = 0
LIMIT {ids:UInt64}
FORMAT TSV;

-- scripts of an account
SELECT uniqExact(script) FROM script_analytics.deployments WHERE account = {many:String} FORMAT TSV;

-- copies of a script
-- The last 24 hour cells of a script, as those of many scripts of another account.
INSERT INTO script_analytics.run_rollups_hourly
SELECT copied.* REPLACE ({many:String} AS account, 'copy_' || toString(number) AS script)
FROM
(
    SELECT *
    FROM script_analytics.run_rollups_hourly FINAL
    WHERE account = {account:String} AND script = {copied:String}
    ORDER BY hour DESC
    LIMIT 24
) AS copied
CROSS JOIN numbers({scripts:UInt64}) AS numbers;

-- runs of the copies
-- One run of each of the newest deployments, from which their deployments are known.
INSERT INTO script_analytics.runs
SELECT copied.* REPLACE ({many:String} AS account, 'copy_' || toString(number) AS script)
FROM
(
    SELECT *
    FROM script_analytics.runs
    WHERE account = {account:String} AND script = {copied:String}
    ORDER BY deployment_version DESC, executed_on DESC
    LIMIT 1 BY deployment_version
    LIMIT 4
) AS copied
CROSS JOIN numbers({scripts:UInt64}) AS numbers;
