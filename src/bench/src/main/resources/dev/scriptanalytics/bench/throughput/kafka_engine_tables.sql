-- The tables that the Kafka engine writes to; RAW_ENGINE stands for the engine of those with raw rows.

DROP DATABASE IF EXISTS script_analytics SYNC;

DROP DATABASE IF EXISTS peer SYNC;

CREATE DATABASE peer ENGINE = Atomic;

CREATE TABLE peer.runs
(
    account LowCardinality(String), run_id String, script LowCardinality(String),
    deployment_id LowCardinality(String), deployment_version UInt32,
    function LowCardinality(String), status LowCardinality(String),
    started_at DateTime64(3, 'UTC'), response_time_ms Nullable(Float64),
    source_type LowCardinality(String), source LowCardinality(String),
    input String, output String, trace_id String
)
ENGINE = RAW_ENGINE PARTITION BY toDate(started_at) ORDER BY (account, script, started_at, run_id);

CREATE TABLE peer.logs
(
    account LowCardinality(String), run_id String, script LowCardinality(String),
    deployment_id LowCardinality(String), deployment_version UInt32, log_id String,
    timestamp DateTime64(3, 'UTC'), level LowCardinality(String), message String,
    source LowCardinality(String)
)
ENGINE = RAW_ENGINE PARTITION BY toDate(timestamp) ORDER BY (account, script, timestamp, log_id);

-- Tells how many events have arrived, whatever the merges of the others do.
CREATE TABLE peer.arrived (day Date, events UInt64) ENGINE = SummingMergeTree ORDER BY day;

CREATE TABLE peer.rollups
(
    account LowCardinality(String), script LowCardinality(String), minute DateTime('UTC'),
    deployment_version UInt32, runs SimpleAggregateFunction(sum, UInt64),
    succeeded SimpleAggregateFunction(sum, UInt64),
    failed SimpleAggregateFunction(sum, UInt64),
    digest AggregateFunction(quantilesTDigest(0.9, 0.99), Nullable(Float64))
)
ENGINE = AggregatingMergeTree ORDER BY (account, script, minute, deployment_version);
