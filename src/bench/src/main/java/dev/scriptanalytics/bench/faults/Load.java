package dev.scriptanalytics.bench.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.scriptanalytics.testkit.kafka.EventSender;
import dev.scriptanalytics.testkit.ledger.Ledger;
import dev.scriptanalytics.testkit.sample.Delivery;
import dev.scriptanalytics.testkit.sample.RunGenerator;
import dev.scriptanalytics.testkit.sample.SampleStream;
import dev.scriptanalytics.testkit.sample.Topic;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import javax.annotation.Nullable;
import org.apache.kafka.common.utils.Utils;

/**
 * Sends made-up runs with their logs at a steady rate, in a thread of its own, until it is told to
 * finish; what a broker's absence holds up follows when it is back.
 */
final class Load {
  /** What {@link SendingPattern#SHUFFLED} shuffles, as this many seconds of a platform's life. */
  private static final Duration SHUFFLED_TOGETHER = Duration.ofMinutes(10);

  /** How much faster than life it goes then, so that ten minutes pass in half a minute. */
  private static final int SHUFFLED_PACE = 20;

  /** So many runs are enough to see whether rows flow. */
  private static final int MOST_PROBES = 100;

  /** How far before now the runs of a load may start, in hours: some belong to settled hours. */
  private static final int MOST_HOURS_AGO = 6;

  /** After so many records there is a tombstone. */
  private static final int TOMBSTONE_EVERY = 500;

  private final EventSender sender;
  private final Ledger ledger;
  private final TransactionLoad transactions;
  private final SendingPattern manner;
  private final SampleStream stream;
  private final Random random;
  private final int eventsPerSecond;
  private final int partitions;
  private final Set<String> known = new HashSet<>();
  private final Queue<Delivery> block = new ArrayDeque<>();
  private final Thread thread = new Thread(this::send, "load");
  @Nullable private Delivery afterBlock;
  private int turn;
  private volatile Set<String> probes = ConcurrentHashMap.newKeySet();
  private volatile boolean finishing;
  private final AtomicLong sent = new AtomicLong();
  private volatile Exception failure;

  /**
   * Starts to send.
   *
   * @param ledger to which all is added that is told
   * @param transactions of which one is sent now and then
   * @param seed of the runs, and of their order where that is by chance
   * @param partitions of every topic
   */
  Load(
      EventSender sender,
      Ledger ledger,
      TransactionLoad transactions,
      SendingPattern manner,
      long seed,
      int eventsPerSecond,
      int partitions) {
    this.sender = sender;
    this.ledger = ledger;
    this.transactions = transactions;
    this.manner = manner;
    this.eventsPerSecond = eventsPerSecond;
    this.partitions = partitions;
    this.random = new Random(seed);
    Instant now = Instant.now();
    RunGenerator runs =
        manner == SendingPattern.SHUFFLED
            ? RunGenerator.ofRunsInAnyOrder(
                seed,
                now.minus(SHUFFLED_TOGETHER.multipliedBy(2)),
                (double) eventsPerSecond / SHUFFLED_PACE)
            : new RunGenerator(
                seed, now.minus(Duration.ofHours(random.nextInt(MOST_HOURS_AGO))), eventsPerSecond);
    this.stream = new SampleStream(runs, ledger);
    thread.setDaemon(true);
    thread.start();
  }

  /** Runs of which nothing was sent before this call, filled as they are sent. */
  Set<String> newRuns() {
    Set<String> fresh = ConcurrentHashMap.newKeySet();
    probes = fresh;
    return fresh;
  }

  /** How many records were handed to Kafka. */
  long sent() {
    return sent.get();
  }

  /**
   * Sends, without delay, what is missing of the runs that were begun, and waits until Kafka has
   * it.
   */
  void finish() throws IOException, InterruptedException {
    finishing = true;
    thread.join();
    if (failure != null) {
      throw new IOException("The producer failed: " + failure.getMessage(), failure);
    }
  }

  private void send() {
    try {
      long start = System.nanoTime();
      while (!finishing) {
        long due = start + (long) (1e9 * sent.get() / eventsPerSecond);
        LockSupport.parkNanos(Math.max(0, due - System.nanoTime()));
        send(next());
        if (manner != SendingPattern.WITHOUT_LAST_PARTITION) {
          transactions.sendNowAndThen(ledger);
        }
      }
      for (Delivery delivery : rest()) {
        send(delivery);
      }
      sender.flush();
    } catch (IOException | InterruptedException | RuntimeException e) {
      failure = e;
    }
  }

  private Delivery next() {
    if (manner != SendingPattern.SHUFFLED) {
      return stream.next();
    }
    if (block.isEmpty()) {
      List<Delivery> together = new ArrayList<>();
      Delivery next = afterBlock == null ? stream.next() : afterBlock;
      long end = next.at() + SHUFFLED_TOGETHER.toMillis();
      for (; next.at() < end; next = stream.next()) {
        together.add(next);
      }
      afterBlock = next;
      Collections.shuffle(together, random);
      block.addAll(together);
    }
    return block.remove();
  }

  private List<Delivery> rest() {
    List<Delivery> rest = new ArrayList<>(block);
    if (afterBlock != null) {
      rest.add(afterBlock);
    }
    rest.addAll(stream.rest());
    return rest;
  }

  private void send(Delivery delivery) throws IOException, InterruptedException {
    // Before it is sent, so that it cannot arrive before it is looked for.
    if (delivery.topic() == Topic.RUNS
        && delivery.deadLetter() == null
        && known.add(delivery.key())) {
      Set<String> to = probes;
      if (to.size() < MOST_PROBES) {
        to.add(delivery.key());
      }
    }
    for (int copy = manner == SendingPattern.THREE_TIMES ? 3 : 1; copy > 0; copy--) {
      sender.send(delivery, partition(delivery));
      if (delivery.deadLetter() != null) {
        ledger.addDeadLetter(delivery.deadLetter());
      }
      if (sent.incrementAndGet() % TOMBSTONE_EVERY == 0) {
        sender.send(new Delivery(0, delivery.topic(), delivery.key(), null), partition(delivery));
      }
    }
  }

  @Nullable
  private Integer partition(Delivery delivery) {
    if (manner != SendingPattern.WITHOUT_LAST_PARTITION) {
      return null;
    }
    int number =
        delivery.key() == null
            ? turn++
            : Utils.toPositive(Utils.murmur2(delivery.key().getBytes(UTF_8)));
    return number % (partitions - 1);
  }
}
