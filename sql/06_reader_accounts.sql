-- Which accounts a user sees through the views. Whoever has no row here sees nothing.
--
--     INSERT INTO script_analytics.reader_accounts (user, account) VALUES ('dora', 'acme');
--     DELETE FROM script_analytics.reader_accounts WHERE user = 'dora' AND account = 'acme';
CREATE TABLE IF NOT EXISTS script_analytics.reader_accounts
(
    user String COMMENT 'The ClickHouse user',
    account String COMMENT 'An account that the user sees; * = all of them'
)
ENGINE = ReplacingMergeTree
ORDER BY (user, account)
COMMENT 'The accounts that each reader sees through the views';

-- Only into an empty table: what an administrator took away must not come back when this is applied again.
INSERT INTO script_analytics.reader_accounts (user, account)
SELECT user, '*'
FROM (SELECT arrayJoin(['default', 'script_reader']) AS user)
WHERE (SELECT count() FROM script_analytics.reader_accounts) = 0;
