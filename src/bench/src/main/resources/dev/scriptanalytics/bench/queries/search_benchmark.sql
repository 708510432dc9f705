-- What the search benchmark asks and does besides the queries that it measures.

-- drop the shipped index
ALTER TABLE script_analytics.logs DROP INDEX message_parts;

-- definition of runs
SHOW CREATE TABLE script_analytics.runs FORMAT TSVRaw;

-- copy runs oldest first
INSERT INTO script_analytics.oldest_first SELECT * FROM script_analytics.runs;

-- ids of an entry
SELECT arrayJoin([run_id, log_id]) FROM script_analytics.logs
WHERE script = {busiest:String} AND timestamp >= {from:String} LIMIT 2;

-- order in a message
SELECT extract(log_message, 'ord_([0-9a-f]+)') FROM script_analytics.logs
WHERE script = {busiest:String} AND timestamp >= {from:String} AND log_message LIKE 'Order ord%' LIMIT 1;

-- size of the index
SELECT formatReadableSize(data_compressed_bytes) FROM system.data_skipping_indices WHERE name = 'message_index';

-- add an index
ALTER TABLE script_analytics.logs ADD INDEX message_index log_message TYPE DEFINITION GRANULARITY 1;

-- build the index
ALTER TABLE script_analytics.logs MATERIALIZE INDEX message_index SETTINGS mutations_sync = 0;

-- drop the index
ALTER TABLE script_analytics.logs DROP INDEX message_index SETTINGS mutations_sync = 0;

-- mutations to wait for
SELECT count() FROM system.mutations WHERE NOT is_done;

-- create a copy of logs
CREATE TABLE script_analytics.copy AS script_analytics.logs;

-- drop the copy of logs
DROP TABLE script_analytics.copy;

-- entries of a range
SELECT count() FROM script_analytics.logs WHERE timestamp >= {from:String} AND timestamp < {to:String};

-- partitions of a table
SELECT DISTINCT partition_id FROM system.parts
WHERE active AND database = 'script_analytics' AND table = {table:String};
