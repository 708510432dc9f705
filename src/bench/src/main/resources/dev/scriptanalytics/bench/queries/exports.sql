-- Downloads of a week of the busiest script. FORMAT CSV follows, or the count of their rows is asked for.

-- CSV of a week's runs, the columns of All Runs
SELECT run_id, status, deployment_version, response_time, function, executed_on, source_type, source
FROM script_analytics.all_runs(
    account = {account:String}, script = {busiest:String}, from = {week:String}, to = {week_end:String});

-- CSV of a week's runs, all columns
SELECT * FROM script_analytics.all_runs(
    account = {account:String}, script = {busiest:String}, from = {week:String}, to = {week_end:String});

-- CSV of a week's log entries, the columns of Logs
SELECT log_id, log_level, log_message, timestamp, run_id, deployment_version, function, source
FROM script_analytics.all_logs(
    account = {account:String}, script = {busiest:String}, from = {week:String}, to = {week_end:String});
