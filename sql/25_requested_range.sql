-- The parameters of an HTTP endpoint, checked. There is always one row. Times are read here, because ClickHouse's own
-- parameters accept neither Z nor an offset. A + that a client forgot to encode arrives as a space.
CREATE OR REPLACE VIEW script_analytics.requested_range
DEFINER = script_views SQL SECURITY DEFINER
AS
WITH
    '^\\d{4}-\\d\\d-\\d\\d([T ]\\d\\d:\\d\\d(:\\d\\d([.]\\d{1,9})?)?(Z|[-+ ]\\d\\d:?\\d\\d)?)?$' AS iso8601,
    ifNull({from:Nullable(String)}, '') AS from_text,
    ifNull({to:Nullable(String)}, '') AS to_text,
    -- An invalid time is NULL and not an error, because the checks below may be evaluated later.
    parseDateTime64BestEffortOrNull(replaceRegexpOne(from_text, '(.{11}) (\\d\\d:?\\d\\d)$', '\\1+\\2'), 3, 'UTC') AS from_time,
    parseDateTime64BestEffortOrNull(replaceRegexpOne(to_text, '(.{11}) (\\d\\d:?\\d\\d)$', '\\1+\\2'), 3, 'UTC') AS to_time
SELECT
    ifNull({account:Nullable(String)}, '') AS account,
    assumeNotNull(from_time) AS from,
    assumeNotNull(to_time) AS to
WHERE NOT ignore(
    throwIf({account:Nullable(String)} IS NULL, 'account is missing: add account=NAME'),
    throwIf(NOT match(from_text, iso8601) OR isNull(from_time), 'from must be a time such as 2026-11-20T10:00:00Z'),
    throwIf(NOT match(to_text, iso8601) OR isNull(to_time), 'to must be a time such as 2026-11-20T10:00:00Z')
)
COMMENT 'The account and times of an HTTP request, checked: account, from, to (ISO-8601)';
