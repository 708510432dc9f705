-- What could not be used: one row per record, or per item of a batch, with the reason. The arrival is part of the key,
-- since a topic that is deleted and created again counts its offsets from 0 again.
CREATE TABLE IF NOT EXISTS script_analytics.dead_letters
(
    topic String COMMENT 'The Kafka topic of the record' CODEC(ZSTD(1)),
    kafka_partition Int32 COMMENT 'The partition of the topic' CODEC(ZSTD(1)),
    kafka_offset Int64 COMMENT 'The offset of the record in the partition' CODEC(DoubleDelta, ZSTD(1)),
    item Int32 COMMENT 'The position within the record, counted from 0; 0 if the record is one event' CODEC(ZSTD(1)),
    arrived_at DateTime64(3, 'UTC') COMMENT 'The record''s Kafka timestamp, in milliseconds' CODEC(DoubleDelta, ZSTD(1)),
    account LowCardinality(String) COMMENT 'The tenant whose it is: default if it named none, empty if that could not be read' CODEC(ZSTD(1)),
    resource String COMMENT 'Of an item of an OpenTelemetry batch: the attributes of its resource as a JSON object, masked, and cut after 4 KB' CODEC(ZSTD(1)),
    reason LowCardinality(String) COMMENT 'Why it could not be used: one word of a fixed list' CODEC(ZSTD(1)),
    detail String COMMENT 'What was wrong, in a sentence for people' CODEC(ZSTD(1)),
    bytes String COMMENT 'The record as received, masked and cut as configured; for contradicting_start, contradicting_end, end_after_timeout, late_start, and a missing_field that names ended_at alone, the event written anew from the fields that were read' CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree
PARTITION BY toDate(arrived_at)
ORDER BY (topic, kafka_partition, kafka_offset, item, arrived_at)
TTL toDate(arrived_at) + toIntervalDay(30 + 1)
SETTINGS
    min_age_to_force_merge_seconds = 3600,
    min_age_to_force_merge_on_partition_only = 1
COMMENT 'Records that could not be used, with the reason';
