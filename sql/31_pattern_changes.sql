-- Which log patterns of a script are new with a deployment, which are gone, and which are logged more or less often per
-- run, in [from, to): the most certain first. Patterns that did not change have no row, nor has pattern 0, other.
--
-- baseline and candidate name deployments as in version_comparison: digits, with or without a leading v, are a number;
-- anything else is an id, of a deployment without a number or the one that the last run of a numbered deployment named.
--
-- change is new (only the candidate logged it), gone (only the baseline did), more or fewer (entries per run). Runs are
-- those that logged anything in the range. *_entries and *_runs are the entries of the pattern and the runs with it,
-- *_per_run its entries divided by all runs that logged.
--
-- p_value is the probability of so large a difference by chance, times the number of patterns as in Holm's procedure
-- (Holm 1979, Scandinavian Journal of Statistics 6, 65-70): below 0.05 at most one list in twenty has a row by chance.
-- It is NULL where there are too few runs to tell. New and gone patterns have a row however few runs there are, and
-- significant says whether chance is ruled out; patterns with more or fewer entries have a row only if it is. Where one
-- of the deployments logged nothing in the range, there is nothing to compare and no row.
--
-- Two tests:
--     new, gone      the runs with the pattern are all of one deployment: an exact binomial test given their number
--                    (Przyborowski and Wilenski 1940, Biometrika 31, 313-323)
--     more, fewer    entries per run: Welch's test with a normal approximation (Welch 1947, Biometrika 34, 28-35), one
--                    for each direction. Its hypothesis is that the rate changed by at most a tenth, since anything is
--                    significant with enough runs. It takes 30 runs of each deployment and 5 with the pattern.
CREATE OR REPLACE VIEW script_analytics.pattern_changes
DEFINER = script_views SQL SECURITY DEFINER
AS
WITH
    (
        SELECT count() > 0
        FROM script_analytics.reader_accounts
        WHERE user = currentUser() AND account IN ('*', {account:String})
    ) AS may_see,
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
    ) AS compared,
    (compared[1].2, compared[1].3) AS old,
    (compared[2].2, compared[2].3) AS new,
    -- The variance of the mean over all runs, of which most log a pattern as often as the others.
    (total, squares, runs) -> (squares - total * (total / runs)) / (runs - 1) / runs AS variance
SELECT
    pattern,
    template,
    multiIf(
        baseline_runs = 0, 'new',
        candidate_runs = 0, 'gone',
        candidate_per_run > baseline_per_run, 'more',
        'fewer'
    ) AS change,
    baseline_entries,
    candidate_entries,
    baseline_runs,
    candidate_runs,
    baseline_per_run,
    candidate_per_run,
    p_value,
    toBool(ifNull(p_value < 0.05, 0)) AS significant
FROM
(
    SELECT
        *,
        -- Holm: the smallest of m values counts m times, the next m - 1 times, and none counts less than one before it.
        if(chance IS NULL, NULL, least(1, max(chance * (tests - rank + 1)) OVER (ORDER BY rank))) AS p_value
    FROM
    (
        SELECT
            *,
            count(chance) OVER () AS tests,
            row_number() OVER (ORDER BY chance ASC NULLS LAST, pattern) AS rank
        FROM
        (
            SELECT
                *,
                baseline_entries / old_runs AS baseline_per_run,
                candidate_entries / new_runs AS candidate_per_run,
                variance(baseline_entries, baseline_squares, old_runs) AS baseline_variance,
                variance(candidate_entries, candidate_squares, new_runs) AS candidate_variance,
                multiIf(
                    baseline_runs = 0, pow(new_runs / (old_runs + new_runs), candidate_runs),
                    candidate_runs = 0, pow(old_runs / (old_runs + new_runs), baseline_runs),
                    least(old_runs, new_runs) < 30 OR baseline_runs + candidate_runs < 5, NULL,
                    -- Of both directions the likelier, doubled. A pattern that all runs log alike has no variance.
                    candidate_per_run > baseline_per_run,
                    erfc((candidate_per_run - 1.1 * baseline_per_run)
                        / sqrt(2 * greatest(1e-300, candidate_variance + 1.21 * baseline_variance))),
                    erfc((baseline_per_run - 1.1 * candidate_per_run)
                        / sqrt(2 * greatest(1e-300, baseline_variance + 1.21 * candidate_variance)))
                ) AS chance
            FROM
            (
                SELECT
                    pattern,
                    sumIf(entries, NOT is_new) AS baseline_entries,
                    sumIf(entries, is_new) AS candidate_entries,
                    sumIf(runs, NOT is_new) AS baseline_runs,
                    sumIf(runs, is_new) AS candidate_runs,
                    sumIf(squares, NOT is_new) AS baseline_squares,
                    sumIf(squares, is_new) AS candidate_squares,
                    max(runs_of_old) AS old_runs,
                    max(runs_of_new) AS new_runs
                FROM
                (
                    SELECT
                        *,
                        max(if(is_total AND NOT is_new, runs, 0)) OVER () AS runs_of_old,
                        max(if(is_total AND is_new, runs, 0)) OVER () AS runs_of_new
                    FROM
                    (
                        SELECT
                            pattern,
                            is_new,
                            grouping(pattern) = 1 AS is_total,
                            sum(entries_of_run) AS entries,
                            sum(entries_of_run * entries_of_run) AS squares,
                            uniqExact(run) AS runs
                        FROM
                        (
                            SELECT known.pattern AS pattern, is_new, run, sum(entries_of_shape) AS entries_of_run
                            FROM
                            (
                                SELECT
                                    shape,
                                    (deployment_version, if(deployment_version = 0, deployment_id, '')) = new AS is_new,
                                    sipHash64(run_id) AS run,
                                    count() AS entries_of_shape
                                FROM script_analytics.logs FINAL
                                WHERE account = {account:String}
                                    AND script = {script:String}
                                    AND timestamp >= parseDateTime64BestEffort({from:String}, 3, 'UTC')
                                    AND timestamp < parseDateTime64BestEffort({to:String}, 3, 'UTC')
                                    AND run_id != ''
                                    AND (deployment_version, if(deployment_version = 0, deployment_id, '')) IN (old, new)
                                    AND (deployment_version > 0 OR deployment_id != '')
                                    AND old != new
                                    AND may_see
                                GROUP BY shape, is_new, run
                            ) AS of_shape
                            LEFT JOIN
                            (
                                SELECT shape, pattern
                                FROM script_analytics.log_shapes FINAL
                                WHERE account = {account:String} AND script = {script:String}
                            ) AS known ON of_shape.shape = known.shape
                            GROUP BY pattern, is_new, run
                        )
                        GROUP BY GROUPING SETS ((pattern, is_new), (is_new))
                    )
                )
                WHERE NOT is_total AND pattern != 0
                GROUP BY pattern
                HAVING old_runs > 0 AND new_runs > 0
            )
        )
    )
) AS changes
LEFT JOIN
(
    SELECT pattern, argMax(template, (written, countEqual(splitByChar(' ', template), '*'))) AS template
    FROM script_analytics.log_shapes FINAL
    WHERE account = {account:String} AND script = {script:String}
    GROUP BY pattern
) AS templates USING pattern
WHERE significant OR baseline_runs = 0 OR candidate_runs = 0
ORDER BY p_value ASC NULLS LAST, greatest(baseline_runs, candidate_runs) DESC, pattern
COMMENT 'Log patterns that are new, gone, or logged more or less often per run with a deployment of a script in [from, to): account, script, from, to (ISO-8601), baseline, candidate (number, v and number, or id)';
