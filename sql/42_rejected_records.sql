-- Records that could not be used and arrived in [from, to), newest first. A reader sees those of his accounts. What was
-- so broken that its account could not be read has an empty one, which only readers of all accounts see.
CREATE OR REPLACE VIEW script_analytics.rejected_records
DEFINER = script_views SQL SECURITY DEFINER
AS
SELECT
    arrived_at,
    account,
    reason,
    detail,
    bytes,
    resource,
    topic,
    kafka_partition,
    kafka_offset,
    item
FROM script_analytics.dead_letters FINAL
WHERE arrived_at >= parseDateTime64BestEffort({from:String}, 3, 'UTC')
    AND arrived_at < parseDateTime64BestEffort({to:String}, 3, 'UTC')
    AND (
        (SELECT count() > 0 FROM script_analytics.reader_accounts WHERE user = currentUser() AND account = '*')
        OR (
            account != ''
            AND account IN (SELECT account FROM script_analytics.reader_accounts WHERE user = currentUser())
        )
    )
ORDER BY arrived_at DESC, topic, kafka_partition, kafka_offset, item
COMMENT 'Records that could not be used and arrived in [from, to), with account and reason: from, to (ISO-8601)';
