-- What a user chooses and types on a dashboard, as conditions on rows and as the filter of a download from the API server.
-- See deploy/grafana/README.md. The functions belong to no database, because ClickHouse has no others.

-- The values chosen for a column. chosen is Grafana's ${name:customqueryparam}, such as
-- var-status=Failed&var-status=Success. Every value in it is percent-encoded, so that none can end the surrounding
-- text. (queryparam would let apostrophes through, and singlequote backslashes.) (none) also stands for an empty text.
CREATE OR REPLACE FUNCTION script_analytics_chosen_values AS (chosen) ->
    arrayFlatten(arrayMap(
        value -> if(value = '(none)', [value, ''], [value]),
        arrayFilter(
            value -> value != '',
            arrayMap(parameter -> decodeURLComponent(replaceRegexpOne(parameter, '^[^=]*=?', '')), splitByChar('&', chosen))
        )
    ));

-- Whether a column is one of the chosen values. This and the next two are NULL where nothing was chosen or typed, which
-- is no condition.
CREATE OR REPLACE FUNCTION script_analytics_is_chosen AS (column, chosen) ->
    if(empty(script_analytics_chosen_values(chosen)), NULL, has(script_analytics_chosen_values(chosen), toString(column)));

-- Whether a column contains what was typed.
CREATE OR REPLACE FUNCTION script_analytics_contains_typed AS (column, typed) ->
    if(typed = '', NULL, position(column, typed) > 0);

-- The number that was typed, or NULL. Compared with a column, it makes a condition of it; without a value the column
-- does not meet it.
CREATE OR REPLACE FUNCTION script_analytics_at_least_typed AS (column, typed) ->
    if(isNull(toFloat64OrNull(typed)), NULL, ifNull(column >= toFloat64OrZero(typed), 0));
CREATE OR REPLACE FUNCTION script_analytics_at_most_typed AS (column, typed) ->
    if(isNull(toFloat64OrNull(typed)), NULL, ifNull(column <= toFloat64OrZero(typed), 0));

-- Whether a row meets all conditions, or any; match is all or any. Without conditions every row does.
CREATE OR REPLACE FUNCTION script_analytics_meets AS (match, conditions) ->
    if(
        match = 'any' AND arrayExists(condition -> isNotNull(condition), conditions),
        arrayExists(condition -> ifNull(condition, 0) != 0, conditions),
        arrayAll(condition -> ifNull(condition, 1) != 0, conditions)
    );

-- The same as parts of a filter of the API, as JSON; '' where there is no condition.
CREATE OR REPLACE FUNCTION script_analytics_chosen_texts AS (column, chosen) ->
    if(
        empty(script_analytics_chosen_values(chosen)),
        '',
        concat('{"column":"', column, '","op":"in","value":', toJSONString(script_analytics_chosen_values(chosen)), '}')
    );
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
CREATE OR REPLACE FUNCTION script_analytics_typed_text AS (column, operator, typed) ->
    if(typed = '', '', concat('{"column":"', column, '","op":"', operator, '","value":', toJSONString(typed), '}'));
-- A text that is not a number is no condition.
CREATE OR REPLACE FUNCTION script_analytics_typed_number AS (column, operator, typed) ->
    if(
        isNull(toFloat64OrNull(typed)),
        '',
        concat('{"column":"', column, '","op":"', operator, '","value":', toString(toFloat64OrZero(typed)), '}')
    );

-- The parameter of an address with all of these parts, or ''. match is all or any.
CREATE OR REPLACE FUNCTION script_analytics_filter_parameter AS (match, conditions) ->
    if(
        empty(arrayFilter(condition -> condition != '', conditions)),
        '',
        concat(
            '&filter=',
            encodeURLComponent(concat(
                '{"', if(match = 'any', 'or', 'and'), '":[',
                arrayStringConcat(arrayFilter(condition -> condition != '', conditions), ','),
                ']}'
            ))
        )
    );
