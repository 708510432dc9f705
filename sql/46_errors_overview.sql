-- Whether scripts log more errors in [from, to) than in the equally long time before: one row per script of every
-- account that the caller sees with entries of level Error or Fatal in either of them. For alerts, which need all
-- scripts at once.
--
-- errors and errors_before are such entries. They come in bursts, since one run may log a hundred of them, so their
-- number alone proves nothing. An incident is a minute in which a run logged one or more; entries without a run count
-- as one run. expected is what to expect in the range: incidents_before, times the growth of the entries of other
-- levels, if these grew. So a Monday after a Sunday is no news. growth is incidents / expected, where an expected less
-- than 1 counts as 1.
--
-- p_value is that of a one-sided test of two Poisson counts, on their square roots, whose variance does not depend on
-- the counts (Anscombe, 1948). beyond_chance is 1 if it is below 0.001, divided by the number of scripts. An alert
-- asks every few minutes, which is why the level is low.
CREATE OR REPLACE VIEW script_analytics.errors_overview
DEFINER = script_views SQL SECURITY DEFINER
AS
SELECT
    account,
    script,
    errors,
    errors_before,
    incidents,
    incidents_before,
    round(traffic * incidents_before, 2) AS expected,
    round(incidents / greatest(1, traffic * incidents_before), 2) AS growth,
    erfc((sqrt(incidents + 0.375) - sqrt(traffic * (incidents_before + 0.375))) / sqrt((1 + traffic) / 2)) / 2 AS p_value,
    p_value < 0.001 / count() OVER () AS beyond_chance
FROM
(
    WITH
        parseDateTime64BestEffort({from:String}, 3, 'UTC') AS from_time,
        parseDateTime64BestEffort({to:String}, 3, 'UTC') AS to_time,
        (SELECT count() > 0 FROM script_analytics.reader_accounts WHERE user = currentUser() AND account = '*') AS sees_all,
        log_level IN ('Error', 'Fatal') AS is_error,
        timestamp >= from_time AS is_now
    SELECT
        account,
        script,
        countIf(is_error AND is_now) AS errors,
        countIf(is_error AND NOT is_now) AS errors_before,
        uniqExactIf((run_id, toStartOfMinute(timestamp)), is_error AND is_now) AS incidents,
        uniqExactIf((run_id, toStartOfMinute(timestamp)), is_error AND NOT is_now) AS incidents_before,
        countIf(NOT is_error AND is_now) AS others,
        countIf(NOT is_error AND NOT is_now) AS others_before,
        if(others_before = 0, 1, greatest(1, others / others_before)) AS traffic
    FROM script_analytics.logs FINAL
    WHERE script != ''
        AND timestamp >= fromUnixTimestamp64Milli(2 * toUnixTimestamp64Milli(from_time) - toUnixTimestamp64Milli(to_time), 'UTC')
        AND timestamp < to_time
        AND (sees_all OR account IN (SELECT account FROM script_analytics.reader_accounts WHERE user = currentUser()))
    GROUP BY account, script
    HAVING errors + errors_before > 0
)
ORDER BY account, script
COMMENT 'Error and Fatal entries of every script of every account of the caller, beside the equally long time before, and whether they are more beyond chance: from, to (ISO-8601)';

-- Errors that the newest deployment of a script brought: one row per error group, of every script of every account
-- that the caller sees whose newest deployment first ran in [from, to). Errors, groups and counts are those of
-- error_groups.
--
-- A group is new if the newest deployment had it before to, and nobody had it in the seven days before that deployment
-- first ran, nor another deployment since. (Two deployments may run side by side, and an error of both is no error of
-- the new one.) Occurrences of an unknown deployment since then say nothing. A script of which no other deployment ran
-- in those seven days has nothing to compare with, and no row.
--
-- count, runs and times are those of the newest deployment. Rows of runs and logs are kept for some time only; what is
-- gone counts as if it never was.
CREATE OR REPLACE VIEW script_analytics.new_errors_overview
DEFINER = script_views SQL SECURITY DEFINER
AS
SELECT
    account,
    script,
    version AS deployment_version,
    id AS deployment_id,
    began AS first_run,
    error_group,
    leftUTF8(
        trimBoth(
            multiIf(
                last.error_code != '', last.error_code,
                startsWith(last.text, 'Traceback (most recent call last)'), extract(last.text, '([^\n]*)\\s*$'),
                extract(last.text, '^\\s*([^\n]*)')
            )
        ),
        500
    ) AS error,
    times AS count,
    runs,
    first_time AS first_occurrence,
    last.time AS last_occurrence,
    last.message AS last_message,
    last.run_id AS last_run_id
FROM
(
    SELECT
        account,
        script,
        version,
        id,
        began,
        error_group,
        countIf(NOT is_new) AS others,
        uniqExactIf(run_id, is_new AND run_id != '') AS runs,
        toUInt64(countIf(is_new AND logged) + runs - uniqExactIf(run_id, is_new AND logged AND run_id != '')) AS times,
        minIf(time, is_new) AS first_time,
        argMaxIf(
            CAST(
                (time, run_id, error_code, message, if(message = '', stack, message)),
                'Tuple(time DateTime64(6, ''UTC''), run_id String, error_code String, message String, text String)'
            ),
            (time, sequence, run_id),
            is_new
        ) AS last
    FROM
    (
        WITH
            parseDateTime64BestEffort({from:String}, 3, 'UTC') AS from_time,
            parseDateTime64BestEffort({to:String}, 3, 'UTC') AS to_time,
            (SELECT count() > 0 FROM script_analytics.reader_accounts WHERE user = currentUser() AND account = '*') AS sees_all,
            -- The newest deployments that first ran in the range, of scripts with an older one to compare with. An id
            -- without a version that also belongs to a version was a run whose version was unknown at first.
            deployed AS (
                SELECT
                    account,
                    script,
                    newest[1].began AS began,
                    newest[1].version AS version,
                    newest[1].id AS id
                FROM
                (
                    SELECT
                        account,
                        script,
                        groupArrayIf(id, deployment_version > 0) AS ids_of_versions,
                        groupArray(
                            CAST(
                                (first_run, deployment_version, id, last_run),
                                'Tuple(began DateTime64(3, ''UTC''), version UInt32, id String, ended DateTime64(3, ''UTC''))'
                            )
                        ) AS all_deployments,
                        arrayReverseSort(arrayFilter(one -> one.version > 0 OR NOT has(ids_of_versions, one.id), all_deployments)) AS newest
                    FROM
                    (
                        SELECT
                            account,
                            script,
                            deployment_version,
                            if(deployment_version = 0, deployment_id, argMaxMerge(deployments.latest_id)) AS id,
                            min(deployments.first_run) AS first_run,
                            max(deployments.last_run) AS last_run
                        FROM script_analytics.deployments
                        WHERE (sees_all OR account IN (SELECT account FROM script_analytics.reader_accounts WHERE user = currentUser()))
                            AND script != ''
                            AND (deployment_version > 0 OR deployment_id NOT IN ('', 'other'))
                        GROUP BY account, script, deployment_version, deployment_id
                        HAVING first_run < to_time
                    )
                    GROUP BY account, script
                )
                WHERE began >= from_time
                    AND arrayExists(older -> older.ended >= began - toIntervalDay(7), arrayPopFront(newest))
            )
        SELECT
            account,
            script,
            version,
            id,
            began,
            -- Also where a run or entry does not tell the number.
            if(deployment_version = 0, deployment_id != '' AND deployment_id = id, deployment_version = version) AS is_new,
            logged,
            error_group,
            run_id,
            time,
            sequence,
            error_code,
            message,
            stack
        FROM
        (
            SELECT
                account,
                script,
                true AS logged,
                error_group,
                run_id,
                timestamp AS time,
                sequence,
                deployment_version,
                deployment_id,
                error_code,
                log_message AS message,
                stack_trace AS stack
            FROM script_analytics.logs FINAL
            WHERE (account, script) IN (SELECT account, script FROM deployed)
                AND timestamp >= from_time
                AND timestamp < to_time
                AND log_level IN ('Error', 'Fatal')
            UNION ALL
            SELECT
                account,
                script,
                false AS logged,
                error_group,
                run_id,
                toDateTime64(executed_on, 6, 'UTC') AS time,
                toUInt64(0) AS sequence,
                deployment_version,
                deployment_id,
                error_code,
                error_message AS message,
                error_stack AS stack
            FROM script_analytics.runs FINAL
            WHERE (account, script) IN (SELECT account, script FROM deployed)
                AND executed_on >= from_time
                AND executed_on < to_time
                AND status = 'Failed'
            UNION ALL
            -- Before the range, groups suffice. They are taken as of an unknown deployment.
            SELECT
                account,
                script,
                false AS logged,
                error_group,
                '' AS run_id,
                max(timestamp) AS time,
                toUInt64(0) AS sequence,
                toUInt32(0) AS deployment_version,
                '' AS deployment_id,
                '' AS error_code,
                '' AS message,
                '' AS stack
            FROM script_analytics.logs FINAL
            WHERE (account, script) IN (SELECT account, script FROM deployed)
                AND timestamp >= from_time - toIntervalDay(7)
                AND timestamp < from_time
                AND log_level IN ('Error', 'Fatal')
            GROUP BY account, script, error_group
            UNION ALL
            SELECT
                account,
                script,
                false AS logged,
                error_group,
                '' AS run_id,
                toDateTime64(max(executed_on), 6, 'UTC') AS time,
                toUInt64(0) AS sequence,
                toUInt32(0) AS deployment_version,
                '' AS deployment_id,
                '' AS error_code,
                '' AS message,
                '' AS stack
            FROM script_analytics.runs FINAL
            WHERE (account, script) IN (SELECT account, script FROM deployed)
                AND executed_on >= from_time - toIntervalDay(7)
                AND executed_on < from_time
                AND status = 'Failed'
            GROUP BY account, script, error_group
        ) AS occurred
        INNER JOIN deployed USING (account, script)
        WHERE is_new
            OR (time >= began - toIntervalDay(7) AND (time < began OR deployment_version > 0 OR deployment_id != ''))
    )
    GROUP BY account, script, version, id, began, error_group
    HAVING others = 0
)
ORDER BY account, script, count DESC, error_group
COMMENT 'Errors of the newest deployments that first ran in [from, to), of every script of every account of the caller, which nobody had in the seven days before: from, to (ISO-8601)';
