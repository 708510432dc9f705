-- The log entries of a file, newest first. The key has the time in this order, too, so a result of any length is read,
-- sorted and sent piece by piece.
--
-- A query with a LIMIT repeats the ORDER BY. Without it ClickHouse 26.7 fails with error 10, because it would read the
-- other columns later and does not find the sorted ones then.
CREATE OR REPLACE VIEW script_analytics.export_logs
DEFINER = script_views SQL SECURITY DEFINER
AS
SELECT *
FROM script_analytics.all_logs(account = {account:String}, script = {script:String}, from = {from:String}, to = {to:String})
ORDER BY timestamp DESC, sequence DESC, log_id DESC
SETTINGS do_not_merge_across_partitions_select_final = 1, read_in_order_use_buffering = 0, max_block_size = 2048
COMMENT 'Log entries of a script in [from, to), newest first, for any number: account, script, from, to (ISO-8601)';

-- A text whose further lines are indented, and whose other control characters are visible. A line ends wherever Unicode
-- or a programming language says so, because readers split texts at different characters: Python's splitlines at all of
-- these. A terminal would obey the other control characters, so they become \x1b and the like; only tabs stay. The
-- characters that change the direction of text become \u202e and the like, because with them a line reads otherwise than
-- it is (CVE-2021-42574). They are those of Unicode's property Bidi_Control.
--
-- Most texts have none of these, and for them the arrays are empty.
CREATE OR REPLACE FUNCTION script_analytics_indented AS (text) ->
    replaceRegexpAll(
        arrayFold(
            (shown, code) -> replaceAll(
                shown,
                if(code < 128, char(code), char(194, code)),
                concat('\\x', lower(hex(toUInt8(code))))
            ),
            if(
                match(text, '[\\x00-\\x08\\x0e-\\x1b\\x1f\\x7f-\\x{84}\\x{86}-\\x{9f}]'),
                arrayConcat(range(0, 9), range(14, 28), [31], range(127, 133), range(134, 160)),
                []
            ),
            arrayFold(
                (shown, direction) -> replaceAll(shown, direction.1, direction.2),
                if(
                    match(text, '[\\x{61c}\\x{200e}\\x{200f}\\x{202a}-\\x{202e}\\x{2066}-\\x{2069}]'),
                    [
                        (char(216, 156), '\\u061c'), (char(226, 128, 142), '\\u200e'), (char(226, 128, 143), '\\u200f'),
                        (char(226, 128, 170), '\\u202a'), (char(226, 128, 171), '\\u202b'),
                        (char(226, 128, 172), '\\u202c'), (char(226, 128, 173), '\\u202d'),
                        (char(226, 128, 174), '\\u202e'), (char(226, 129, 166), '\\u2066'),
                        (char(226, 129, 167), '\\u2067'), (char(226, 129, 168), '\\u2068'),
                        (char(226, 129, 169), '\\u2069')
                    ],
                    []
                ),
                text
            )
        ),
        '\\r\\n|[\\n\\r\\v\\f\\x1c-\\x1e\\x{85}\\x{2028}\\x{2029}]',
        '\n    '
    );
