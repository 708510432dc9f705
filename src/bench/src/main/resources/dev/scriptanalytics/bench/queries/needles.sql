-- How many entries of the busiest script contain a text or a word, by how many do.

-- one entry
SELECT count() FROM script_analytics.all_logs(
    account = {account:String}, script = {busiest:String}, from = {from:String}, to = {to:String})
WHERE log_message LIKE {one_entry:String};

-- 1 of 1,000
SELECT count() FROM script_analytics.all_logs(
    account = {account:String}, script = {busiest:String}, from = {from:String}, to = {to:String})
WHERE log_message LIKE '%by the bank with code 17%';

-- 1 of 40
SELECT count() FROM script_analytics.all_logs(
    account = {account:String}, script = {busiest:String}, from = {from:String}, to = {to:String})
WHERE log_message LIKE '%timed out after%';

-- none
SELECT count() FROM script_analytics.all_logs(
    account = {account:String}, script = {busiest:String}, from = {from:String}, to = {to:String})
WHERE log_message LIKE '%deadlock detected%';

-- word, one entry
SELECT count() FROM script_analytics.all_logs(
    account = {account:String}, script = {busiest:String}, from = {from:String}, to = {to:String})
WHERE hasToken(log_message, {word:String});

-- word, 1 of 40
SELECT count() FROM script_analytics.all_logs(
    account = {account:String}, script = {busiest:String}, from = {from:String}, to = {to:String})
WHERE hasToken(log_message, 'timed');

-- word, none
SELECT count() FROM script_analytics.all_logs(
    account = {account:String}, script = {busiest:String}, from = {from:String}, to = {to:String})
WHERE hasToken(log_message, 'deadlock');

-- two words
SELECT count() FROM script_analytics.all_logs(
    account = {account:String}, script = {busiest:String}, from = {from:String}, to = {to:String})
WHERE hasAllTokens(log_message, 'declined 17');
