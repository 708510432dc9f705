-- Filters of the HTTP endpoints: JSON in, and for each row of a view whether it passes. See
-- deploy/clickhouse/HTTP.md.
--
-- No part of a filter becomes part of a query: column names and operators are compared with fixed lists, and values
-- stay values. The conditions on a column are looked up once per query. For a column without conditions the functions
-- below are constants, and the column is not read.
--
-- The functions belong to no database, because ClickHouse has no others. Views contain them expanded from when they
-- are created.

-- Whether a text meets all of its conditions.
CREATE OR REPLACE FUNCTION script_analytics_text_passes AS (conditions, value) ->
    empty(conditions)
    OR arrayAll(
        condition -> condition.negated != multiIf(
            condition.operator = 'in', has(condition.texts, value),
            condition.operator = 'contains', position(value, condition.texts[1]) > 0,
            condition.operator = 'starts_with', startsWith(value, condition.texts[1]),
            value = ''
        ),
        conditions
    );

-- Whether a number meets all of its conditions. NULL meets "empty" and negated conditions.
CREATE OR REPLACE FUNCTION script_analytics_number_passes AS (conditions, value, is_empty) ->
    empty(conditions)
    OR arrayAll(
        condition -> condition.negated != ifNull(
            multiIf(
                condition.operator = 'in', has(condition.numbers, value),
                condition.operator = 'greater', value > condition.numbers[1],
                condition.operator = 'at_least', value >= condition.numbers[1],
                condition.operator = 'less', value < condition.numbers[1],
                condition.operator = 'at_most', value <= condition.numbers[1],
                is_empty
            ),
            0
        ),
        conditions
    );

-- The conditions of a filter, by column. "Any of its conditions" is represented as "not (all of their opposites)", so
-- that a caller needs one form only: negated != (all conditions are met). NULL is no filter.
--
-- words are the possible values of a text column, for columns with few of them.
CREATE OR REPLACE VIEW script_analytics.filter_conditions
DEFINER = script_views SQL SECURITY DEFINER
AS
WITH
    {texts:Array(String)} AS text_columns,
    {numbers:Array(String)} AS number_columns,
    {words:Map(String, Array(String))} AS words_of,
    ifNull({filter:Nullable(String)}, '{"all":[]}') AS json,
    JSONExtractKeys(json)[1] AS junction,
    JSONExtractArrayRaw(json, junction) AS items,
    arrayMap(
        item -> CAST(
            (
                JSONExtractString(item, 'column'),
                JSONExtractString(item, 'op'),
                JSONType(item, 'value') = 'Array',
                if(JSONType(item, 'value') = 'Array', JSONExtractArrayRaw(item, 'value'), [JSONExtractRaw(item, 'value')]),
                item
            ),
            'Tuple(name String, op String, many Bool, literals Array(String), item String)'
        ),
        items
    ) AS parts,
    multiIf(
        NOT isValidJSON(json), 1,
        JSONType(json) != 'Object' OR length(JSONExtractKeys(json)) != 1 OR junction NOT IN ('all', 'any')
            OR JSONType(json, junction) != 'Array', 2,
        length(items) > 100, 3,
        arrayExists(
            item -> JSONType(item) != 'Object'
                OR NOT hasAll(['column', 'op', 'value'], JSONExtractKeys(item))
                OR length(JSONExtractKeys(item)) != length(arrayDistinct(JSONExtractKeys(item)))
                OR JSONType(item, 'column') != 'String'
                OR JSONType(item, 'op') != 'String',
            items
        ), 4,
        arrayExists(part -> NOT has(arrayConcat(text_columns, number_columns), part.name), parts), 5,
        arrayExists(
            part -> NOT has(
                if(
                    has(text_columns, part.name),
                    [
                        'equals', 'not_equals', 'in', 'not_in', 'contains', 'not_contains', 'starts_with',
                        'not_starts_with', 'empty', 'not_empty'
                    ],
                    [
                        'equals', 'not_equals', 'in', 'not_in', 'greater', 'at_least', 'less', 'at_most', 'empty',
                        'not_empty'
                    ]
                ),
                part.op
            ),
            parts
        ), 6,
        arrayExists(
            part -> multiIf(
                part.op IN ('empty', 'not_empty'), JSONHas(part.item, 'value'),
                part.op IN ('in', 'not_in'), NOT part.many OR length(part.literals) > 10000,
                part.many OR NOT JSONHas(part.item, 'value')
            ),
            parts
        ), 7,
        arrayExists(
            part -> part.op NOT IN ('empty', 'not_empty')
                AND arrayExists(
                    literal -> JSONType(literal) NOT IN if(has(text_columns, part.name), ['String'], ['Int64', 'UInt64', 'Double']),
                    part.literals
                ),
            parts
        ), 8,
        arrayExists(
            part -> mapContains(words_of, part.name)
                AND part.op IN ('equals', 'not_equals', 'in', 'not_in')
                AND NOT hasAll(words_of[part.name], arrayMap(literal -> JSONExtractString(literal), part.literals)),
            parts
        ), 9,
        0
    ) AS problem
SELECT
    junction = 'any' AS negated,
    CAST(
        arrayMap(
            column -> (
                column,
                arrayMap(
                    part -> (
                        multiIf(
                            part.op IN ('equals', 'not_equals', 'not_in'), 'in',
                            startsWith(part.op, 'not_'), substring(part.op, 5),
                            part.op
                        ),
                        startsWith(part.op, 'not_') != (junction = 'any'),
                        arrayMap(literal -> JSONExtractString(literal), part.literals),
                        arrayMap(literal -> JSONExtractFloat(literal), part.literals)
                    ),
                    arrayFilter(part -> part.name = column, parts)
                )
            ),
            arrayDistinct(arrayMap(part -> part.name, parts))
        ),
        'Map(String, Array(Tuple(operator String, negated Bool, texts Array(String), numbers Array(Float64))))'
    ) AS conditions
WHERE NOT ignore(
    throwIf(problem = 1, 'filter is not JSON; a backslash in it has to be doubled'),
    throwIf(problem = 2, 'filter must be {"all":[CONDITION,...]} or {"any":[CONDITION,...]}'),
    throwIf(problem = 3, 'filter has more than 100 conditions'),
    throwIf(problem = 4, 'filter: a condition must be {"column":NAME,"op":OPERATOR,"value":VALUE}'),
    throwIf(
        problem = 5,
        concat('filter: column must be one of ', arrayStringConcat(arrayConcat({texts:Array(String)}, {numbers:Array(String)}), ', '))
    ),
    throwIf(
        problem = 6,
        concat(
            'filter: op must be equals, not_equals, in, not_in, empty, not_empty; for text also contains, not_contains, ',
            'starts_with, not_starts_with; for numbers also greater, at_least, less, at_most'
        )
    ),
    throwIf(
        problem = 7,
        'filter: in and not_in need an array as value (10000 values at most), empty and not_empty no value, all others one value'
    ),
    throwIf(problem = 8, 'filter: value must be text for a column of text, and a number for a column of numbers'),
    throwIf(problem = 9, 'filter: status is In Progress, Success or Failed; log_level Stdout, Stderr, Debug, Info, Warning, Error or Fatal')
)
COMMENT 'The conditions of an HTTP endpoint''s JSON filter, by column; for views: filter, texts, numbers, words';
