-- What the job has written, to be compared with what was sent.

-- runs
SELECT script, count(), countIf(status = 'Success'), countIf(status = 'Failed')
FROM script_analytics.runs FINAL
WHERE account = {account:String}
GROUP BY script
FORMAT TSV;

-- run_rollups
SELECT script, sum(seen), sum(succeeded), sum(failed), percentiles[1], percentiles[2],
    quantilesTDigestWeightedMerge(0.9, 0.99)(digest) AS percentiles
FROM script_analytics.run_rollups FINAL
WHERE account = {account:String}
GROUP BY script
FORMAT TSV;

-- logs
SELECT count() FROM script_analytics.logs FINAL WHERE deployment_version > 0 AND account = {account:String};

-- dead_letters
SELECT count() FROM script_analytics.dead_letters;
