-- Filters of the HTTP endpoints (24_filter_conditions.sql) made from what a user chooses and types on a dashboard. A
-- function gives one condition as JSON, or '' if nothing is chosen; script_analytics_chosen_filter joins them. See
-- deploy/grafana/README.md.

-- The values chosen for a column. chosen is Grafana's ${name:customqueryparam}, such as
-- var-status=Failed&var-status=Success. Every value in it is percent-encoded, so that none can end the surrounding
-- text. (queryparam would let apostrophes through, and singlequote backslashes.)
CREATE OR REPLACE FUNCTION script_analytics_chosen_values AS (chosen) ->
    arrayFilter(
        value -> value != '',
        arrayMap(parameter -> decodeURLComponent(replaceRegexpOne(parameter, '^[^=]*=?', '')), splitByChar('&', chosen))
    );

-- A condition that a column is one of the chosen texts; (none) also stands for an empty text. No choice is no
-- condition.
CREATE OR REPLACE FUNCTION script_analytics_chosen_texts AS (column, chosen) ->
    if(
        empty(script_analytics_chosen_values(chosen)),
        '',
        concat(
            '{"column":"', column, '","op":"in","value":',
            toJSONString(
                arrayConcat(
                    script_analytics_chosen_values(chosen),
                    if(has(script_analytics_chosen_values(chosen), '(none)'), [''], [])
                )
            ),
            '}'
        )
    );

-- A condition that a column is one of the chosen whole numbers.
CREATE OR REPLACE FUNCTION script_analytics_chosen_numbers AS (column, chosen) ->
    if(
        empty(script_analytics_chosen_values(chosen)),
        '',
        concat(
            '{"column":"', column, '","op":"in","value":',
            toJSONString(arrayMap(value -> toUInt32OrZero(value), script_analytics_chosen_values(chosen))),
            '}'
        )
    );

-- A condition on a typed text, with an operator such as contains.
CREATE OR REPLACE FUNCTION script_analytics_typed_text AS (column, operator, typed) ->
    if(typed = '', '', concat('{"column":"', column, '","op":"', operator, '","value":', toJSONString(typed), '}'));

-- A condition on a typed number, with an operator such as at_least. A text that is not a number is no condition.
CREATE OR REPLACE FUNCTION script_analytics_typed_number AS (column, operator, typed) ->
    if(
        isNull(toFloat64OrNull(typed)),
        '',
        concat('{"column":"', column, '","op":"', operator, '","value":', toString(toFloat64OrZero(typed)), '}')
    );

-- A filter of all given conditions, or NULL if there is no condition. match is all or any. A query must pass it to a
-- view as filter = (SELECT script_analytics_chosen_filter(…)), because without the SELECT ClickHouse silently takes
-- it for NULL.
CREATE OR REPLACE FUNCTION script_analytics_chosen_filter AS (match, conditions) ->
    if(
        empty(arrayFilter(c -> c != '', conditions)),
        NULL,
        concat('{"', match, '":[', arrayStringConcat(arrayFilter(c -> c != '', conditions), ','), ']}')
    );
