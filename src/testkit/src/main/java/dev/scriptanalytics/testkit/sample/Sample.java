package dev.scriptanalytics.testkit.sample;

import dev.scriptanalytics.testkit.ledger.Ledger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A finite number of runs with the truth about them.
 *
 * @param deliveries all that is sent of the runs, in the order in which it reaches Kafka, malformed
 *     records among it
 * @param ledger what is to be found once all of it has been read
 */
public record Sample(List<Delivery> deliveries, Ledger ledger) {
  /** Takes the next {@code runs} runs of {@code generator}, with what they logged. */
  public static Sample withLogs(RunGenerator generator, int runs) {
    Ledger ledger = new Ledger();
    List<Delivery> deliveries = new ArrayList<>();
    LogGenerator logs = generator.logs();
    for (int i = 0; i < runs; i++) {
      RunWithDeliveries next = generator.next();
      LogGenerator.Logged logged = logs.log(next);
      ledger.add(next.run().outcome());
      logged.addTo(ledger);
      deliveries.addAll(logged.deliveries());
    }
    return of(deliveries, ledger);
  }

  /** Takes the next {@code runs} runs of {@code generator}, and their events alone. */
  public static Sample of(RunGenerator generator, int runs) {
    Ledger ledger = new Ledger();
    List<Delivery> deliveries = new ArrayList<>();
    for (int i = 0; i < runs; i++) {
      RunWithDeliveries next = generator.next();
      ledger.add(next.run().outcome());
      deliveries.addAll(next.deliveries());
    }
    return of(deliveries, ledger);
  }

  private static Sample of(List<Delivery> deliveries, Ledger ledger) {
    deliveries.sort(Comparator.comparingLong(Delivery::at));
    for (Delivery delivery : deliveries) {
      if (delivery.deadLetter() != null) {
        ledger.addDeadLetter(delivery.deadLetter());
      }
    }
    return new Sample(deliveries, ledger);
  }
}
