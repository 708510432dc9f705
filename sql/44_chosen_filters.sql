-- Filters of the HTTP endpoints (22_filter_conditions.sql) out of what is chosen and typed on a dashboard. A function gives
-- one condition as JSON, or '' where nothing is chosen; the last one joins them. See deploy/grafana/README.md.

-- The values chosen for a column: chosen is Grafana's ${name:customqueryparam}, such as var-status=Failed&var-status=Success,
-- in which every value is percent-encoded, so that none can end the text that it stands in. (Not queryparam, which leaves
-- apostrophes; and singlequote leaves backslashes.)
CREATE OR REPLACE FUNCTION script_analytics_chosen_values AS (chosen) ->
    arrayFilter(
        value -> value != '',
        arrayMap(parameter -> decodeURLComponent(replaceRegexpOne(parameter, '^[^=]*=?', '')), splitByChar('&', chosen))
    );

-- A column is one of the chosen texts, of which (none) stands for an empty one too. Nothing chosen is no condition.
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

-- A column is one of the chosen whole numbers.
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

-- A text that was typed, by an operator such as contains.
CREATE OR REPLACE FUNCTION script_analytics_typed_text AS (column, operator, typed) ->
    if(typed = '', '', concat('{"column":"', column, '","op":"', operator, '","value":', toJSONString(typed), '}'));

-- A number that was typed, by an operator such as at_least; what is no number is no condition.
CREATE OR REPLACE FUNCTION script_analytics_typed_number AS (column, operator, typed) ->
    if(
        isNull(toFloat64OrNull(typed)),
        '',
        concat('{"column":"', column, '","op":"', operator, '","value":', toString(toFloat64OrZero(typed)), '}')
    );

-- A filter of all conditions that are there, or NULL where there is none. match: all or any. A query gives it to a view as
-- filter = (SELECT script_analytics_chosen_filter(…)): without the SELECT, ClickHouse takes it for NULL, silently.
CREATE OR REPLACE FUNCTION script_analytics_chosen_filter AS (match, conditions) ->
    if(
        empty(arrayFilter(c -> c != '', conditions)),
        NULL,
        concat('{"', match, '":[', arrayStringConcat(arrayFilter(c -> c != '', conditions), ','), ']}')
    );
