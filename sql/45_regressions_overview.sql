-- version_regressions of all accounts that the caller sees, for alerts: whole minutes that begin in [from, to). A change is
-- significant when it is so among the tests of all these scripts, so that here too one list in twenty at most has a false
-- alarm.
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
COMMENT 'Scripts of every account of the caller whose newest deployed version in the minutes of [from, to) is slower (P90, P99 in ms) or fails more than the one before, significantly: from, to (UTC)';
