-- What the query benchmark asks besides the queries that it measures.

-- run ids
SELECT run_id FROM script_analytics.runs WHERE sipHash64(run_id) % {one_in:UInt64} = 0 LIMIT {ids:UInt64};

-- a run
SELECT any(run_id) FROM script_analytics.runs;

-- rows of a table
SELECT count() FROM script_analytics.{table:Identifier} FINAL;

-- bytes of a table
SELECT sum(bytes_on_disk) FROM system.parts
WHERE active AND database = 'script_analytics' AND table = {table:String};
