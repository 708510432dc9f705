-- A log entry for each number, while its run lasts.
INSERT INTO script_analytics.logs (account, script, timestamp, log_id, version, run_id, log_level,
    original_level, log_message, deployment_version, deployment_id, function, source, source_type, duration_ms,
    memory_bytes, error_code, shape, error_group, metadata, trace_id, retention_days)
WITH
    sipHash64(number, 7) AS h, sipHash64(number, 8) AS g, benchmark_template(g) AS template,
    multiIf(template >= 20, 'Error', template >= 15, 'Warning', h % 5 = 0, 'Debug', 'Info') AS level,
    if(template >= 20 AND h % 2 = 0, ['E_KEY', 'E_STATE', 'QUOTA_EXCEEDED', 'LEDGER', 'CUDA_OOM'][template - 19], '') AS code
SELECT
    'acme', run_script, fromUnixTimestamp64Micro(start * 1000 + toInt64(h % (1 + toUInt64(took * 1000))), 'UTC'),
    'log_' || lower(hex(h)), 3, 'run_' || lower(hex(run_hash)), level, upper(level),
    benchmark_message(h, g), deployed, deploy_id, run_function, benchmark_word(h), 'script',
    if(g % 3 = 0, h % 100000 / 100, NULL), if(g % 7 = 0, h % 2000000000, NULL),
    code,
    benchmark_shape(template, h),
    -- By the code, or else by the kind, and by the word that two kinds do not mask.
    multiIf(
        level != 'Error', 0,
        code != '', sipHash64(code),
        template IN (20, 21), sipHash64(template, benchmark_word(h), benchmark_word(g)),
        sipHash64(template)),
    if(h % 4 = 0, '{"region":"eu-' || toString(h % 3) || '","gpuUtilization":' ||
        toString(h % 1000 / 10) || ',"batch":{"size":' || toString(h % 64) || '}}', ''),
    lower(hex(sipHash128(run))), 3650
FROM benchmark.numbered(
    first = {first:UInt64}, count = {count:UInt64}, rows = {logs:UInt64}, runs = {runs:UInt64}, begin = {begin:Int64})
