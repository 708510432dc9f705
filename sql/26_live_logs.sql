-- The live tail: what GET /live/{script} gives. It goes by when rows arrived and not by the times that they tell, so that
-- nothing is missed that comes late or is dated wrongly.
--
-- A row says as ingested_at when its INSERT began, and is seen when that has ended. Therefore nobody may read up to now:
-- an INSERT that began before, and is not done, would come to light behind the reader.

-- Until when all that arrived can be seen: up to the first INSERT that is still being done, and never closer to now than a
-- second, for one that has begun and is not listed yet, and for a clock that is put back a little.
--
-- Its answer must be there before the table is looked at, or an INSERT could end in between and be seen by neither; that is
-- why it is asked in an argument of the view that reads.
CREATE OR REPLACE VIEW script_analytics.arrived_until
DEFINER = script_views SQL SECURITY DEFINER
AS
SELECT now64(3, 'UTC') - toIntervalMillisecond(1000 + toInt64(1000 * max(elapsed))) AS until
FROM system.processes
WHERE query_kind = 'Insert' AND position(query, 'logs') > 0
COMMENT 'Until when all log entries that arrived are to be seen, UTC';

-- How far one answer goes: to until, or to where it has 5000 entries; all that arrived in one millisecond stays together.
CREATE OR REPLACE VIEW script_analytics.arrived_page
DEFINER = script_views SQL SECURITY DEFINER
AS
SELECT if(count() = 5000, max(ingested_at), {until:DateTime64(3, 'UTC')}) AS until
FROM
(
    SELECT ingested_at
    FROM script_analytics.logs
    WHERE account = {account:String}
        AND script IN ({script:String}, if({run_id:String} = '', {script:String}, ''))
        AND ingested_at > ifNull({after:Nullable(DateTime64(3, 'UTC'))}, {until:DateTime64(3, 'UTC')})
        AND ingested_at <= {until:DateTime64(3, 'UTC')}
        AND ({run_id:String} = '' OR run_id = {run_id:String})
        AND log_level >= {least_level:UInt8}
        -- The id of an answer would tell when entries of an account arrived that the caller does not see.
        AND (
            SELECT count() > 0
            FROM script_analytics.reader_accounts
            WHERE user = currentUser() AND account IN ('*', {account:String})
        )
    ORDER BY ingested_at
    LIMIT 5000
)
COMMENT 'How far one answer of the live tail goes; for live_logs';

-- The entries of a script that arrived in (after, until], in that order, as events; and as the last of them until, which is
-- where the next answer begins. Of what replaced each other, the last; what was taken back is not told. Of one run, where
-- one is given, also entries that came before it was known to be one of this script.
CREATE OR REPLACE VIEW script_analytics.arrived_events
DEFINER = script_views SQL SECURITY DEFINER
AS
SELECT concat(
    'retry: 1000\n\n',
    arrayStringConcat(arrayMap(entry -> concat('data: ', entry.6, '\n\n'), arraySort(groupArray(
        (
            ingested_at,
            timestamp,
            stream,
            line,
            log_id,
            toJSONString(CAST(
                (
                    log_id,
                    toString(log_level),
                    log_message,
                    concat(replaceOne(toString(timestamp), ' ', 'T'), 'Z'),
                    run_id,
                    deployment_version,
                    function,
                    source,
                    metadata,
                    stack_trace
                ),
                'Tuple(log_id String, log_level String, log_message String, timestamp String, run_id String, deployment_version UInt32, function String, source String, metadata String, stack_trace String)'
            ))
        )
    )))),
    'id: ',
    toString(toUnixTimestamp64Milli(greatest(
        ifNull({after:Nullable(DateTime64(3, 'UTC'))}, {until:DateTime64(3, 'UTC')}),
        {until:DateTime64(3, 'UTC')}
    ))),
    '\n'
) AS events
FROM
(
    SELECT *
    FROM script_analytics.logs
    WHERE account = {account:String}
        AND script IN ({script:String}, if({run_id:String} = '', {script:String}, ''))
        AND ingested_at > ifNull({after:Nullable(DateTime64(3, 'UTC'))}, {until:DateTime64(3, 'UTC')})
        AND ingested_at <= {until:DateTime64(3, 'UTC')}
        AND ({run_id:String} = '' OR run_id = {run_id:String} OR is_deleted = 1)
        AND (log_level >= {least_level:UInt8} OR is_deleted = 1)
        AND (
            SELECT count() > 0
            FROM script_analytics.reader_accounts
            WHERE user = currentUser() AND account IN ('*', {account:String})
        )
    ORDER BY version DESC, ingested_at DESC
    LIMIT 1 BY script, timestamp, log_id
)
WHERE is_deleted = 0
COMMENT 'Log entries that arrived in (after, until], as an event stream; for live_logs';

-- What the live tail is asked for, checked: always one row. An id is the time of arrival in milliseconds since 1970.
CREATE OR REPLACE VIEW script_analytics.requested_tail
DEFINER = script_views SQL SECURITY DEFINER
AS
WITH
    transform(
        lower(ifNull({level:Nullable(String)}, 'stdout')),
        ['stdout', 'stderr', 'debug', 'info', 'warning', 'warn', 'error', 'fatal'],
        [1, 2, 3, 4, 5, 5, 6, 7],
        0
    ) AS level_from,
    if({last_event_id:String} = '', NULL, fromUnixTimestamp64Milli(toInt64OrZero({last_event_id:String}), 'UTC')) AS after
SELECT
    ifNull({account:Nullable(String)}, '') AS account,
    toUInt8(level_from) AS least_level,
    after
WHERE NOT ignore(
    throwIf({account:Nullable(String)} IS NULL, 'account is missing: add account=NAME'),
    throwIf(level_from = 0, 'level must be stdout, stderr, debug, info, warning, error or fatal'),
    throwIf(
        NOT match({last_event_id:String}, '^(\\d{1,13})?$') OR ifNull(after > now() + 60, 0),
        'Last-Event-ID must be an id that this address has sent'
    )
)
COMMENT 'What the live tail is asked for, checked: account, level, last_event_id';

-- One answer of the live tail, to be asked for again with the id at its end; the first one has no id, and begins now.
CREATE OR REPLACE VIEW script_analytics.live_logs
DEFINER = script_views SQL SECURITY DEFINER
AS
WITH
    (
        SELECT (account, least_level, after)
        FROM script_analytics.requested_tail(
            account = {account:Nullable(String)},
            level = {level:Nullable(String)},
            last_event_id = {last_event_id:String}
        )
    ) AS asked
SELECT events
FROM script_analytics.arrived_events(
    account = asked.1,
    script = {script:String},
    run_id = ifNull({run_id:Nullable(String)}, ''),
    least_level = asked.2,
    after = asked.3,
    until = (
        SELECT until
        FROM script_analytics.arrived_page(
            account = asked.1,
            script = {script:String},
            run_id = ifNull({run_id:Nullable(String)}, ''),
            least_level = asked.2,
            after = asked.3,
            until = (SELECT until FROM script_analytics.arrived_until)
        )
    )
)
COMMENT 'Log entries of a script as they arrive, as an event stream: account, script, run_id or NULL, level or NULL (from it up), last_event_id';
