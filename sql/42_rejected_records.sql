-- Records that could not be used and arrived in [from, to), newest first. An unreadable record has no account, so
-- only readers of all accounts see rows here.
CREATE OR REPLACE VIEW script_analytics.rejected_records
DEFINER = script_views SQL SECURITY DEFINER
AS
SELECT
    arrived_at,
    reason,
    detail,
    bytes,
    topic,
    kafka_partition,
    kafka_offset,
    item
FROM script_analytics.dead_letters FINAL
WHERE arrived_at >= parseDateTime64BestEffort({from:String}, 3, 'UTC')
    AND arrived_at < parseDateTime64BestEffort({to:String}, 3, 'UTC')
    AND (SELECT count() > 0 FROM script_analytics.reader_accounts WHERE user = currentUser() AND account = '*')
ORDER BY arrived_at DESC, topic, kafka_partition, kafka_offset, item
COMMENT 'Records that could not be used and arrived in [from, to); for readers of all accounts: from, to (ISO-8601)';
