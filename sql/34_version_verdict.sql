-- Whether a deployment of a script is worse than the one before it, for the gate of a pipeline: pass, worse or
-- inconclusive, with reasons that a person can read. It may be asked as often as one likes, and whenever one likes.
--
-- version names the candidate: digits, with or without a leading v, are a number; anything else is an id, as in
-- version_comparison. The candidate's runs are all since its first one. The baseline is the deployment that first ran
-- before it. The baseline's runs are those of the 7 days up to the minute in which the candidate first ran, or, if the
-- baseline had stopped before, up to the minute of its last run. There is always one row.
--
-- A candidate is worse if one of five things got worse (worse_in): failures, p50, p90, p99, or new_errors.
--
-- * failures: the share of failed runs.
-- * p50, p90, p99: the share of response times above the baseline's percentile, as in the control percentile test
--   (Mathisen 1943, Annals of Mathematical Statistics 14, 188-194). The candidate's percentile must be a twentieth longer,
--   too, since a smaller difference matters little however certain it is.
-- * new_errors: the share of runs that have an error (error_group, of failed runs and of Error and Fatal entries) which the
--   baseline never had since its 7 days began. Of several the one in most runs counts.
--
-- The test is a sequential one, since a fixed p-value that is asked every minute ends in a false alarm. It is a mixture
-- sequential probability ratio test (Robbins 1970, Annals of Mathematical Statistics 41, 1397-1409; Johari, Koomen,
-- Pekelis and Walsh 2022, Operations Research 70, 1806-1821). If nothing changed, the runs of both deployments are alike
-- in any order. With h of the baseline's m runs hit (failed, or slower), the number of the candidate's hits then follows
-- Pólya's urn, a beta-binomial distribution with parameters h + 1 and m - h. So the chance in the baseline's own sample
-- counts. For percentiles this is exact whatever the distribution of response times; for counts it is the cautious choice
-- that corresponds to Fisher's exact test (Altham 1969, Journal of the Royal Statistical Society B 31, 261-269). The
-- alternatives multiply the odds by 1.25, 1.5, 2, 3, 5, 10, 100 and 1000, each with the same weight. The evidence is the
-- ratio of the probabilities of what was seen, with the change and without. It is a martingale if nothing changed, so it
-- ever exceeds 1 / 0.002 with a probability of at most 0.002, over all questions (Ville 1939). *_p_value is 1 / evidence.
-- The five tests together have 0.01 (Bonferroni).
--
-- The p-value of a new error is multiplied by the baseline's errors + 1. An error that is rare in both may happen to
-- come up in the candidate first, and there are as many chances for that as there are rare errors. At most each error of
-- the baseline was one of its own kind.
--
-- A candidate passes if nothing got worse, nothing looks as if it had (a p-value below 0.1), and both deployments have
-- 1,000 response times. With these, 20 percent more time for each run is found in 99 of 100 cases, if response times are
-- log-normal with sigma 0.5. Else the verdict is inconclusive, and reasons say what is missing. The benchmark
-- deploy/local/verdict-simulation measures false alarms and what is found.
--
-- The test takes runs as independent of each other. It does not know hours of the day: a candidate that begins at the
-- busiest hour is compared with all hours of the baseline. Failures that come in bursts, as when a service is away, look
-- more certain than they are.
--
-- Percentiles are in milliseconds, rates in percent. Whole hours that are settled come from run_rollups_hourly and other
-- minutes from run_rollups.
CREATE OR REPLACE VIEW script_analytics.version_verdict
DEFINER = script_views SQL SECURITY DEFINER
AS
WITH
    -- The bound of each p-value, and the one below which it is too early to pass.
    0.002 AS worse_below,
    0.1 AS doubtful_below,
    1000 AS response_times_needed,
    1.05 AS noticeable_ratio,
    [1.25, 1.5, 2, 3, 5, 10, 100, 1000] AS odds_ratios,
    -- The levels at which a digest is evaluated: hundredths, and above the last one thousandths.
    arrayConcat(arrayMap(i -> i / 100, range(99)), arrayMap(i -> 0.99 + i / 1000, range(11))) AS levels,
    -- The share of response times below a value, half of those equal to it included. at_least is the first level whose
    -- quantile is at least the value, and at_most the last one whose quantile is at most the value.
    (quantiles, at_least, at_most, value) -> multiIf(
        at_least = 0, 1,
        at_most = 0, 0,
        at_least <= at_most, (levels[at_least] + levels[at_most]) / 2,
        levels[at_most] + (levels[at_least] - levels[at_most]) * (value - quantiles[at_most]) / (quantiles[at_least] - quantiles[at_most])
    ) AS share_between,
    -- The logarithm of the beta-binomial probability of hits in so many runs, but for factors that no alternative changes.
    (hits, total, a, b) -> lgamma(b + total - hits) - lgamma(b) + lgamma(a + b) - lgamma(a + b + total) AS log_probability,
    -- The logarithm of the evidence that hits are more frequent than the baseline's.
    ratios -> arrayMax(ratios) + log(arrayAvg(arrayMap(ratio -> exp(ratio - arrayMax(ratios)), ratios))) AS log_of_mean,
    (hits, total, a, b) ->
        log_of_mean(arrayMap(odds -> log_probability(hits, total, a, b / odds) - log_probability(hits, total, a, b), odds_ratios)) AS log_evidence,
    number -> toString(round(number, 2)) AS text_of
SELECT
    verdict,
    multiIf(
        verdict = 'worse', arrayFilter((reason, name) -> has(worse_in, name), statements, names),
        verdict = 'inconclusive', arrayConcat(
            missing,
            arrayMap(
                reason -> reason || ', which may still be chance',
                arrayFilter((reason, name) -> has(doubtful_in, name), statements, names)
            )
        ),
        ['In ' || toString(finished[2]) || ' finished runs nothing got worse']
    ) AS reasons,
    worse_in,
    deployments[2].2 AS candidate_version,
    deployments[2].4 AS candidate_id,
    deployments[1].2 AS baseline_version,
    deployments[1].4 AS baseline_id,
    if(has_run, deployments[2].1, NULL) AS candidate_from,
    if(has_baseline, baseline_begin, NULL) AS baseline_from,
    if(has_baseline, baseline_end, NULL) AS baseline_to,
    seen[2] AS candidate_runs,
    seen[1] AS baseline_runs,
    finished[2] AS candidate_finished,
    finished[1] AS baseline_finished,
    failed[2] AS candidate_failed,
    failed[1] AS baseline_failed,
    failure_rates[2] AS candidate_failure_rate,
    failure_rates[1] AS baseline_failure_rate,
    p_values[1] AS failure_p_value,
    times[2] AS candidate_response_times,
    times[1] AS baseline_response_times,
    percentiles[2][1] AS candidate_p50,
    percentiles[1][1] AS baseline_p50,
    p_values[2] AS p50_p_value,
    percentiles[2][2] AS candidate_p90,
    percentiles[1][2] AS baseline_p90,
    p_values[3] AS p90_p_value,
    percentiles[2][3] AS candidate_p99,
    percentiles[1][3] AS baseline_p99,
    p_values[4] AS p99_p_value,
    new_error_groups,
    if(new_error_groups = 0, NULL, new_error.2) AS new_error_group,
    if(new_error_groups = 0, NULL, new_error.3) AS new_error_message,
    if(new_error_groups = 0, NULL, new_error.1) AS new_error_runs,
    p_values[5] AS new_error_p_value
-- Each level of subqueries holds what the next one uses more than once: ClickHouse expands an alias wherever it stands.
FROM
(
    SELECT
        *,
        multiIf(notEmpty(worse_in), 'worse', notEmpty(missing) OR notEmpty(doubtful_in), 'inconclusive', 'pass') AS verdict,
        arrayConcat(
            [
                'Failures: ' || text_of(ifNull(failure_rates[2], 0)) || ' % of ' || toString(finished[2]) || ' finished runs, after '
                    || text_of(ifNull(failure_rates[1], 0)) || ' % of ' || toString(finished[1])
            ],
            arrayMap(
                (name, old, new) -> ifNull(
                    upper(name) || ': ' || text_of(new) || ' ms, ' || text_of(new / old) || ' times the ' || text_of(old) || ' ms before',
                    ''
                ),
                ['p50', 'p90', 'p99'],
                percentiles[1],
                percentiles[2]
            ),
            [
                'New error in ' || toString(new_error.1) || ' of ' || toString(seen[2]) || ' runs, after none of '
                    || toString(seen[1]) || ': ' || new_error.3
            ]
        ) AS statements
    FROM
    (
        SELECT
            *,
            ['failures', 'p50', 'p90', 'p99', 'new_errors'] AS names,
            arrayFilter((name, p, noticed) -> noticed AND p < worse_below, names, p_values, noticeable) AS worse_in,
            arrayFilter((name, p, noticed) -> noticed AND p >= worse_below AND p < doubtful_below, names, p_values, noticeable)
                AS doubtful_in
        FROM
        (
            SELECT
                *,
                arrayMap((failures, of) -> if(of = 0, NULL, round(100 * failures / of, 2)), failed, finished) AS failure_rates,
                arrayConcat(
                    [true],
                    arrayMap((old, new) -> ifNull(new >= noticeable_ratio * old, false), percentiles[1], percentiles[2]),
                    [true]
                ) AS noticeable,
                -- Of each thing the candidate's hits and total, and the baseline's.
                arrayMap(
                    (hits, total, old_hits, old_total, chances) -> if(
                        hits = 0 OR old_hits >= old_total,
                        1,
                        least(1, chances * exp(-log_evidence(hits, total, old_hits + 1, old_total - old_hits)))
                    ),
                    arrayConcat([toFloat64(failed[2])], above[2], [toFloat64(least(new_error.1, seen[2]))]),
                    [finished[2], times[2], times[2], times[2], seen[2]],
                    arrayConcat([toFloat64(failed[1])], above[1], [0]),
                    [finished[1], times[1], times[1], times[1], seen[1]],
                    [1, 1, 1, 1, baseline_errors + 1]
                ) AS p_values
            FROM
            (
                SELECT
                    *,
                    length(new_errors) AS new_error_groups,
                    arrayReverseSort(new_errors)[1] AS new_error,
                    arrayMap(
                        (of_side, counted, lowest, highest) ->
                            arrayMap(q -> if(counted = 0, NULL, greatest(lowest, least(highest, toFloat64(toString(q))))), of_side),
                        values,
                        times,
                        times_min,
                        times_max
                    ) AS percentiles,
                    -- How many response times of each side are above the baseline's percentiles.
                    arrayMap(
                        (of_side, counted) -> arrayMap(
                            value -> if(
                                times[1] = 0 OR counted = 0,
                                0,
                                round(counted * (1 - share_between(
                                    of_side,
                                    arrayFirstIndex(q -> q >= value, of_side),
                                    arrayLastIndex(q -> q <= value, of_side),
                                    value
                                )))
                            ),
                            values[1]
                        ),
                        quantiles,
                        times
                    ) AS above,
                    multiIf(
                        NOT has_run, [{version:String} || ' has not run yet'],
                        NOT has_baseline, ['No deployment ran before ' || {version:String} || ', so there is nothing to compare with'],
                        arrayFilter(
                            text -> text != '',
                            [
                                if(
                                    times[2] >= response_times_needed,
                                    '',
                                    toString(times[2]) || ' of the ' || toString(response_times_needed)
                                        || ' response times that a verdict takes are there'
                                ),
                                if(
                                    times[1] >= response_times_needed,
                                    '',
                                    'The deployment before has ' || toString(times[1]) || ' of the ' || toString(response_times_needed)
                                        || ' response times that a verdict takes'
                                )
                            ]
                        )
                    ) AS missing
                FROM
                (
                    SELECT
                        *,
                        arrayMap(of_side -> [of_side[51], of_side[91], of_side[100]], quantiles) AS values
                    FROM
                    -- What the verdict is made of. Arrays of two are those of the baseline and of the candidate.
                    (
                        WITH
                            (
                                SELECT count() > 0
                                FROM script_analytics.reader_accounts
                                WHERE user = currentUser() AND account IN ('*', {account:String})
                            ) AS may_see,
                            -- Both deployments: first run, version, id where the version is 0, id that is shown, last run. An id without
                            -- a version that also belongs to a version was a run whose version was unknown at first.
                            (
                                WITH
                                    groupArrayIf(id, deployment_version > 0) AS ids_of_versions,
                                    arrayFilter(
                                        d -> d.2 > 0 OR NOT has(ids_of_versions, d.3),
                                        arraySort(groupArray((ran_first, deployment_version, deployment_id, id, ran_last)))
                                    ) AS known,
                                    arrayLastIndex(
                                        d -> if(
                                            match({version:String}, '^[vV]?[0-9]+$'),
                                            d.2 > 0 AND d.2 = toUInt32OrZero(replaceRegexpOne({version:String}, '^[vV]', '')),
                                            {version:String} != '' AND {version:String} IN (d.3, d.4)
                                        ),
                                        known
                                    ) AS place
                                -- A place behind the end holds no deployment.
                                SELECT [known[if(place > 1, place - 1, length(known) + 1)], known[if(place > 0, place, length(known) + 1)]]
                                FROM
                                (
                                    SELECT
                                        deployment_version,
                                        deployment_id,
                                        assumeNotNull(min(deployments.first_run)) AS ran_first,
                                        assumeNotNull(max(deployments.last_run)) AS ran_last,
                                        if(deployment_version = 0, deployment_id, argMaxMerge(deployments.latest_id)) AS id
                                    FROM script_analytics.deployments
                                    WHERE account = {account:String}
                                        AND script = {script:String}
                                        AND (deployment_version > 0 OR deployment_id NOT IN ('', 'other'))
                                        AND first_run IS NOT NULL
                                        AND may_see
                                    GROUP BY deployment_version, deployment_id
                                )
                            ) AS deployments,
                            deployments[1].2 AS old_version,
                            deployments[1].3 AS old_id,
                            deployments[2].2 AS new_version,
                            deployments[2].3 AS new_id,
                            new_version > 0 OR new_id != '' AS has_run,
                            old_version > 0 OR old_id != '' AS has_baseline,
                            -- Seconds since 1970. Without a baseline nothing is read for it.
                            toUnixTimestamp(toStartOfMinute(deployments[2].1)) AS new_from,
                            if(has_baseline, toUnixTimestamp(toStartOfMinute(least(deployments[2].1, deployments[1].5))) + 60, new_from) AS old_to,
                            greatest(0, toInt64(old_to) - 604800) AS old_from,
                            toDateTime(new_from, 'UTC') AS candidate_begin,
                            toDateTime(old_from, 'UTC') AS baseline_begin,
                            toDateTime(old_to, 'UTC') AS baseline_end,
                            -- The baseline's errors, and how many runs each of them had, in all. A run counts once for an error, so rows
                            -- that replace each other change nothing, and FINAL need not read all columns of all runs.
                            (
                                SELECT (groupUniqArray(error_group), uniqExact(error_group, run))
                                FROM
                                (
                                    SELECT error_group, sipHash64(run_id) AS run
                                    FROM script_analytics.runs
                                    WHERE account = {account:String}
                                        AND script = {script:String}
                                        AND executed_on >= baseline_begin
                                        AND status = 'Failed'
                                        AND error_group != 0
                                        AND deployment_version = old_version
                                        AND (old_version > 0 OR deployment_id = old_id)
                                        AND has_baseline
                                        AND may_see
                                    UNION ALL
                                    SELECT error_group, sipHash64(if(run_id = '', log_id, run_id)) AS run
                                    FROM script_analytics.logs
                                    WHERE account = {account:String}
                                        AND script = {script:String}
                                        AND timestamp >= baseline_begin
                                        AND log_level IN ('Error', 'Fatal')
                                        AND error_group != 0
                                        AND deployment_version = old_version
                                        AND (old_version > 0 OR deployment_id = old_id)
                                        AND is_deleted = 0
                                        AND has_baseline
                                        AND may_see
                                )
                            ) AS old_errors,
                            (SELECT min(settled) FROM script_analytics.rollup_progress FINAL) AS settled,
                            toDateTime(intDiv(old_from + 3599, 3600) * 3600, 'UTC') AS hour_from,
                            least(toDateTime(intDiv(old_to, 3600) * 3600, 'UTC'), settled) AS hour_to
                        SELECT
                            deployments,
                            has_run,
                            has_baseline,
                            baseline_begin,
                            baseline_end,
                            cells.*,
                            errors.*,
                            old_errors.2 AS baseline_errors
                        FROM
                        (
                            SELECT
                                [sumIf(runs_seen, side = 1), sumIf(runs_seen, side = 2)] AS seen,
                                [sumIf(runs_finished, side = 1), sumIf(runs_finished, side = 2)] AS finished,
                                [sumIf(runs_failed, side = 1), sumIf(runs_failed, side = 2)] AS failed,
                                [sumIf(runs_timed, side = 1), sumIf(runs_timed, side = 2)] AS times,
                                [anyIf(shortest, side = 1), anyIf(shortest, side = 2)] AS times_min,
                                [anyIf(longest, side = 1), anyIf(longest, side = 2)] AS times_max,
                                -- A deployment without a row has as many values as another; none of them is shown.
                                arrayMap(
                                    of_side -> arrayResize(of_side, 110),
                                    [anyIf(quantiles_of_side, side = 1), anyIf(quantiles_of_side, side = 2)]
                                ) AS quantiles
                            FROM
                            (
                                SELECT
                                    if(deployment_version = new_version AND deployment_id = new_id, 2, 1) AS side,
                                    sum(seen) AS runs_seen,
                                    toInt64(sum(succeeded) + sum(failed)) AS runs_finished,
                                    toInt64(sum(failed)) AS runs_failed,
                                    toInt64(sum(response_times)) AS runs_timed,
                                    min(response_time_min) AS shortest,
                                    max(response_time_max) AS longest,
                                    quantilesTDigestWeightedMerge(
                                        0, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.09, 0.1, 0.11, 0.12, 0.13, 0.14, 0.15,
                                        0.16, 0.17, 0.18, 0.19, 0.2, 0.21, 0.22, 0.23, 0.24, 0.25, 0.26, 0.27, 0.28, 0.29, 0.3, 0.31,
                                        0.32, 0.33, 0.34, 0.35, 0.36, 0.37, 0.38, 0.39, 0.4, 0.41, 0.42, 0.43, 0.44, 0.45, 0.46, 0.47,
                                        0.48, 0.49, 0.5, 0.51, 0.52, 0.53, 0.54, 0.55, 0.56, 0.57, 0.58, 0.59, 0.6, 0.61, 0.62, 0.63,
                                        0.64, 0.65, 0.66, 0.67, 0.68, 0.69, 0.7, 0.71, 0.72, 0.73, 0.74, 0.75, 0.76, 0.77, 0.78, 0.79,
                                        0.8, 0.81, 0.82, 0.83, 0.84, 0.85, 0.86, 0.87, 0.88, 0.89, 0.9, 0.91, 0.92, 0.93, 0.94, 0.95,
                                        0.96, 0.97, 0.98, 0.99, 0.991, 0.992, 0.993, 0.994, 0.995, 0.996, 0.997, 0.998, 0.999, 1
                                    )(digest) AS quantiles_of_side
                                FROM
                                (
                                    SELECT
                                        deployment_version,
                                        deployment_id,
                                        seen,
                                        succeeded,
                                        failed,
                                        response_times,
                                        response_time_min,
                                        response_time_max,
                                        digest
                                    FROM script_analytics.run_rollups_hourly FINAL
                                    WHERE account = {account:String}
                                        AND script = {script:String}
                                        AND hour < settled
                                        AND (
                                            (deployment_version = new_version AND deployment_id = new_id AND hour >= toStartOfHour(candidate_begin))
                                            OR (deployment_version = old_version AND deployment_id = old_id AND hour >= hour_from AND hour < hour_to)
                                        )
                                        AND (deployment_version > 0 OR deployment_id != '')
                                        AND may_see
                                    UNION ALL
                                    SELECT
                                        deployment_version,
                                        deployment_id,
                                        seen,
                                        succeeded,
                                        failed,
                                        response_times,
                                        response_time_min,
                                        response_time_max,
                                        digest
                                    FROM script_analytics.run_rollups FINAL
                                    WHERE account = {account:String}
                                        AND script = {script:String}
                                        AND (
                                            (
                                                deployment_version = new_version
                                                AND deployment_id = new_id
                                                AND minute >= candidate_begin
                                                AND minute >= settled
                                            )
                                            OR (
                                                deployment_version = old_version
                                                AND deployment_id = old_id
                                                AND minute >= baseline_begin
                                                AND minute < baseline_end
                                                AND (minute < hour_from OR minute >= hour_to)
                                            )
                                        )
                                        AND (deployment_version > 0 OR deployment_id != '')
                                        AND may_see
                                )
                                GROUP BY side
                            )
                        ) AS cells
                        CROSS JOIN
                        (
                            -- Runs, hash and message, or else code, of each error that only the candidate has.
                            SELECT groupArray((runs, error_group, last_message)) AS new_errors
                            FROM
                            (
                                SELECT error_group, uniqExact(run) AS runs, argMax(message, time) AS last_message
                                FROM
                                (
                                    SELECT error_group, run_id AS run, if(error_message = '', error_code, error_message) AS message,
                                        toDateTime64(executed_on, 6, 'UTC') AS time
                                    FROM script_analytics.runs
                                    WHERE account = {account:String}
                                        AND script = {script:String}
                                        AND executed_on >= candidate_begin
                                        AND status = 'Failed'
                                        AND error_group != 0
                                        AND error_group NOT IN (SELECT arrayJoin(old_errors.1))
                                        AND deployment_version = new_version
                                        AND (new_version > 0 OR deployment_id = new_id)
                                        AND has_run
                                        AND may_see
                                    UNION ALL
                                    SELECT error_group, if(run_id = '', log_id, run_id) AS run, log_message AS message,
                                        timestamp AS time
                                    FROM script_analytics.logs
                                    WHERE account = {account:String}
                                        AND script = {script:String}
                                        AND timestamp >= candidate_begin
                                        AND log_level IN ('Error', 'Fatal')
                                        AND error_group != 0
                                        AND error_group NOT IN (SELECT arrayJoin(old_errors.1))
                                        AND deployment_version = new_version
                                        AND (new_version > 0 OR deployment_id = new_id)
                                        AND is_deleted = 0
                                        AND has_run
                                        AND may_see
                                )
                                GROUP BY error_group
                            )
                        ) AS errors
                    )
                )
            )
        )
    )
)
COMMENT 'Whether a deployment of a script is worse than the one before it (pass, worse or inconclusive), with reasons and figures; times in ms: account, script, version (number, v and number, or id)';
