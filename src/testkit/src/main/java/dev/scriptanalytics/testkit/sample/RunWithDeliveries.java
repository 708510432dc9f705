package dev.scriptanalytics.testkit.sample;

import java.util.List;

/**
 * A run and how it reaches Kafka.
 *
 * @param profile of its script
 * @param deliveries its events, each at its time, not sorted; and, now and then, a malformed record
 *     that happens to be sent at the same time and is no part of the run
 * @param lines what it logged, in order, which {@link LogGenerator} delivers
 */
public record RunWithDeliveries(
    ScriptProfile profile, SampleRun run, List<Delivery> deliveries, List<LoggedLine> lines) {}
