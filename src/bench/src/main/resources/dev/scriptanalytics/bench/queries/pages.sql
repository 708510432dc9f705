-- Pages of runs, newest first: the first one, and the hundredth behind its predecessor's last row; then lookups by id.
-- What is not before that row's time is not read; the page begins within its millisecond.

-- `all_runs`, first page where status = 'Failed'
-- at most 100 ms
SELECT * FROM script_analytics.all_runs(
    account = {account:String}, script = {busiest:String}, from = {begin:String}, to = {end:String})
WHERE status = 'Failed'
ORDER BY executed_on DESC, run_id LIMIT {rows:UInt64} OFFSET {skipped:UInt64};

-- `all_runs`, page 100 where status = 'Failed'
-- at most 150 ms
SELECT * FROM script_analytics.all_runs(
    account = {account:String}, script = {busiest:String}, from = {begin:String}, to = {last_millisecond:String})
WHERE status = 'Failed'
    AND (executed_on < {last_executed_on:String} OR run_id > {last_run_id:String})
ORDER BY executed_on DESC, run_id LIMIT {rows:UInt64};

-- `all_runs`, first page where source = 'billing-service' AND response_time > 20
-- at most 100 ms
SELECT * FROM script_analytics.all_runs(
    account = {account:String}, script = {busiest:String}, from = {begin:String}, to = {end:String})
WHERE source = 'billing-service' AND response_time > 20
ORDER BY executed_on DESC, run_id LIMIT {rows:UInt64} OFFSET {skipped:UInt64};

-- `all_runs`, page 100 where source = 'billing-service' AND response_time > 20
-- at most 150 ms
SELECT * FROM script_analytics.all_runs(
    account = {account:String}, script = {busiest:String}, from = {begin:String}, to = {last_millisecond:String})
WHERE source = 'billing-service' AND response_time > 20
    AND (executed_on < {last_executed_on:String} OR run_id > {last_run_id:String})
ORDER BY executed_on DESC, run_id LIMIT {rows:UInt64};

-- `all_runs`, first page where function != ''
-- at most 100 ms
SELECT * FROM script_analytics.all_runs(
    account = {account:String}, script = {busiest:String}, from = {begin:String}, to = {end:String})
WHERE function != ''
ORDER BY executed_on DESC, run_id LIMIT {rows:UInt64} OFFSET {skipped:UInt64};

-- `all_runs`, page 100 where function != ''
-- at most 150 ms
SELECT * FROM script_analytics.all_runs(
    account = {account:String}, script = {busiest:String}, from = {begin:String}, to = {last_millisecond:String})
WHERE function != ''
    AND (executed_on < {last_executed_on:String} OR run_id > {last_run_id:String})
ORDER BY executed_on DESC, run_id LIMIT {rows:UInt64};

-- `record` by run id
-- at most 50 ms
SELECT * FROM script_analytics.record(account = {account:String}, run_id = {run_id:String});

-- `record_logs` by run id
SELECT * FROM script_analytics.record_logs(account = {account:String}, run_id = {run_id:String});
