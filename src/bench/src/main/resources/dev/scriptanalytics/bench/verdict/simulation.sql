-- Deployments and their runs, as a function of a number, and the verdicts on them.

CREATE DATABASE IF NOT EXISTS benchmark ENGINE = Atomic;

-- A number from 0 to 1.
CREATE OR REPLACE FUNCTION benchmark_uniform AS hash -> (hash % 4294967296 + 0.5) / 4294967296;

-- Runs of deployments: those of minute 0 belong to the baseline, those of minutes 1 to 60 to the candidate. A run that
-- did not fail may have logged an error.
CREATE TABLE IF NOT EXISTS benchmark.simulated_runs
(
    deployment UInt32,
    number UInt32,
    minute UInt8,
    failed Bool,
    response_time Nullable(Float64),
    error_group UInt64
)
ENGINE = MergeTree
ORDER BY (deployment, minute);

-- What the view would say after each minute.
CREATE TABLE IF NOT EXISTS benchmark.simulated_verdicts
(
    scenario String,
    deployment UInt32,
    minute UInt8,
    verdict String,
    worse_in Array(String),
    candidate_failed UInt64,
    candidate_response_times UInt64,
    p_values Array(Float64)
)
ENGINE = MergeTree
ORDER BY (scenario, deployment, minute);

-- The runs of each minute, with their digests.
CREATE OR REPLACE VIEW benchmark.simulated_minutes AS
SELECT
    deployment,
    minute,
    count() AS runs,
    countIf(failed) AS failed_runs,
    countIf(error_group > 0) AS runs_with_error,
    count(response_time) AS timed_runs,
    min(response_time) AS shortest_time,
    max(response_time) AS longest_time,
    quantilesTDigestWeightedStateIf(0.9, 0.99)(toFloat32(response_time), toUInt64(1), response_time IS NOT NULL) AS digest
FROM benchmark.simulated_runs
GROUP BY deployment, minute;
