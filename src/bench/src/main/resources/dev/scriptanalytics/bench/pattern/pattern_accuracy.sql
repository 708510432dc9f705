-- The pattern of each line, whose number is the entry's id.
SELECT pattern
FROM script_analytics.all_logs(account = {account:String}, script = {script:String}, from = {from:String}, to = {to:String})
ORDER BY toUInt32(log_id)
