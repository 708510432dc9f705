-- The hours of the runs of a day, as the job writes them: at most some 200 centroids, which follow the scale function
-- K_1 of a t-digest (Dunning and Ertl, compression 300).
INSERT INTO script_analytics.run_rollups_hourly (account, script, hour, deployment_version, deployment_id, arrival,
    first_minute, last_minute, facts, seen, succeeded, failed,
    response_time_sum, response_time_min, response_time_max, means, weights)
SELECT
    account, script, hour, deployment_version, deployment_id, arrival, first_minute, last_minute, facts, seen,
    succeeded, failed, response_time_sum, response_time_min, response_time_max, means, weights
FROM
(
    SELECT
        account, script, toStartOfHour(executed_on) AS hour, deployment_version, '' AS deployment_id,
        toStartOfHour(ifNull(ended_on, executed_on) + if(sipHash64(run_id, 9) % 1000 = 0, 7200, 1)) AS arrival,
        toStartOfMinute(min(executed_on)) AS first_minute, toStartOfMinute(max(executed_on)) AS last_minute,
        count() + countIf(status != 'In Progress') AS facts, count() AS seen,
        countIf(status = 'Success') AS succeeded, countIf(status = 'Failed') AS failed,
        sum(response_time) AS response_time_sum, min(response_time) AS response_time_min,
        max(response_time) AS response_time_max,
        -- Numbers that lambdas use are columns of their own: an array that one captures is copied for each element.
        count(response_time) AS values,
        arraySort(groupArray(toFloat32(response_time))) AS times,
        -- The centroid of each value: of a few values each is its own.
        arrayMap(
            place -> if(values <= 200, place,
                toUInt32(floor(300 / (2 * pi()) * (asin(2 * (place - 0.5) / values - 1) + pi() / 2)))),
            arrayEnumerate(times)) AS centroids,
        arraySplit(
            (time, first) -> first, times,
            arrayMap((step, place) -> place = 1 OR step != 0, arrayDifference(centroids), arrayEnumerate(times)))
            AS of_centroid,
        arrayMap(of_one -> toFloat32(arrayAvg(of_one)), of_centroid) AS means,
        arrayMap(of_one -> toUInt64(length(of_one)), of_centroid) AS weights
    FROM script_analytics.runs FINAL
    WHERE toDate(executed_on) = {day:Date}
    GROUP BY account, script, hour, deployment_version, arrival
)
