-- How two deployments of a script performed in [from, to), metric by metric: counts, failure rate (percent), and the
-- percentiles P1, P2, … P99 and P99.9 of the response times (ms).
--
-- baseline and candidate name deployments. Digits, with or without a leading v, are a number; anything else is an id: of
-- a deployment without a number, or the one that the last run of a numbered deployment named. Of several deployments
-- with the same id it is the one that first ran last. Unknown runs and those under id other are no deployment.
--
-- There is always one row per metric. level is the percentage of a percentile, and NULL for other metrics. difference is
-- candidate less baseline, and ratio is candidate over baseline. A deployment that is unknown, that did not run in the
-- range, or whose account the caller may not see, has counts of 0 and NULL elsewhere.
--
-- p_value is the probability that a difference at least as large in either direction comes by chance. The test is the
-- likelihood-ratio test of a table of two by two (Wilks 1938, Annals of Mathematical Statistics 9, 60-62). It stays
-- accurate for rare outcomes (Dunning 1993, Computational Linguistics 19, 61-74). The outcome is failing, or a response
-- time below the baseline's percentile, as in the control percentile test (Mathisen 1943, Annals of Mathematical
-- Statistics 14, 188-194). p_value is NULL if a deployment has too few runs: fewer than 5 expected with the rarer outcome
-- (Cochran 1954, Biometrics 10, 417-451). So P90 takes about 50 response times, and P99.9 about 5,000.
--
-- p_value is adjusted for the number of tests (Holm 1979, Scandinavian Journal of Statistics 6, 65-70), and significant
-- below 5 percent. So at most one comparison in twenty of equal deployments has a significant row. It holds for one
-- question about a range that is over. version_verdict is for a deployment that is watched.
--
-- The branches of the range are those of script_metrics, where they are explained.
CREATE OR REPLACE VIEW script_analytics.version_comparison
DEFINER = script_views SQL SECURITY DEFINER
AS
WITH
    -- The levels at which digests are evaluated: hundredths, and thousandths at both ends.
    arrayConcat(
        arrayMap(i -> i / 1000, range(10)),
        arrayMap(i -> i / 100, range(1, 99)),
        arrayMap(i -> 0.99 + i / 1000, range(11))
    ) AS levels,
    -- The share of response times below a value, half of those equal to it included. at_least is the first level whose
    -- quantile is at least the value, and at_most the last one whose quantile is at most the value.
    (quantiles, at_least, at_most, value) -> multiIf(
        at_least = 0, 1,
        at_most = 0, 0,
        at_least <= at_most, (levels[at_least] + levels[at_most]) / 2,
        levels[at_most] + (levels[at_least] - levels[at_most]) * (value - quantiles[at_most]) / (quantiles[at_least] - quantiles[at_most])
    ) AS share_between,
    (observed, expected) -> if(observed <= 0, 0, observed * log(observed / expected)) AS surprise,
    -- The two-sided p-value of two counts of two totals, with the share of both counts in both totals.
    (old, old_total, new, new_total, share) -> if(
        least(old_total, new_total) * least(share, 1 - share) < 5,
        NULL,
        erfc(sqrt(greatest(
            0,
            surprise(old, old_total * share) + surprise(old_total - old, old_total * (1 - share))
                + surprise(new, new_total * share) + surprise(new_total - new, new_total * (1 - share))
        )))
    ) AS p_of_counts,
    -- The deployments that baseline and candidate name: version, and id where the version is 0. An id without a version
    -- that also belongs to a version was a run whose version was unknown at first.
    (
        SELECT arrayMap(
            name -> arrayLast(
                d -> if(
                    match(name, '^[vV]?[0-9]+$'),
                    d.2 > 0 AND d.2 = toUInt32OrZero(replaceRegexpOne(name, '^[vV]', '')),
                    name != '' AND name IN (d.3, d.4)
                ),
                arrayFilter(
                    d -> d.2 > 0 OR NOT has(groupArrayIf(id, deployment_version > 0), d.3),
                    arraySort(groupArray((first_run, deployment_version, deployment_id, id)))
                )
            ),
            [{baseline:String}, {candidate:String}]
        )
        FROM
        (
            SELECT
                deployment_version,
                deployment_id,
                ifNull(min(deployments.first_run), toDateTime64(0, 3, 'UTC')) AS first_run,
                if(deployment_version = 0, deployment_id, argMaxMerge(deployments.latest_id)) AS id
            FROM script_analytics.deployments
            WHERE account = {account:String}
                AND script = {script:String}
                AND (deployment_version > 0 OR deployment_id NOT IN ('', 'other'))
            GROUP BY deployment_version, deployment_id
        )
    ) AS compared
SELECT
    metric,
    level,
    baseline,
    candidate,
    candidate - baseline AS difference,
    if(baseline = 0, NULL, candidate / baseline) AS ratio,
    p_value,
    CAST(p_value < 0.05, 'Nullable(Bool)') AS significant
FROM
(
    -- Each level of subqueries holds what the next one uses more than once: ClickHouse expands an alias wherever it stands.
    SELECT
        metric_values,
        p_values,
        tested,
        -- Of equal p-values the first one is found, whose factor is the largest; no other is adjusted to less than it.
        arrayMap(i -> least(1, arrayMax(arraySlice(multiplied, 1, i))), arrayEnumerate(multiplied)) AS adjusted
    FROM
    (
        SELECT
            *,
            arrayMap((p, i) -> p * (length(tested) + 1 - i), tested, arrayEnumerate(tested)) AS multiplied
        FROM
        (
            SELECT
                *,
                arraySort(arrayMap(p -> assumeNotNull(p), arrayFilter(p -> p IS NOT NULL, p_values))) AS tested
            FROM
            (
                SELECT
                    metric_values,
                    arrayMap(
                        (old, old_total, new, new_total) -> if(
                            old_total = 0 OR new_total = 0,
                            NULL,
                            p_of_counts(old, old_total, new, new_total, (old + new) / (old_total + new_total))
                        ),
                        arrayConcat([toFloat64(failed[1])], arrayMap(share -> share * response_times[1], shares[1])),
                        arrayConcat([finished[1]], arrayMap(share -> response_times[1], shares[1])),
                        arrayConcat([toFloat64(failed[2])], arrayMap(share -> share * response_times[2], shares[2])),
                        arrayConcat([finished[2]], arrayMap(share -> response_times[2], shares[2]))
                    ) AS p_values
                FROM
                (
                    SELECT
                        finished,
                        failed,
                        response_times,
                        arrayMap(
                            (runs, done, failures, times, values) -> arrayConcat(
                                arrayMap(
                                    count -> toNullable(toFloat64(count)),
                                    [toInt64(runs), done - failures, failures, toInt64(runs) - done]
                                ),
                                [if(done = 0, NULL, round(100 * failures / done, 2))],
                                arrayMap(value -> if(times = 0, NULL, toFloat64(value)), values)
                            ),
                            seen,
                            finished,
                            failed,
                            response_times,
                            percentiles
                        ) AS metric_values,
                        -- The shares of the response times of both that are below each percentile of the baseline.
                        arrayMap(
                            of_side -> arrayMap(
                                value -> share_between(
                                    of_side,
                                    arrayFirstIndex(q -> q >= value, of_side),
                                    arrayLastIndex(q -> q <= value, of_side),
                                    value
                                ),
                                arrayConcat(arraySlice(quantiles[1], 11, 99), [quantiles[1][118]])
                            ),
                            quantiles
                        ) AS shares
                    FROM
                    (
                    SELECT
                        [sumIf(runs_seen, side = 1), sumIf(runs_seen, side = 2)] AS seen,
                        [sumIf(runs_finished, side = 1), sumIf(runs_finished, side = 2)] AS finished,
                        [sumIf(runs_failed, side = 1), sumIf(runs_failed, side = 2)] AS failed,
                        [sumIf(times, side = 1), sumIf(times, side = 2)] AS response_times,
                        -- A deployment without a row has as many values as another; none of them is shown.
                        arrayMap(
                            of_side -> arrayResize(of_side, length(levels)),
                            [anyIf(quantiles_of_side, side = 1), anyIf(quantiles_of_side, side = 2)]
                        ) AS quantiles,
                        arrayMap(
                            of_side -> arrayResize(of_side, 100),
                            [anyIf(percentiles_of_side, side = 1), anyIf(percentiles_of_side, side = 2)]
                        ) AS percentiles
                    FROM
                    (
                        SELECT
                            arrayJoin(arrayFilter(i -> (compared[i].2, compared[i].3) = (deployment_version, deployment_id), [1, 2])) AS side,
                            sum(seen) AS runs_seen,
                            toInt64(sum(succeeded) + sum(failed)) AS runs_finished,
                            toInt64(sum(failed)) AS runs_failed,
                            toInt64(sum(response_times)) AS times,
                            min(response_time_min) AS times_min,
                            max(response_time_max) AS times_max,
                            quantilesTDigestWeightedMerge(
                                0, 0.001, 0.002, 0.003, 0.004, 0.005, 0.006, 0.007, 0.008, 0.009, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06,
                                0.07, 0.08, 0.09, 0.1, 0.11, 0.12, 0.13, 0.14, 0.15, 0.16, 0.17, 0.18, 0.19, 0.2, 0.21, 0.22, 0.23,
                                0.24, 0.25, 0.26, 0.27, 0.28, 0.29, 0.3, 0.31, 0.32, 0.33, 0.34, 0.35, 0.36, 0.37, 0.38, 0.39, 0.4,
                                0.41, 0.42, 0.43, 0.44, 0.45, 0.46, 0.47, 0.48, 0.49, 0.5, 0.51, 0.52, 0.53, 0.54, 0.55, 0.56, 0.57,
                                0.58, 0.59, 0.6, 0.61, 0.62, 0.63, 0.64, 0.65, 0.66, 0.67, 0.68, 0.69, 0.7, 0.71, 0.72, 0.73, 0.74,
                                0.75, 0.76, 0.77, 0.78, 0.79, 0.8, 0.81, 0.82, 0.83, 0.84, 0.85, 0.86, 0.87, 0.88, 0.89, 0.9, 0.91,
                                0.92, 0.93, 0.94, 0.95, 0.96, 0.97, 0.98, 0.99, 0.991, 0.992, 0.993, 0.994, 0.995, 0.996, 0.997, 0.998,
                                0.999, 1
                            )(digest) AS quantiles_of_side,
                            arrayMap(
                                q -> ifNull(greatest(times_min, least(times_max, toFloat64(toString(q)))), 0),
                                arrayConcat(arraySlice(quantiles_of_side, 11, 99), [quantiles_of_side[118]])
                            ) AS percentiles_of_side
                        FROM
                        (
                            WITH
                                parseDateTime64BestEffort({from:String}, 3, 'UTC') AS from_time,
                                parseDateTime64BestEffort({to:String}, 3, 'UTC') AS to_time,
                                greatest(0, least(4294965600000, toUnixTimestamp64Milli(from_time))) AS from_ms,
                                greatest(0, least(4294965600000, toUnixTimestamp64Milli(to_time))) AS to_ms,
                                toDateTime(intDiv(from_ms, 60000) * 60, 'UTC') AS edge_from,
                                toDateTime(intDiv(to_ms + 59999, 60000) * 60, 'UTC') AS edge_to,
                                toDateTime(intDiv(from_ms + 59999, 60000) * 60, 'UTC') AS whole_from,
                                toDateTime(intDiv(to_ms, 60000) * 60, 'UTC') AS whole_to,
                                (SELECT min(settled) FROM script_analytics.rollup_progress FINAL) AS settled,
                                toDateTime(intDiv(from_ms + 3599999, 3600000) * 3600, 'UTC') AS hour_from,
                                least(toDateTime(intDiv(to_ms, 3600000) * 3600, 'UTC'), settled) AS hour_to,
                                (
                                    SELECT count() > 0
                                    FROM script_analytics.reader_accounts
                                    WHERE user = currentUser() AND account IN ('*', {account:String})
                                ) AS may_see
                            SELECT
                                deployment_version,
                                deployment_id,
                                first_minute,
                                last_minute,
                                seen,
                                succeeded,
                                failed,
                                response_times,
                                response_time_sum,
                                response_time_min,
                                response_time_max,
                                digest
                            FROM script_analytics.run_rollups_hourly FINAL
                            WHERE account = {account:String}
                                AND script = {script:String}
                                AND hour >= hour_from
                                AND hour < hour_to
                                AND may_see
                            UNION ALL
                            SELECT
                                deployment_version,
                                deployment_id,
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
                                AND script = {script:String}
                                AND minute >= edge_from
                                AND minute < edge_to
                                AND (minute < hour_from OR minute >= hour_to)
                                AND (
                                    (minute >= whole_from AND minute < whole_to)
                                    OR minute NOT IN (
                                        SELECT DISTINCT toStartOfMinute(executed_on)
                                        FROM script_analytics.runs
                                        WHERE account = {account:String}
                                            AND script = {script:String}
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
                                deployment_version,
                                if(deployment_version = 0, runs.deployment_id, '') AS unnumbered_id,
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
                                AND script = {script:String}
                                AND executed_on >= from_time
                                AND executed_on < to_time
                                AND (executed_on < toDateTime64(whole_from, 3, 'UTC') OR executed_on >= whole_to)
                                AND may_see
                            GROUP BY deployment_version, unnumbered_id
                        ) AS cells
                        WHERE (deployment_version > 0 OR deployment_id != '')
                        GROUP BY side
                    )
                    )
                )
            )
        )
    )
)
ARRAY JOIN
    arrayConcat(
        ['total_runs', 'succeeded', 'failed', 'in_progress', 'failure_rate'],
        arrayMap(i -> 'p' || toString(i), range(1, 100)),
        ['p99.9']
    ) AS metric,
    arrayConcat(
        arrayMap(i -> CAST(NULL, 'Nullable(Float64)'), range(5)),
        arrayMap(i -> toNullable(toFloat64(i)), range(1, 100)),
        [99.9]
    ) AS level,
    metric_values[1] AS baseline,
    metric_values[2] AS candidate,
    arrayConcat([NULL, NULL, NULL, NULL], arrayMap(p -> if(p IS NULL, NULL, adjusted[indexOf(tested, assumeNotNull(p))]), p_values)) AS p_value
COMMENT 'Two deployments of a script in [from, to) by metric, with difference and significance; percentiles in ms: account, script, from, to (ISO-8601), baseline, candidate (number, v and number, or id)';
