-- The queues of ClickHouse's Kafka engine with two consumers each, and the views that empty them.
-- In a queue a LowCardinality column costs a dictionary for every message: twice the time of all.

-- run_queue
CREATE TABLE peer.run_queue
(
    account String, run_id String, script String,
    deployment_id String, deployment_version UInt32,
    function String, status String,
    started_at DateTime64(3, 'UTC'), response_time_ms Nullable(Float64),
    source_type String, source String,
    input String, output String, trace_id String
)
ENGINE = Kafka SETTINGS
    kafka_broker_list = 'BROKERS', kafka_topic_list = 'TOPICS', kafka_group_name = 'GROUP',
    kafka_format = 'JSONEachRow', kafka_thread_per_consumer = 1,
    kafka_num_consumers = 2, kafka_max_block_size = 262144,
    kafka_poll_max_batch_size = 65536, kafka_flush_interval_ms = 1000;

-- log_queue
CREATE TABLE peer.log_queue
(
    account String, run_id String, script String,
    deployment_id String, deployment_version UInt32, log_id String,
    timestamp DateTime64(3, 'UTC'), level String, message String,
    source String
)
ENGINE = Kafka SETTINGS
    kafka_broker_list = 'BROKERS', kafka_topic_list = 'TOPICS', kafka_group_name = 'GROUP',
    kafka_format = 'JSONEachRow', kafka_thread_per_consumer = 1,
    kafka_num_consumers = 2, kafka_max_block_size = 262144,
    kafka_poll_max_batch_size = 65536, kafka_flush_interval_ms = 1000;

-- run_rollups
CREATE MATERIALIZED VIEW peer.run_rollups TO peer.rollups AS
SELECT account, script, toStartOfMinute(started_at) AS minute, deployment_version,
    count() AS runs, countIf(status = 'success') AS succeeded,
    countIf(status = 'failed') AS failed,
    quantilesTDigestState(0.9, 0.99)(if(status = 'success', response_time_ms, NULL))
        AS digest
FROM peer.run_queue GROUP BY account, script, minute, deployment_version;

-- runs_arrived
CREATE MATERIALIZED VIEW peer.runs_arrived TO peer.arrived AS
SELECT toDate(started_at) AS day, count() AS events FROM peer.run_queue GROUP BY day;

-- logs_arrived
CREATE MATERIALIZED VIEW peer.logs_arrived TO peer.arrived AS
SELECT toDate(timestamp) AS day, count() AS events FROM peer.log_queue GROUP BY day;

-- log_rows
CREATE MATERIALIZED VIEW peer.log_rows TO peer.logs AS SELECT * FROM peer.log_queue;

-- run_rows
CREATE MATERIALIZED VIEW peer.run_rows TO peer.runs AS SELECT * FROM peer.run_queue;

-- arrived
SELECT sum(events) FROM peer.arrived;

-- drop
DROP DATABASE peer SYNC;
