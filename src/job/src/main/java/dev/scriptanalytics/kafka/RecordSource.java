package dev.scriptanalytics.kafka;

import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Reads the records of some topics, without looking into them.
 *
 * @param topics read from the earliest offset where the job has no state of its own
 * @param clientProperties of Kafka's consumer, {@code bootstrap.servers} and {@code group.id} among
 *     them
 * @param disorder how far behind the latest arrival another record of its partition may be
 * @param idleTimeout after how long a silent partition no longer holds the others' watermark back
 * @param maxDrift how far ahead of the other sources of the job its watermark may be
 */
public record RecordSource(
    List<String> topics,
    Properties clientProperties,
    Duration disorder,
    Duration idleTimeout,
    Duration maxDrift) {

  // A replay of months must not have read all runs long before their log entries.
  private static final String ALIGNMENT_GROUP = "arrival";
  // What is sparse is replayed no faster than source.max-drift in each interval: a month in half an
  // hour. The messages take a thirtieth of all processor time.
  private static final Duration ALIGNMENT_INTERVAL = Duration.ofMillis(200);

  /** Adds this source to a job. */
  public SingleOutputStreamOperator<KafkaRecord> in(StreamExecutionEnvironment env, String uid) {
    KafkaSource<KafkaRecord> source =
        KafkaSource.<KafkaRecord>builder()
            .setTopics(topics)
            .setStartingOffsets(OffsetsInitializer.earliest())
            .setDeserializer(new KafkaRecordDeserializer())
            .setProperties(clientProperties)
            .setClientIdPrefix(clientProperties.getProperty("client.id", uid))
            .build();
    WatermarkStrategy<KafkaRecord> watermarks =
        ArrivalWatermarks.<KafkaRecord>strategy(disorder, idleTimeout)
            .withWatermarkAlignment(ALIGNMENT_GROUP, maxDrift, ALIGNMENT_INTERVAL);
    return env.fromSource(source, watermarks, uid, KafkaRecordSerializer.TYPE).uid(uid);
  }
}
