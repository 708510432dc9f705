-- version_regressions for all accounts that the caller sees, for alerts: whole minutes that begin in [from, to).
-- Significance is judged among the tests of all these scripts, so that here too at most one list in twenty has a
-- false alarm.
CREATE OR REPLACE VIEW script_analytics.regressions_overview
DEFINER = script_views SQL SECURITY DEFINER
AS
SELECT *
FROM script_analytics.worse_versions(
    account = '',
    from = {from:DateTime64(3, 'UTC')},
    to = {to:DateTime64(3, 'UTC')}
)
ORDER BY account, script
COMMENT 'Scripts of every account of the caller whose newest deployment version in the minutes of [from, to) is significantly slower (P90, P99 in ms) or fails significantly more than the one before: from, to (UTC)';
