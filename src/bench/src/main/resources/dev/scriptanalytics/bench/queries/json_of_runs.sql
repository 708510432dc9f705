-- The average length of the event that holds everything of a run, in bytes, of the runs of a day.
SELECT avg(length(concat('{"account":"', account, '","run_id":"', run_id, '","script":"', script,
    '","deployment_id":"', deployment_id, '","deployment_version":', toString(deployment_version),
    ',"function":"', function, '","status":"', lower(toString(status)),
    '","started_at":"', toString(executed_on), 'Z","ended_at":"', ifNull(toString(ended_on), ''),
    'Z","source_type":"', source_type, '","source":"', source, '"',
    ifNull(',"response_time_ms":' || toString(response_time), ''), ',"input":', input, if(output = '', '', ',"output":' || output),
    if(status = 'Failed', ',"error":{"code":' || toJSONString(error_code) || ',"message":'
        || toJSONString(error_message) || ',"stack_trace":' || toJSONString(splitByChar('\n', error_stack)) || '}', ''),
    ',"trace_id":"', trace_id, '","resources":{"memory_bytes":', ifNull(toString(memory_bytes), '0'), ',"cpu_ms":',
    ifNull(toString(cpu_ms), '0'), ',"cold_start":', ifNull(toString(cold_start), 'false'), '}}')))
FROM script_analytics.runs
WHERE toDate(executed_on) = {day:Date}
