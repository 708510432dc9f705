-- A script's runs that started in [from, to), by time, duration and status, for a picture: time to the right, duration
-- upwards on a logarithmic scale. If the range has at most 2,000 runs, each is a row of its own, with run_id,
-- executed_on and duration, which are NULL otherwise. runs is the number of runs of a row, 1 in that case. So a map of
-- densities can be drawn of either form, and the runs of all rows add up to the range's total.
--
-- bucket is the beginning of one of 120 equal parts of the range, and bucket_end its end; both are in milliseconds, so
-- the last part may reach beyond the range.
--
-- duration is in milliseconds: the response time; of a run without one the time from its start to its end, or until
-- now while it is in progress. Where the end is unknown it is NULL, and so are the bounds.
--
-- duration_from and duration_to are the bounds of one of at most 40 parts of a logarithmic scale. The bounds are
-- fixed: each decade (1 to 10 ms, 10 to 100 ms, …) has 30, 15, 10, 6 or 3 parts of equal ratio. The range has the most
-- for which 40 parts suffice from its shortest to its longest run. So parts are narrow where durations are alike,
-- powers of ten are always bounds, and the bounds stay when newer runs come in, unless these are of quite another
-- duration. Durations below 0.1 ms belong to the lowest part, whose lower bound is 0.
--
-- Runs are counted in the narrowest parts, and these are put together afterwards, so one reading suffices. A duration
-- less than a ten millionth below a bound counts as the bound, since logarithms are not exact.
CREATE OR REPLACE VIEW script_analytics.run_density
DEFINER = script_views SQL SECURITY DEFINER
AS
WITH
    parseDateTime64BestEffort({from:String}, 3, 'UTC') AS from_time,
    parseDateTime64BestEffort({to:String}, 3, 'UTC') AS to_time,
    toUnixTimestamp64Milli(from_time) AS from_ms,
    greatest(1, intDiv(toUnixTimestamp64Milli(to_time) - from_ms + 119, 120)) AS bucket_ms,
    now64(3, 'UTC') AS asked,
    -- Stands for NULL, since numbers that may be NULL take twice the time here.
    -1e18 AS unknown,
    (
        SELECT count() > 0
        FROM script_analytics.reader_accounts
        WHERE user = currentUser() AND account IN ('*', {account:String})
    ) AS may_see,
    (
        SELECT count() <= 2000
        FROM
        (
            SELECT 1
            FROM script_analytics.runs FINAL
            WHERE account = {account:String}
                AND script = {script:String}
                AND executed_on >= from_time
                AND executed_on < to_time
                AND may_see
            LIMIT 2001
        )
    ) AS each_run
SELECT
    fromUnixTimestamp64Milli(from_ms + place * bucket_ms, 'UTC') AS bucket,
    fromUnixTimestamp64Milli(from_ms + (place + 1) * bucket_ms, 'UTC') AS bucket_end,
    multiIf(part < 0, NULL, part = 0, 0, round(exp10(part / 30 - 1), 4)) AS duration_from,
    if(part < 0, NULL, round(exp10((part + width) / 30 - 1), 4)) AS duration_to,
    status,
    sum(counted) AS runs,
    run_id,
    executed_on,
    duration
FROM
(
    SELECT
        place,
        minIf(narrow, narrow >= 0) OVER () AS lowest,
        max(narrow) OVER () AS highest,
        arrayFirst(w -> w = 10 OR intDiv(highest, w) - intDiv(lowest, w) < 40, [1, 2, 3, 5, 10]) AS width,
        if(narrow < 0, -1, intDiv(narrow, width) * width) AS part,
        status,
        counted,
        run_id,
        executed_on,
        duration
    FROM
    (
        SELECT
            place,
            if(ms = unknown, -1, toInt16(30 * log10(least(1e12, greatest(0.1, ms))) + 30.000001)) AS narrow,
            status,
            count() AS counted,
            CAST(NULL, 'Nullable(String)') AS run_id,
            CAST(NULL, 'Nullable(DateTime64(3, ''UTC''))') AS executed_on,
            CAST(NULL, 'Nullable(Float64)') AS duration
        FROM
        (
            SELECT
                intDiv(toUnixTimestamp64Milli(executed_on) - from_ms, bucket_ms) AS place,
                status,
                ifNull(
                    response_time,
                    ifNull(
                        toFloat64(toUnixTimestamp64Milli(if(status = 'In Progress', asked, ended_on)) - toUnixTimestamp64Milli(executed_on)),
                        unknown
                    )
                ) AS ms
            FROM script_analytics.runs FINAL
            WHERE account = {account:String}
                AND script = {script:String}
                AND executed_on >= from_time
                AND executed_on < to_time
                AND NOT each_run
                AND may_see
        )
        GROUP BY place, narrow, status
        UNION ALL
        SELECT
            place,
            if(ms = unknown, -1, toInt16(30 * log10(least(1e12, greatest(0.1, ms))) + 30.000001)) AS narrow,
            status,
            toUInt64(1) AS counted,
            run_id,
            executed_on,
            if(ms = unknown, NULL, greatest(0, ms)) AS duration
        FROM
        (
            SELECT
                intDiv(toUnixTimestamp64Milli(executed_on) - from_ms, bucket_ms) AS place,
                status,
                ifNull(
                    response_time,
                    ifNull(
                        toFloat64(toUnixTimestamp64Milli(if(status = 'In Progress', asked, ended_on)) - toUnixTimestamp64Milli(executed_on)),
                        unknown
                    )
                ) AS ms,
                run_id,
                executed_on
            FROM script_analytics.runs FINAL
            WHERE account = {account:String}
                AND script = {script:String}
                AND executed_on >= from_time
                AND executed_on < to_time
                AND each_run
                AND may_see
        )
    )
)
GROUP BY place, part, width, status, run_id, executed_on, duration
ORDER BY bucket, duration_from, status, executed_on, run_id
COMMENT 'A script''s runs that started in [from, to) by time (120 parts), duration (at most 40 parts of a logarithmic scale, ms) and status; each run where there are at most 2,000: account, script, from, to (ISO-8601)';
