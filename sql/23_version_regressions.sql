-- The basis of version_regressions and regressions_overview; readers have no grant on it. It gives the rows of the
-- former, exact to the millisecond. With account '' it gives those of all accounts that the caller sees, in whole
-- minutes.
CREATE OR REPLACE VIEW script_analytics.worse_versions
DEFINER = script_views SQL SECURITY DEFINER
AS
WITH
    -- The levels at which a digest is evaluated, to find the share of response times above a value: in
    -- hundredths, and above the last one in thousandths.
    arrayConcat(arrayMap(i -> i / 100, range(99)), arrayMap(i -> 0.99 + i / 1000, range(11))) AS levels
SELECT
    account,
    script,
    old_version,
    new_version,
    arrayFilter((name, p) -> ifNull(p < 0.05 / tests, false), ['p90', 'p99', 'failures'], [p90_p_value, p99_p_value, failure_p_value]) AS regressions,
    old_finished,
    new_finished,
    old_failed,
    new_failed,
    round(100 * old_failed / old_finished, 2) AS old_failure_rate,
    round(100 * new_failed / new_finished, 2) AS new_failure_rate,
    failure_p_value,
    old_times AS old_response_times,
    new_times AS new_response_times,
    old_p90,
    new_p90,
    round(100 * old_above_90, 2) AS old_over_p90,
    round(100 * new_above_90, 2) AS new_over_p90,
    p90_p_value,
    old_p99,
    new_p99,
    round(100 * old_above_99, 2) AS old_over_p99,
    round(100 * new_above_99, 2) AS new_over_p99,
    p99_p_value
FROM
(
    SELECT
        *,
        (old_failed + new_failed) / (old_finished + new_finished) AS failing,
        (old_above_90 * old_times + new_above_90 * new_times) / (old_times + new_times) AS above_90,
        (old_above_99 * old_times + new_above_99 * new_times) / (old_times + new_times) AS above_99,
        if(
            least(old_finished, new_finished) * least(failing, 1 - failing) < 5,
            NULL,
            erfc((new_failed / new_finished - 1.1 * old_failed / old_finished) / sqrt(2 * failing * (1 - failing) * (1 / old_finished + 1 / new_finished))) / 2
        ) AS failure_p_value,
        if(
            least(old_times, new_times) * least(0.1, above_90, 1 - above_90) < 5,
            NULL,
            erfc((new_above_90 - 1.1 * old_above_90) / sqrt(2 * above_90 * (1 - above_90) * (1 / old_times + 1 / new_times))) / 2
        ) AS p90_p_value,
        if(
            least(old_times, new_times) * least(0.01, above_99, 1 - above_99) < 5,
            NULL,
            erfc((new_above_99 - 1.1 * old_above_99) / sqrt(2 * above_99 * (1 - above_99) * (1 / old_times + 1 / new_times))) / 2
        ) AS p99_p_value,
        sum((failure_p_value IS NOT NULL) + (p90_p_value IS NOT NULL) + (p99_p_value IS NOT NULL)) OVER () AS tests
    FROM
    (
        SELECT
            account,
            script,
            of_versions[1].1 AS new_version,
            of_versions[2].1 AS old_version,
            of_versions[1].2 AS new_finished,
            of_versions[2].2 AS old_finished,
            of_versions[1].3 AS new_failed,
            of_versions[2].3 AS old_failed,
            of_versions[1].4 AS new_times,
            of_versions[2].4 AS old_times,
            of_versions[1].5 AS new_quantiles,
            of_versions[2].5 AS old_quantiles,
            if(new_times = 0, NULL, new_quantiles[91]) AS new_p90,
            if(old_times = 0, NULL, old_quantiles[91]) AS old_p90,
            if(new_times = 0, NULL, new_quantiles[100]) AS new_p99,
            if(old_times = 0, NULL, old_quantiles[100]) AS old_p99,
            -- The last level whose value is at most the old version's, plus the fraction of the way to the next level.
            arrayLastIndex(q -> q <= old_p90, old_quantiles) AS old_level_90,
            multiIf(
                old_level_90 = 0, 1,
                old_level_90 = length(levels), 0,
                1 - levels[old_level_90] - (levels[old_level_90 + 1] - levels[old_level_90])
                    * (old_p90 - old_quantiles[old_level_90]) / (old_quantiles[old_level_90 + 1] - old_quantiles[old_level_90])
            ) AS old_above_90,
            arrayLastIndex(q -> q <= old_p99, old_quantiles) AS old_level_99,
            multiIf(
                old_level_99 = 0, 1,
                old_level_99 = length(levels), 0,
                1 - levels[old_level_99] - (levels[old_level_99 + 1] - levels[old_level_99])
                    * (old_p99 - old_quantiles[old_level_99]) / (old_quantiles[old_level_99 + 1] - old_quantiles[old_level_99])
            ) AS old_above_99,
            arrayLastIndex(q -> q <= old_p90, new_quantiles) AS new_level_90,
            multiIf(
                new_level_90 = 0, 1,
                new_level_90 = length(levels), 0,
                1 - levels[new_level_90] - (levels[new_level_90 + 1] - levels[new_level_90])
                    * (old_p90 - new_quantiles[new_level_90]) / (new_quantiles[new_level_90 + 1] - new_quantiles[new_level_90])
            ) AS new_above_90,
            arrayLastIndex(q -> q <= old_p99, new_quantiles) AS new_level_99,
            multiIf(
                new_level_99 = 0, 1,
                new_level_99 = length(levels), 0,
                1 - levels[new_level_99] - (levels[new_level_99 + 1] - levels[new_level_99])
                    * (old_p99 - new_quantiles[new_level_99]) / (new_quantiles[new_level_99 + 1] - new_quantiles[new_level_99])
            ) AS new_above_99
        FROM
        (
            SELECT
                account,
                script,
                arrayReverseSort(x -> x.1, groupArray((deployment_version, finished, failures, times, quantiles))) AS of_versions
            FROM
            (
                SELECT
                    account,
                    script,
                    deployment_version,
                    sum(succeeded) + sum(failed) AS finished,
                    sum(failed) AS failures,
                    sum(response_times) AS times,
                    quantilesTDigestWeightedMerge(
                        0, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.09, 0.1, 0.11, 0.12, 0.13, 0.14, 0.15, 0.16, 0.17, 0.18, 0.19,
                        0.2, 0.21, 0.22, 0.23, 0.24, 0.25, 0.26, 0.27, 0.28, 0.29, 0.3, 0.31, 0.32, 0.33, 0.34, 0.35, 0.36, 0.37, 0.38, 0.39,
                        0.4, 0.41, 0.42, 0.43, 0.44, 0.45, 0.46, 0.47, 0.48, 0.49, 0.5, 0.51, 0.52, 0.53, 0.54, 0.55, 0.56, 0.57, 0.58, 0.59,
                        0.6, 0.61, 0.62, 0.63, 0.64, 0.65, 0.66, 0.67, 0.68, 0.69, 0.7, 0.71, 0.72, 0.73, 0.74, 0.75, 0.76, 0.77, 0.78, 0.79,
                        0.8, 0.81, 0.82, 0.83, 0.84, 0.85, 0.86, 0.87, 0.88, 0.89, 0.9, 0.91, 0.92, 0.93, 0.94, 0.95, 0.96, 0.97, 0.98, 0.99,
                        0.991, 0.992, 0.993, 0.994, 0.995, 0.996, 0.997, 0.998, 0.999, 1
                    )(digest) AS quantiles
                FROM
                (
                    SELECT {account:String} AS account, script, deployment_version, succeeded, failed, response_times, digest
                    FROM script_analytics.run_cells(
                        account = {account:String},
                        script = '',
                        from = {from:DateTime64(3, 'UTC')},
                        to = {to:DateTime64(3, 'UTC')},
                        step = 86400
                    )
                    UNION ALL
                    SELECT account, script, deployment_version, succeeded, failed, response_times, digest
                    FROM script_analytics.run_rollups FINAL
                    WHERE {account:String} = ''
                        AND minute >= {from:DateTime64(3, 'UTC')}
                        AND minute < {to:DateTime64(3, 'UTC')}
                        AND (
                            account IN (SELECT account FROM script_analytics.reader_accounts WHERE user = currentUser())
                            OR (SELECT count() > 0 FROM script_analytics.reader_accounts WHERE user = currentUser() AND account = '*')
                        )
                        -- Most scripts have one version in a day. Their digests, the expensive part, are not read.
                        AND (account, script) IN (
                            SELECT account, script
                            FROM script_analytics.run_rollups
                            WHERE {account:String} = ''
                                AND minute >= {from:DateTime64(3, 'UTC')}
                                AND minute < {to:DateTime64(3, 'UTC')}
                                AND deployment_version > 0
                            GROUP BY account, script
                            HAVING uniqExact(deployment_version) > 1
                        )
                )
                WHERE deployment_version > 0
                GROUP BY account, script, deployment_version
                HAVING finished > 0
                ORDER BY account, script, deployment_version DESC
                LIMIT 2 BY account, script
            )
            GROUP BY account, script
            HAVING length(of_versions) = 2
        )
    )
)
WHERE notEmpty(regressions)
COMMENT 'Basis of version_regressions and regressions_overview; not for readers: account or empty for all, from, to (UTC)';

-- Scripts whose newest deployment version that ran in [from, to) is slower, or fails more, than the version before it
-- that ran there too. There is one row per script, by name, and none for a script without a significant change for
-- the worse. Version 0 (unknown) is not compared. Range and edges are as in script_metrics.
--
-- regressions says which of p90, p99 and failures got worse. Columns with old_ and new_ belong to the two versions:
-- finished runs, failures and response times (counts), failure rates (percent), P90 and P99 (ms). old_over_p90 and
-- new_over_p90 are the percentage of the version's response times above the old version's P90; likewise for p99.
--
-- The test is the two-proportion z test, one-sided. Its hypothesis is that the new version's share is at most a tenth
-- larger than the old one's. Within this margin a difference is too small to matter, however many runs there are (a
-- margin as in Farrington and Manning 1990, Statistics in Medicine 9, 1447-1454, with the pooled share in the
-- variance). The share is that of failed runs, or that of response times above the old version's percentile, as in
-- the control percentile test (Mathisen 1943, Annals of Mathematical Statistics 14, 188-194). The probabilities are
-- *_p_value.
--
-- A p-value is NULL if a version has too few runs for the normal approximation: fewer than 5 expected with the rarer
-- outcome (Cochran 1954, Biometrics 10, 417-451). So P90 takes about 50 response times, and P99 about 500. A change
-- is significant below 5 percent divided by the number of tests (Bonferroni), so that at most one list in twenty has
-- a false alarm.
CREATE OR REPLACE VIEW script_analytics.version_regressions
DEFINER = script_views SQL SECURITY DEFINER
AS
SELECT * EXCEPT account
FROM script_analytics.worse_versions(
    account = {account:String},
    from = {from:DateTime64(3, 'UTC')},
    to = {to:DateTime64(3, 'UTC')}
)
-- An empty account would mean all accounts.
WHERE {account:String} != ''
ORDER BY script
COMMENT 'Scripts whose newest deployment version in [from, to) is significantly slower (P90, P99 in ms) or fails significantly more than the one before: account, from, to (UTC)';
