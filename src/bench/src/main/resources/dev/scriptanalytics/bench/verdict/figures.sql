-- What the verdict is made of, for each deployment after each minute, in place of the view's own figures. The deployment
-- and the minute are in the place of the versions. LEVELS are the view's.
SELECT
    [
        (toDateTime64(0, 3, 'UTC'), toUInt32(minute), '', '', toDateTime64(0, 3, 'UTC')),
        (toDateTime64(0, 3, 'UTC'), deployment, '', '', toDateTime64(0, 3, 'UTC'))
    ] AS deployments,
    true AS has_run,
    true AS has_baseline,
    toDateTime(0, 'UTC') AS baseline_begin,
    toDateTime(0, 'UTC') AS baseline_end,
    [old.seen, new.seen] AS seen,
    seen AS finished,
    [toInt64(old.failures), toInt64(new.failures)] AS failed,
    [toInt64(old.timed), toInt64(new.timed)] AS times,
    [old.shortest, new.shortest] AS times_min,
    [old.longest, new.longest] AS times_max,
    [old.quantiles, new.quantiles] AS quantiles,
    arrayMap(event -> event.2, arrayFilter(event -> event.1 <= minute, events)) AS new_groups,
    arrayMap(new_group -> (countEqual(new_groups, new_group), new_group, ''), arrayDistinct(new_groups)) AS new_errors,
    old.errors AS baseline_errors
FROM
(
    SELECT
        deployment,
        minute,
        toInt64(sum(runs) OVER so_far) AS seen,
        sum(failed_runs) OVER so_far AS failures,
        sum(timed_runs) OVER so_far AS timed,
        min(shortest_time) OVER so_far AS shortest,
        max(longest_time) OVER so_far AS longest,
        quantilesTDigestWeightedMerge(LEVELS)(digest) OVER so_far AS quantiles
    FROM benchmark.simulated_minutes
    WHERE minute > 0
    WINDOW so_far AS (PARTITION BY deployment ORDER BY minute ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
) AS new
INNER JOIN
(
    SELECT
        deployment,
        toInt64(any(runs)) AS seen,
        any(failed_runs) AS failures,
        any(timed_runs) AS timed,
        any(shortest_time) AS shortest,
        any(longest_time) AS longest,
        quantilesTDigestWeightedMerge(LEVELS)(digest) AS quantiles,
        any(runs_with_error) AS errors
    FROM benchmark.simulated_minutes
    WHERE minute = 0
    GROUP BY deployment
) AS old USING (deployment)
LEFT JOIN
(
    SELECT deployment, groupArray((minute, error_group)) AS events
    FROM benchmark.simulated_runs
    WHERE minute > 0
        AND error_group > 0
        AND (deployment, error_group) NOT IN (
            SELECT deployment, error_group
            FROM benchmark.simulated_runs
            WHERE minute = 0 AND error_group > 0
        )
    GROUP BY deployment
) AS novel USING (deployment)
