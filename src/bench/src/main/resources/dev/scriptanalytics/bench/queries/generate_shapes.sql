-- The shapes of all scripts: of 24 kinds, each with 16 words.
INSERT INTO script_analytics.log_shapes (account, script, shape, text, pattern, template, first_seen)
SELECT DISTINCT 'acme', script, benchmark_shape(template, word), concat('kind ', toString(template), ' * ', toString(word)),
    benchmark_shape(template, 0), concat('kind ', toString(template), ' *'), fromUnixTimestamp64Milli({begin:Int64}, 'UTC')
FROM (SELECT DISTINCT script FROM script_analytics.logs) AS scripts,
    (SELECT toUInt32(1 + number % 24) AS template, intDiv(number, 24) AS word FROM numbers(24 * 16)) AS shapes
