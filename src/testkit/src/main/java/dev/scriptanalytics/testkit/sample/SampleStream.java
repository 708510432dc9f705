package dev.scriptanalytics.testkit.sample;

import dev.scriptanalytics.testkit.ledger.Ledger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;
import javax.annotation.Nullable;

/**
 * The deliveries of endlessly many runs with their logs, in the order in which they reach Kafka.
 */
public final class SampleStream implements Iterator<Delivery> {
  private final RunGenerator generator;
  private final LogGenerator logs;
  @Nullable private final Ledger ledger;
  // Deliveries of the same millisecond stay in the order in which they were made.
  private final PriorityQueue<Pending> pending =
      new PriorityQueue<>(
          Comparator.comparingLong((Pending p) -> p.delivery.at())
              .thenComparingLong(Pending::sequence));
  private RunWithDeliveries upcoming;
  private long sequence;

  public SampleStream(RunGenerator generator) {
    this(generator, null);
  }

  /**
   * As above, with the truth about it.
   *
   * @param ledger to which each run is added, with its logs, before the first delivery of it; null
   *     for none
   */
  public SampleStream(RunGenerator generator, @Nullable Ledger ledger) {
    this.generator = generator;
    this.ledger = ledger;
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
    while (pending.isEmpty() || pending.element().delivery.at() >= upcoming.run().executedOn()) {
      LogGenerator.Logged logged = logs.log(upcoming);
      if (ledger != null) {
        ledger.add(upcoming.run().outcome());
        logged.addTo(ledger);
      }
      logged.deliveries().forEach(d -> pending.add(new Pending(d, sequence++)));
      upcoming = generator.next();
    }
    return pending.remove().delivery;
  }

  /**
   * Takes what is still to come of the runs that have begun, in order: with it all that the ledger
   * tells has been delivered.
   */
  public List<Delivery> rest() {
    List<Delivery> rest = new ArrayList<>();
    while (!pending.isEmpty()) {
      rest.add(pending.remove().delivery);
    }
    return rest;
  }

  private record Pending(Delivery delivery, long sequence) {}
}
