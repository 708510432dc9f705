-- Searches in log messages, and what is counted of them.

-- `all_logs` of a day, how many contain "declined by the bank"
-- at most 300 ms
SELECT count() FROM script_analytics.all_logs(
    account = {account:String}, script = {busiest:String}, from = {past_day:String}, to = {past_day_end:String})
WHERE log_message LIKE '%declined by the bank%';

-- `all_logs` of a day, how many contain "by the bank with code 17"
-- at most 300 ms
SELECT count() FROM script_analytics.all_logs(
    account = {account:String}, script = {busiest:String}, from = {past_day:String}, to = {past_day_end:String})
WHERE log_message LIKE '%by the bank with code 17%';

-- `all_logs` of a day, how many contain "deadlock detected"
-- at most 300 ms
SELECT count() FROM script_analytics.all_logs(
    account = {account:String}, script = {busiest:String}, from = {past_day:String}, to = {past_day_end:String})
WHERE log_message LIKE '%deadlock detected%';

-- `all_logs` of a day, first page that contains "declined by the bank"
-- at most 300 ms
SELECT * FROM script_analytics.all_logs(
    account = {account:String}, script = {busiest:String}, from = {past_day:String}, to = {past_day_end:String})
WHERE log_message LIKE '%declined by the bank%'
ORDER BY timestamp DESC, log_id LIMIT 50;

-- `all_logs` of the last 24 hours, how many contain "declined by the bank"
-- at most 300 ms
SELECT count() FROM script_analytics.all_logs(
    account = {account:String}, script = {busiest:String}, from = {day_ago:String}, to = {end:String})
WHERE log_message LIKE '%declined by the bank%';

-- `all_logs` of the last 24 hours, first page
-- at most 100 ms
SELECT * FROM script_analytics.all_logs(
    account = {account:String}, script = {busiest:String}, from = {day_ago:String}, to = {end:String})
ORDER BY timestamp DESC, sequence DESC, log_id DESC LIMIT 50;

-- `all_logs` of 30 days, first page
SELECT * FROM script_analytics.all_logs(
    account = {account:String}, script = {busiest:String}, from = {begin:String}, to = {end:String})
ORDER BY timestamp DESC, sequence DESC, log_id DESC LIMIT 50;

-- `log_patterns` of a day
-- at most 200 ms
SELECT * EXCEPT (runs) FROM script_analytics.log_patterns(
    account = {account:String}, script = {busiest:String}, from = {past_day:String}, to = {past_day_end:String});

-- `log_patterns` of 30 days
-- at most 1000 ms
SELECT * EXCEPT (runs) FROM script_analytics.log_patterns(
    account = {account:String}, script = {busiest:String}, from = {begin:String}, to = {end:String});

-- `log_patterns` of 30 days, with runs
-- at most 3000 ms
SELECT * FROM script_analytics.log_patterns(
    account = {account:String}, script = {busiest:String}, from = {begin:String}, to = {end:String});

-- `pattern_changes` of 30 days
SELECT * FROM script_analytics.pattern_changes(
    account = {account:String}, script = {busiest:String}, from = {begin:String}, to = {end:String},
    baseline = '3', candidate = '4');

-- `error_groups` of a day
-- at most 300 ms
SELECT * FROM script_analytics.error_groups(
    account = {account:String}, script = {busiest:String}, from = {past_day:String}, to = {past_day_end:String});

-- `error_groups` of the last 24 hours
-- at most 300 ms
SELECT * FROM script_analytics.error_groups(
    account = {account:String}, script = {busiest:String}, from = {day_ago:String}, to = {end:String});

-- `errors_overview` of the last 24 hours, all scripts
SELECT * FROM script_analytics.errors_overview(from = {day_ago:String}, to = {end:String});

-- `new_errors_overview` of the last 24 hours, all scripts
SELECT * FROM script_analytics.new_errors_overview(from = {day_ago:String}, to = {end:String});

-- `log_metrics` of a day
SELECT * FROM script_analytics.log_metrics(
    account = {account:String}, script = {busiest:String}, from = {past_day:String}, to = {past_day_end:String});
