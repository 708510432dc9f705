package dev.scriptanalytics.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.apache.flink.api.common.serialization.DeserializationSchema.InitializationContext;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches for partitions that stand still behind an open transaction. A consumer that reads
 * committed records gets none beyond the last stable offset, and its lag ends there too, so nothing
 * else shows what waits behind it.
 *
 * <p>Kafka is asked for both ends of every partition, without waiting for its answer, when a gauge
 * is read and the last answer is half a minute old. So it costs nothing while nobody reads metrics,
 * and records pass by untouched.
 */
final class OpenTransactions implements AutoCloseable {
  /** For how long a partition has stood still, the one that has longest; 0 if none does. */
  static final String OPEN_TRANSACTION_SECONDS = "openTransactionSeconds";

  /** How many records wait behind open transactions, those of the transactions included. */
  static final String RECORDS_BEHIND_OPEN_TRANSACTIONS = "recordsBehindOpenTransactions";

  static final long INTERVAL_MILLIS = 30_000;

  private static final Logger LOG = LoggerFactory.getLogger(OpenTransactions.class);

  // A source registers its gauges anew whenever it restarts, and is not told when it ends. One
  // watch serves all of them until the job's classes are unloaded.
  private static final Map<List<Object>, OpenTransactions> WATCHES = new ConcurrentHashMap<>();

  private final List<String> topics;
  private final Admin admin;
  private final LongSupplier clock;
  private final AtomicBoolean asking = new AtomicBoolean();
  private volatile long askedAt = Long.MIN_VALUE;
  private volatile Standstill standstill = new Standstill(Map.of(), 0);

  /** A partition whose last stable offset has been the same since then. */
  private record Stable(long offset, long since) {}

  /** The partitions with an open transaction, and how many records wait there. */
  private record Standstill(Map<TopicPartition, Stable> partitions, long records) {}

  OpenTransactions(List<String> topics, Properties clientProperties, LongSupplier clock) {
    this.topics = topics;
    this.admin = Admin.create(adminProperties(clientProperties));
    this.clock = clock;
  }

  /**
   * Registers the gauges of a source with its first subtask.
   *
   * @param clientProperties of the source's consumer
   */
  static void register(
      List<String> topics, Properties clientProperties, InitializationContext context) {
    MetricGroup metrics = context.getMetricGroup();
    if (!"0".equals(metrics.getAllVariables().get("<subtask_index>"))) {
      return;
    }
    List<Object> key = List.of(topics, clientProperties);
    OpenTransactions watch =
        WATCHES.computeIfAbsent(
            key, of -> new OpenTransactions(topics, clientProperties, System::currentTimeMillis));
    context
        .getUserCodeClassLoader()
        .registerReleaseHookIfAbsent(
            OpenTransactions.class.getName() + topics,
            () -> {
              WATCHES.remove(key, watch);
              watch.close();
            });
    metrics.gauge(OPEN_TRANSACTION_SECONDS, (Gauge<Long>) watch::seconds);
    metrics.gauge(RECORDS_BEHIND_OPEN_TRANSACTIONS, (Gauge<Long>) watch::records);
  }

  /** What the admin client understands of a consumer's properties. */
  private static Properties adminProperties(Properties clientProperties) {
    Properties properties = new Properties();
    for (String name : clientProperties.stringPropertyNames()) {
      boolean known =
          AdminClientConfig.configNames().contains(name) || name.startsWith("config.providers");
      // A client id is for one client.
      if (known && !name.equals(AdminClientConfig.CLIENT_ID_CONFIG)) {
        properties.setProperty(name, clientProperties.getProperty(name));
      }
    }
    return properties;
  }

  /** See {@link #OPEN_TRANSACTION_SECONDS}. */
  long seconds() {
    refresh();
    long now = clock.getAsLong();
    return standstill.partitions().values().stream()
        .mapToLong(stable -> (now - stable.since()) / 1000)
        .max()
        .orElse(0);
  }

  /** See {@link #RECORDS_BEHIND_OPEN_TRANSACTIONS}. */
  long records() {
    refresh();
    return standstill.records();
  }

  private void refresh() {
    long now = clock.getAsLong();
    if (now < askedAt + INTERVAL_MILLIS || !asking.compareAndSet(false, true)) {
      return;
    }
    askedAt = now;
    admin
        .describeTopics(topics)
        .allTopicNames()
        .toCompletionStage()
        .thenCompose(this::ask)
        .whenComplete(
            (done, failure) -> {
              if (failure != null) {
                LOG.debug("Kafka does not tell of open transactions", failure);
              }
              asking.set(false);
            });
  }

  private CompletionStage<Void> ask(Map<String, TopicDescription> described) {
    Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
    described.forEach(
        (topic, of) ->
            of.partitions()
                .forEach(
                    partition ->
                        latest.put(
                            new TopicPartition(topic, partition.partition()),
                            OffsetSpec.latest())));
    return offsets(latest, IsolationLevel.READ_UNCOMMITTED)
        .thenAcceptBoth(offsets(latest, IsolationLevel.READ_COMMITTED), this::compare);
  }

  private CompletionStage<Map<TopicPartition, ListOffsetsResultInfo>> offsets(
      Map<TopicPartition, OffsetSpec> latest, IsolationLevel level) {
    return admin.listOffsets(latest, new ListOffsetsOptions(level)).all().toCompletionStage();
  }

  private void compare(
      Map<TopicPartition, ListOffsetsResultInfo> ends,
      Map<TopicPartition, ListOffsetsResultInfo> stableEnds) {
    Map<TopicPartition, Stable> before = standstill.partitions();
    Map<TopicPartition, Stable> partitions = new HashMap<>();
    long records = 0;
    for (Map.Entry<TopicPartition, ListOffsetsResultInfo> end : ends.entrySet()) {
      long stable = stableEnds.get(end.getKey()).offset();
      long waiting = end.getValue().offset() - stable;
      if (waiting > 0) {
        Stable known = before.get(end.getKey());
        boolean same = known != null && known.offset() == stable;
        partitions.put(end.getKey(), same ? known : new Stable(stable, clock.getAsLong()));
        records += waiting;
      }
    }
    standstill = new Standstill(partitions, records);
  }

  @Override
  public void close() {
    admin.close(Duration.ZERO);
  }
}
