-- The average length of a log entry's native form, the shortest of all, in bytes, of the entries of a day.
SELECT avg(length(concat('{"account":"', account, '","run_id":"', run_id, '","script":"', script,
    '","deployment_id":"', deployment_id, '","deployment_version":', toString(deployment_version),
    ',"function":"', function, '","log_id":"', log_id, '","timestamp":"', toString(timestamp),
    'Z","level":"', original_level, '","message":', toJSONString(log_message), ',"source":"', source,
    '","source_type":"', source_type, '"', if(duration_ms IS NULL, '', ',"duration_ms":' || toString(assumeNotNull(duration_ms))),
    if(memory_bytes IS NULL, '', ',"memory_bytes":' || toString(assumeNotNull(memory_bytes))),
    if(error_code = '', '', ',"error_code":"' || error_code || '"'),
    if(metadata = '', '', ',"metadata":' || metadata), ',"trace_id":"', trace_id, '"}')))
FROM script_analytics.logs
WHERE toDate(timestamp) = {day:Date}
