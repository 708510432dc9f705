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
