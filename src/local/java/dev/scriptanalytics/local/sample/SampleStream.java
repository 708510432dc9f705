package dev.scriptanalytics.local.sample;

import java.util.Comparator;
import java.util.Iterator;
import java.util.PriorityQueue;

/**
 * The deliveries of endlessly many runs with their logs, in the order in which they reach Kafka.
 */
public final class SampleStream implements Iterator<Delivery> {
  private final RunGenerator generator;
  private final LogGenerator logs;
  // Deliveries of the same millisecond stay in the order in which they were made.
  private final PriorityQueue<Pending> pending =
      new PriorityQueue<>(
          Comparator.comparingLong((Pending p) -> p.delivery.at())
              .thenComparingLong(Pending::sequence));
  private GeneratedRun upcoming;
  private long sequence;

  public SampleStream(RunGenerator generator) {
    this.generator = generator;
    this.logs = generator.logs();
    this.upcoming = generator.next();
  }

  /** Always true. */
  @Override
  public boolean hasNext() {
    return true;
  }

  @Override
  public Delivery next() {
    // Nothing of a run is delivered before its start, and runs come in the order of their starts.
    while (pending.isEmpty() || pending.element().delivery.at() >= upcoming.run().startedAt()) {
      logs.log(upcoming).deliveries().forEach(d -> pending.add(new Pending(d, sequence++)));
      upcoming = generator.next();
    }
    return pending.remove().delivery;
  }

  private record Pending(Delivery delivery, long sequence) {}
}
