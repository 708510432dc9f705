-- The runs of some deployments. Each has its own number of runs, failure rate, spread of response times and tail of
-- errors, spread evenly on a logarithmic scale; every second one measures in whole milliseconds. An error's group is its
-- rank in a distribution with a heavy tail, so that some groups have many runs and many have one.
--
-- first, count, seed: which deployments. baseline_runs, candidate_runs: how many runs each has; 0 = 200 to 20,000 before,
-- and 1 to 100 a minute for 60 minutes. sigma: the spread of the logarithm of response times; 0 = 0.05 to 1.5. slower,
-- failing: the factors of the candidate's times and failure rate. slow_share: the share of the candidate's runs that take
-- five times as long. new_error: the share of the candidate's runs with an error that the baseline does not have.
INSERT INTO benchmark.simulated_runs
WITH
    sipHash64({seed:UInt64}, deployment) AS of_deployment,
    benchmark_uniform(sipHash64(of_deployment, 1)) AS u1,
    benchmark_uniform(sipHash64(of_deployment, 2)) AS u2,
    benchmark_uniform(sipHash64(of_deployment, 3)) AS u3,
    benchmark_uniform(sipHash64(of_deployment, 4)) AS u4,
    benchmark_uniform(sipHash64(of_deployment, 5)) AS u5,
    if({baseline_runs:UInt32} = 0, toUInt32(200 * exp(u1 * log(100))), {baseline_runs:UInt32}) AS old_runs,
    if({candidate_runs:UInt32} = 0, 60 * toUInt32(exp(u2 * log(100))), {candidate_runs:UInt32}) AS new_runs,
    if({failure_rate:Float64} = 0, 0.0005 * exp(u3 * log(400)), {failure_rate:Float64}) AS failure_rate,
    if({sigma:Float64} = 0, 0.05 * exp(u4 * log(30)), {sigma:Float64}) AS sigma,
    0.3 * exp(u5 * log(10)) AS tail,
    number >= old_runs AS is_new,
    sipHash64(of_deployment, number, 6) AS a,
    sipHash64(of_deployment, number, 7) AS b,
    sipHash64(of_deployment, number, 8) AS c,
    benchmark_uniform(a) < failure_rate * if(is_new, {failing:Float64}, 1) AS failed,
    100 * exp(sigma * sqrt(-2 * log(benchmark_uniform(b))) * cos(2 * pi() * benchmark_uniform(intDiv(b, 4294967296))))
        * if(is_new, {slower:Float64} * if(benchmark_uniform(intDiv(c, 4294967296)) < {slow_share:Float64}, 5, 1), 1) AS took
SELECT
    deployment,
    number,
    if(is_new, 1 + intDiv((number - old_runs) * 60, new_runs), 0) AS minute,
    failed,
    if(failed, NULL, if(of_deployment % 2 = 0, round(took), round(took, 3))) AS response_time,
    multiIf(
        is_new AND benchmark_uniform(sipHash64(of_deployment, number, 9)) < {new_error:Float64}, 1,
        failed OR benchmark_uniform(intDiv(a, 4294967296)) < 0.005, 2 + toUInt64(least(1e15, pow(benchmark_uniform(c), -tail))),
        0
    ) AS error_group
FROM
(
    SELECT toUInt32({first:UInt32} + number) AS deployment
    FROM numbers({count:UInt32})
)
ARRAY JOIN range(old_runs + new_runs) AS number
