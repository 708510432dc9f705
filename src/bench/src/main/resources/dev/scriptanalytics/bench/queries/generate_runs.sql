-- A run for each number: the last ones are open, one in 40 has failed.
INSERT INTO script_analytics.runs (account, script, executed_on, run_id, version, status,
    deployment_version, deployment_id, function, source_type, source, response_time, ended_on, input,
    output, error_code, error_message, error_stack, error_group, trace_id, memory_bytes, cpu_ms, cold_start,
    retention_days)
WITH
    sipHash64(run, 4) AS c, sipHash64(run, 5) AS d, sipHash64(run, 6) AS e,
    multiIf(start > {begin:Int64} + 2592000000 - 120000 AND c % 3 = 0, 1, c % 40 = 0, 3, 2) AS state,
    'ord_' || lower(hex(toUInt32(d))) AS order_id,
    1 + c % 3 AS items,
    arrayMap(i -> '{"sku":"SKU-' || toString(10000 + sipHash64(c, i) % 20000) || '","quantity":'
        || toString(1 + sipHash64(d, i) % 9) || ',"price":' || toString((100 + sipHash64(e, i) % 30000) / 100) || '}',
        range(1, 1 + items)) AS lines,
    benchmark_word(d) || ['', '_timeout', '_rejected', '_unavailable'][1 + e % 4] AS error
SELECT
    'acme', run_script, fromUnixTimestamp64Milli(start, 'UTC'), 'run_' || lower(hex(run_hash)),
    if(state = 1, 1, 3), state, deployed, deploy_id, run_function,
    ['api', 'tool', 'schedule', 'event'][1 + toUInt8(4 * pow(c % 1000 / 1000, 2))], benchmark_word(c) || '-service',
    if(state = 2, took, NULL),
    if(state = 1, NULL, fromUnixTimestamp64Milli(start + toInt64(ceil(took)), 'UTC')),
    '{"order_id":"' || order_id || '","customer":{"id":' || toString(d % 1000000) || ',"tier":"'
        || ['basic', 'silver', 'gold'][1 + c % 3] || '","country":"' || ['DE', 'US', 'IN', 'FR', 'BR'][1 + e % 5]
        || '"},"items":[' || arrayStringConcat(lines, ',') || '],"channel":"' || ['web', 'app', 'phone'][1 + d % 3] || '"}',
    if(state = 2,
        '{"status":"' || ['accepted', 'queued', 'completed'][1 + e % 3] || '","order_id":"' || order_id
        || '","total":' || toString(e % 900000 / 100) || ',"currency":"EUR","warehouse":"' || benchmark_word(e)
        || '-' || toString(d % 40) || '","timings":{"database_ms":' || toString(c % 80) || ',"http_ms":'
        || toString(d % 300) || '},"confirmation":"' || lower(hex(toUInt32(e))) || '"}', ''),
    if(state = 3, upper(error), ''),
    if(state = 3, 'Service ' || benchmark_word(c) || ' refused order ' || order_id || ': '
        || replaceAll(error, '_', ' ') || ' after ' || toString(e % 30000) || ' ms', ''),
    if(state = 3, 'com.example.' || benchmark_word(d) || '.ServiceException: ' || error || '\n\tat com.example.'
        || benchmark_word(d) || '.Client.call(Client.java:' || toString(d % 400) || ')\n\tat com.example.Handler.'
        || run_function || '(Handler.java:' || toString(e % 200) || ')', ''),
    -- By the code and the top frame, which names the code's word once more.
    if(state = 3, sipHash64(upper(error)), 0),
    lower(hex(sipHash128(run))), if(state = 1, NULL, 20000000 + e % 400000000), if(state = 1, NULL, round(took * (d % 90) / 100, 1)),
    if(state = 1, NULL, c % 211 = 0), 3650
FROM benchmark.numbered(
    first = {first:UInt64}, count = {count:UInt64}, rows = {runs:UInt64}, runs = {runs:UInt64}, begin = {begin:Int64})
