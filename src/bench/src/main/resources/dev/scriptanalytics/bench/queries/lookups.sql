-- Lookups of log entries by an id.

-- the entries of a run: `record_logs`
SELECT * FROM script_analytics.record_logs(account = {account:String}, run_id = {run_id:String});

-- an entry of a script: `all_logs`
SELECT * FROM script_analytics.all_logs(
    account = {account:String}, script = {busiest:String}, from = '1970-01-01', to = '2200-01-01')
WHERE log_id = {log_id:String};

-- an entry, in the table
SELECT * FROM script_analytics.logs WHERE account = {account:String} AND log_id = {log_id:String};
