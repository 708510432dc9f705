-- What a script logged in [from, to), by pattern, the most frequent first. A pattern is a message template, known by
-- the shape that founded it. The entries of all patterns add up to total_logs of log_metrics, whatever the job knows of
-- patterns: entries are counted by their own shape, and log_shapes only tells which shapes are of one pattern.
--
-- Pattern 0 is other: messages that say nothing, and shapes without a pattern. A shape has none until the job has
-- written it, seconds after its first entry; if it was beyond the job's limits (2,000 new shapes of a script per day);
-- and if its script is unknown.
--
-- template is the message with * for what varies. runs are those that logged it. levels are the entries by level, of the
-- levels that occur. first_deployment_version and first_deployment_id are of the first entry in the range. share is the
-- percentage of the entries of the range.
--
-- A question that leaves out runs is several times faster.
CREATE OR REPLACE VIEW script_analytics.log_patterns
DEFINER = script_views SQL SECURITY DEFINER
AS
SELECT
    pattern,
    if(pattern = 0, 'other', any(latest_template)) AS template,
    sum(shape_entries) AS entries,
    uniqExactMerge(shape_runs) AS runs,
    sumMap(map(toString(log_level), shape_entries)) AS levels,
    min(shape_first) AS first_time,
    max(shape_last) AS last_time,
    tupleElement(argMin(shape_deployment, shape_first), 1) AS first_deployment_version,
    tupleElement(argMin(shape_deployment, shape_first), 2) AS first_deployment_id,
    round(100 * entries / sum(entries) OVER (), 4) AS share
FROM
(
    SELECT
        shape,
        log_level,
        count() AS shape_entries,
        -- A 64-bit hash halves the time. It counts 10 million runs wrong once in 400,000 times.
        uniqExactStateIf(sipHash64(run_id), run_id != '') AS shape_runs,
        min(timestamp) AS shape_first,
        max(timestamp) AS shape_last,
        argMin((deployment_version, deployment_id), timestamp) AS shape_deployment
    FROM script_analytics.logs FINAL
    WHERE account = {account:String}
        AND script = {script:String}
        AND timestamp >= parseDateTime64BestEffort({from:String}, 3, 'UTC')
        AND timestamp < parseDateTime64BestEffort({to:String}, 3, 'UTC')
        AND (
            SELECT count() > 0
            FROM script_analytics.reader_accounts
            WHERE user = currentUser() AND account IN ('*', {account:String})
        )
    GROUP BY shape, log_level
) AS of_shape
LEFT JOIN
(
    SELECT
        shape,
        pattern,
        -- All rows of a pattern show the template of its latest. Rows of one insert have one time. Of these the one with
        -- the most stars is the latest, since a template only ever gains some.
        argMax(template, (written, countEqual(splitByChar(' ', template), '*'))) OVER (PARTITION BY pattern) AS latest_template
    FROM script_analytics.log_shapes FINAL
    WHERE account = {account:String} AND script = {script:String}
) AS known ON of_shape.shape = known.shape
GROUP BY pattern
ORDER BY entries DESC, pattern
COMMENT 'Log entries of a script in [from, to) by message pattern, the most frequent first: account, script, from, to (ISO-8601)';
