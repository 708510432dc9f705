-- Which accounts a user sees through the views. A user without a row here sees nothing.
--
--     INSERT INTO script_analytics.reader_accounts (user, account) VALUES ('dora', 'acme');
--     DELETE FROM script_analytics.reader_accounts WHERE user = 'dora' AND account = 'acme';
CREATE TABLE IF NOT EXISTS script_analytics.reader_accounts
(
    user String COMMENT 'The ClickHouse user',
    account String COMMENT 'An account that the user sees; * = all accounts'
)
ENGINE = ReplacingMergeTree
ORDER BY (user, account)
COMMENT 'The accounts that each reader sees through the views';

-- Only into an empty table, so that applying this file again does not undo what an administrator revoked.
INSERT INTO script_analytics.reader_accounts (user, account)
SELECT user, '*'
FROM (SELECT arrayJoin(['default', 'script_reader']) AS user)
WHERE (SELECT count() FROM script_analytics.reader_accounts) = 0;
