-- What pages ask of the rollups, each followed by the same question to the raw rows, and what only raw rows answer. The first line of a query's comment
-- is its name; "at most" is the median in milliseconds that it may take.

-- `script_metrics` of 30 days
-- at most 50 ms
SELECT * FROM script_analytics.script_metrics(
    account = {account:String}, script = {busiest:String}, from = {begin:String}, to = {end:String});

-- `script_metrics` of 30 days, from raw rows
SELECT count(), countIf(status = 'Success'), countIf(status = 'Failed'),
    quantilesTDigest(0.5, 0.9, 0.99)(response_time), avg(response_time), min(response_time), max(response_time)
FROM script_analytics.all_runs(
    account = {account:String}, script = {busiest:String}, from = {begin:String}, to = {end:String});

-- `script_metrics` of the last 24 hours
-- at most 42 ms
SELECT * FROM script_analytics.script_metrics(
    account = {account:String}, script = {busiest:String}, from = {day_ago:String}, to = {end:String});

-- `script_metrics` of the last 24 hours, from raw rows
SELECT count(), countIf(status = 'Success'), countIf(status = 'Failed'),
    quantilesTDigest(0.5, 0.9, 0.99)(response_time), avg(response_time), min(response_time), max(response_time)
FROM script_analytics.all_runs(
    account = {account:String}, script = {busiest:String}, from = {day_ago:String}, to = {end:String});

-- `script_metrics` of a day last week
-- at most 42 ms
SELECT * FROM script_analytics.script_metrics(
    account = {account:String}, script = {busiest:String}, from = {past_day:String}, to = {past_day_end:String});

-- `script_metrics` of a day last week, from raw rows
SELECT count(), countIf(status = 'Success'), countIf(status = 'Failed'),
    quantilesTDigest(0.5, 0.9, 0.99)(response_time), avg(response_time), min(response_time), max(response_time)
FROM script_analytics.all_runs(
    account = {account:String}, script = {busiest:String}, from = {past_day:String}, to = {past_day_end:String});

-- `script_metrics` of 30 days, an ordinary script
-- at most 100 ms
SELECT * FROM script_analytics.script_metrics(
    account = {account:String}, script = {ordinary:String}, from = {begin:String}, to = {end:String});

-- `script_metrics` of 30 days, an ordinary script, from raw rows
SELECT count(), countIf(status = 'Success'), countIf(status = 'Failed'),
    quantilesTDigest(0.5, 0.9, 0.99)(response_time), avg(response_time), min(response_time), max(response_time)
FROM script_analytics.all_runs(
    account = {account:String}, script = {ordinary:String}, from = {begin:String}, to = {end:String});

-- `run_timeline` of 30 days in 120 buckets
-- at most 60 ms
SELECT * FROM script_analytics.run_timeline(
    account = {account:String}, script = {busiest:String}, from = {begin:String}, to = {end:String}, step = 21600);

-- `run_timeline` of 30 days in 120 buckets, from raw rows
SELECT toStartOfInterval(executed_on, INTERVAL 6 HOUR) AS bucket, deployment_version,
    count(), countIf(status = 'Success'), countIf(status = 'Failed'),
    quantilesTDigest(0.5, 0.9, 0.99)(response_time), avg(response_time), min(response_time), max(response_time)
FROM script_analytics.all_runs(
    account = {account:String}, script = {busiest:String}, from = {begin:String}, to = {end:String})
GROUP BY bucket, deployment_version;

-- `version_metrics` of 30 days
-- at most 60 ms
SELECT * FROM script_analytics.version_metrics(
    account = {account:String}, script = {busiest:String}, from = {begin:String}, to = {end:String});

-- `version_metrics` of 30 days, from raw rows
SELECT deployment_version, count(), countIf(status = 'Success'), countIf(status = 'Failed'),
    quantilesTDigest(0.5, 0.9, 0.99)(response_time), avg(response_time), min(response_time), max(response_time)
FROM script_analytics.all_runs(
    account = {account:String}, script = {busiest:String}, from = {begin:String}, to = {end:String})
GROUP BY deployment_version;

-- `run_density` of 30 days
-- at most 600 ms
SELECT * FROM script_analytics.run_density(
    account = {account:String}, script = {busiest:String}, from = {begin:String}, to = {end:String});

-- `run_density` of the last 24 hours
SELECT * FROM script_analytics.run_density(
    account = {account:String}, script = {busiest:String}, from = {day_ago:String}, to = {end:String});

-- `version_comparison` of 30 days
-- at most 150 ms
SELECT * FROM script_analytics.version_comparison(
    account = {account:String}, script = {busiest:String}, from = {begin:String}, to = {end:String},
    baseline = '3', candidate = '4');

-- `version_verdict`
SELECT * FROM script_analytics.version_verdict(account = {account:String}, script = {busiest:String}, version = '5');

-- `scripts`
SELECT * FROM script_analytics.scripts(account = {account:String});

-- `version_regressions` of 30 days, all scripts
-- at most 250 ms
SELECT * FROM script_analytics.version_regressions(account = {account:String}, from = {begin:String}, to = {end:String});
