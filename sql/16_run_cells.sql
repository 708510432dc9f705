-- The basis of the views of metrics; readers have no grant on it. It gives the runs of an account that started in
-- [from, to), by script, deployment version and bucket, in any number of rows that the caller must add up.
--
-- It is exact to the millisecond: whole minutes come from run_rollups, partial minutes at both edges from runs. If an
-- edge minute of a script has a rollup but no raw run any more (retention), the rollup is taken whole.
--
-- The edges stand twice on purpose, here and in script_metrics: planning a view within a view takes as long as
-- reading a day of a script. A change here belongs there too. Other views of metrics go through this one.
--
-- Columns of milliseconds are compared with an end in milliseconds. ClickHouse 26.7 reads "before a DateTime" as "up
-- to the second before it", and skips a part whose runs are all later than that.
--
-- script is a script, or '' for all scripts (no script has that name). step is the length of a bucket in seconds; 0
-- counts as 1. Buckets begin at multiples of step since 1970, and the column bucket is that beginning. If step is not
-- a multiple of a minute, everything comes from runs, and minutes without raw runs go into the bucket in which they
-- begin. first_minute and last_minute of the runs in a row are whole minutes.
CREATE OR REPLACE VIEW script_analytics.run_cells
DEFINER = script_views SQL SECURITY DEFINER
AS
WITH
    greatest(1, {step:UInt32}) AS seconds,
    -- Milliseconds since 1970, limited to what a DateTime can hold, so that a range over all times does not wrap around.
    greatest(0, least(4294967280000, toUnixTimestamp64Milli({from:DateTime64(3, 'UTC')}))) AS from_ms,
    greatest(0, least(4294967280000, toUnixTimestamp64Milli({to:DateTime64(3, 'UTC')}))) AS to_ms,
    -- The minutes that contain the edges, and between them the whole minutes: [whole_from, whole_to).
    toDateTime(intDiv(from_ms, 60000) * 60, 'UTC') AS edge_from,
    toDateTime(intDiv(to_ms + 59999, 60000) * 60, 'UTC') AS edge_to,
    if(seconds % 60 = 0, toDateTime(intDiv(from_ms + 59999, 60000) * 60, 'UTC'), edge_to) AS whole_from,
    if(seconds % 60 = 0, toDateTime(intDiv(to_ms, 60000) * 60, 'UTC'), edge_to) AS whole_to,
    (
        SELECT count() > 0
        FROM script_analytics.reader_accounts
        WHERE user = currentUser() AND account IN ('*', {account:String})
    ) AS may_see
SELECT
    script,
    deployment_version,
    toDateTime(intDiv(toUnixTimestamp(minute), seconds) * seconds, 'UTC') AS bucket,
    minute AS first_minute,
    minute AS last_minute,
    seen,
    succeeded,
    failed,
    response_times,
    response_time_sum,
    response_time_min,
    response_time_max,
    digest
FROM script_analytics.run_rollups FINAL
WHERE account = {account:String}
    AND ({script:String} = '' OR script = {script:String})
    AND minute >= edge_from
    AND minute < edge_to
    AND (
        (minute >= whole_from AND minute < whole_to)
        OR (script, minute) NOT IN (
            SELECT DISTINCT script, toStartOfMinute(executed_on)
            FROM script_analytics.runs
            WHERE account = {account:String}
                AND ({script:String} = '' OR script = {script:String})
                AND (
                    (executed_on >= edge_from AND executed_on < toDateTime64(whole_from, 3, 'UTC'))
                    OR (executed_on >= whole_to AND executed_on < toDateTime64(edge_to, 3, 'UTC'))
                )
                AND may_see
        )
    )
    AND from_ms < to_ms
    AND may_see
UNION ALL
SELECT
    script,
    deployment_version,
    toDateTime(intDiv(toUnixTimestamp(toDateTime(executed_on, 'UTC')), seconds) * seconds, 'UTC') AS bucket,
    toStartOfMinute(min(executed_on)) AS first_minute,
    toStartOfMinute(max(executed_on)) AS last_minute,
    toInt64(count()) AS seen,
    countIf(status = 'Success') AS succeeded,
    countIf(status = 'Failed') AS failed,
    count(response_time) AS response_times,
    sum(response_time) AS response_time_sum,
    min(response_time) AS response_time_min,
    max(response_time) AS response_time_max,
    quantilesTDigestWeightedStateIf(0.9, 0.99)(toFloat32(response_time), toUInt64(1), response_time IS NOT NULL) AS digest
FROM script_analytics.runs FINAL
WHERE account = {account:String}
    AND ({script:String} = '' OR script = {script:String})
    AND executed_on >= {from:DateTime64(3, 'UTC')}
    AND executed_on < {to:DateTime64(3, 'UTC')}
    AND (executed_on < toDateTime64(whole_from, 3, 'UTC') OR executed_on >= whole_to)
    AND may_see
GROUP BY script, deployment_version, bucket
COMMENT 'Basis of the views of metrics; not for readers: account, script or empty for all, from, to (UTC), step (s)';
