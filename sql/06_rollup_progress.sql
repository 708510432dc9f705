-- How far the hours of run_rollups_hourly are complete: one row per job. Before settled, an hour there has every fact that
-- run_rollups has. Views take hours before the lowest settled of all jobs from run_rollups_hourly, and all others from
-- run_rollups. So an old or missing row makes them slower, never wrong.
--
-- A job that writes no more holds the others back. Delete its row (on a cluster: of rollup_progress_local, ON CLUSTER):
--
--     DELETE FROM script_analytics.rollup_progress WHERE job = 'old-job';
CREATE TABLE IF NOT EXISTS script_analytics.rollup_progress
(
    job String COMMENT 'The job, as its option rollup.job-name names it',
    settled DateTime('UTC') COMMENT 'The hour before which all hours are complete; the latest counts'
)
ENGINE = ReplacingMergeTree(settled)
ORDER BY job
COMMENT 'The hour before which run_rollups_hourly is complete, by job';
