-- Inserts the log entries of a range into another table, in blocks as the job's.
INSERT INTO script_analytics.copy
SELECT * FROM script_analytics.logs WHERE timestamp >= {from:String} AND timestamp < {to:String}
SETTINGS optimize_on_insert = 0, max_insert_threads = 1, max_block_size = 100000,
    min_insert_block_size_rows = 100000, min_insert_block_size_bytes = 0
