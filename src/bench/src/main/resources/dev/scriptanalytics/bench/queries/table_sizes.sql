-- How large the tables are, as a text.
SELECT arrayStringConcat(groupArray(table || ' ' || formatReadableSize(bytes)), ', ')
FROM
(
    SELECT table, sum(bytes_on_disk) AS bytes
    FROM system.parts
    WHERE active AND database = 'script_analytics' AND table IN ('runs', 'logs')
    GROUP BY table
    ORDER BY table
)
