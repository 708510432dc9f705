package dev.scriptanalytics.local.sample;

import java.util.List;

/**
 * A run and how it reaches Kafka.
 *
 * @param deliveries its events, each at its time, not sorted; and, now and then, a malformed record
 *     that happens to be sent at the same time and is no part of the run
 */
public record GeneratedRun(SampleRun run, List<Delivery> deliveries) {}
