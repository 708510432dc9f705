-- The live tail of GET /live/{script}. It follows the time at which rows arrived and not their timestamps, so that it
-- misses no row that is late or has a wrong timestamp.
--
-- ingested_at is the time at which a row's INSERT began, but the row becomes visible when the INSERT ends. So nobody
-- may read up to now: an INSERT that began before and is still running would become visible behind the reader.

-- The times until which every arrived row of logs, and of runs, is visible. Each is the start of the oldest running
-- INSERT into the table, and at least a second before now, for an INSERT that has begun and is not listed yet and for a
-- clock that is set back a little.
--
-- The answer must exist before the table is read. Otherwise an INSERT could end in between, and neither would see it.
-- So the reading view takes this time as an argument.
CREATE OR REPLACE VIEW script_analytics.arrived_until
DEFINER = script_views SQL SECURITY DEFINER
AS
SELECT
    now64(3, 'UTC') - toIntervalMillisecond(1000 + toInt64(1000 * maxIf(elapsed, position(query, 'logs') > 0))) AS logs_until,
    now64(3, 'UTC') - toIntervalMillisecond(1000 + toInt64(1000 * maxIf(elapsed, position(query, 'runs') > 0))) AS runs_until
FROM system.processes
WHERE query_kind = 'Insert'
COMMENT 'The times until which all arrived log entries, and all arrived runs, are visible, UTC';

-- How far one answer goes: to until, or to where it has 5000 entries. Rows that arrived in one millisecond stay
-- together.
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
        -- Without this check the id of an answer would reveal when entries of a foreign account arrived.
        AND (
            SELECT count() > 0
            FROM script_analytics.reader_accounts
            WHERE user = currentUser() AND account IN ('*', {account:String})
        )
    ORDER BY ingested_at
    LIMIT 5000
)
COMMENT 'How far one answer of the live tail goes; for live_logs';

-- The entries of a script that arrived in (after, until], in that order, as events. The last line is until, where the
-- next answer begins. Of rows that replace each other only the last counts, and entries that were taken back are left
-- out. If a run is given, entries that arrived before its script was known are included.
CREATE OR REPLACE VIEW script_analytics.arrived_events
DEFINER = script_views SQL SECURITY DEFINER
AS
SELECT concat(
    'retry: 1000\n\n',
    arrayStringConcat(arrayMap(entry -> concat('data: ', entry.5, '\n\n'), arraySort(groupArray(
        (
            ingested_at,
            timestamp,
            sequence,
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
        AND ({run_id:String} = '' OR run_id = {run_id:String})
        -- A tombstone may have no level.
        AND (log_level >= {least_level:UInt8} OR is_deleted = 1)
        AND (
            SELECT count() > 0
            FROM script_analytics.reader_accounts
            WHERE user = currentUser() AND account IN ('*', {account:String})
        )
    ORDER BY version DESC, ingested_at DESC
    LIMIT 1 BY script, timestamp, log_id, run_id
)
WHERE is_deleted = 0
COMMENT 'Log entries that arrived in (after, until], as an event stream; for live_logs';

-- The parameters of the live tail, checked. There is always one row. An id is the time of arrival in milliseconds
-- since 1970.
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
COMMENT 'The parameters of the live tail, checked: account, level, last_event_id';

-- One answer of the live tail. The client asks again with the id at its end. A request without an id begins now.
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
            until = (SELECT logs_until FROM script_analytics.arrived_until)
        )
    )
)
COMMENT 'Log entries of a script as they arrive, as an event stream: account, script, run_id or NULL, level (and all above it) or NULL, last_event_id';
