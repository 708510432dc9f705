package dev.scriptanalytics.bench.faults;

import dev.scriptanalytics.testkit.kafka.TransactionSender;
import dev.scriptanalytics.testkit.ledger.Ledger;
import dev.scriptanalytics.testkit.ledger.RunStatus;
import dev.scriptanalytics.testkit.sample.Delivery;
import dev.scriptanalytics.testkit.sample.Dialect;
import dev.scriptanalytics.testkit.sample.RunEventWriter;
import dev.scriptanalytics.testkit.sample.SampleRun;
import dev.scriptanalytics.testkit.sample.Timing;
import java.util.List;
import org.apache.kafka.common.KafkaException;

/**
 * Tells a run in a transaction that is aborted, and then the same run, with another response time,
 * in one that is committed: the first counts nowhere, and the second does not contradict it.
 */
final class TransactionLoad {
  private static final int EVERY = 500;
  private static final long ABORTED_MICROS = 111_000;
  private static final long COMMITTED_MICROS = 222_000;

  private final TransactionSender sender;
  private final RunEventWriter events = new RunEventWriter();
  private long calls;

  /** Sends by that producer, in no other thread. */
  TransactionLoad(TransactionSender sender) {
    this.sender = sender;
  }

  /** Sends a run with every 500th call, and adds it to the ledger. */
  void sendNowAndThen(Ledger ledger) {
    if (++calls % EVERY != 0) {
      return;
    }
    long startedAt = System.currentTimeMillis();
    SampleRun committed = run(startedAt, COMMITTED_MICROS);
    try {
      sender.begin(List.of(event(run(startedAt, ABORTED_MICROS))));
      sender.abort();
    } catch (KafkaException away) {
      // Then it is aborted by the next producer, or by the broker.
    }
    boolean done;
    do {
      // Where Kafka has committed and could not say so, the run is told twice, which is no error.
      done = isCommitted(committed);
    } while (!done);
    ledger.add(committed.outcome());
  }

  private boolean isCommitted(SampleRun run) {
    try {
      sender.begin(List.of(event(run)));
      sender.commit();
      return true;
    } catch (KafkaException away) {
      return false;
    }
  }

  private Delivery event(SampleRun run) {
    return new Delivery(run.endedAt(), run.runId(), events.end(run));
  }

  private SampleRun run(long startedAt, long micros) {
    return new SampleRun(
        "transactions",
        "Transfer",
        "transfer_" + startedAt + "_" + calls,
        new SampleRun.Deployment("deploy_1", 1),
        "transfer",
        new SampleRun.Source("api", "transfers"),
        startedAt,
        micros,
        RunStatus.SUCCESS,
        Dialect.UTC,
        Timing.START_AND_END,
        SampleRun.Details.NONE);
  }
}
