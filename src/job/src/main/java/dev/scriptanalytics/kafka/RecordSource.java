package dev.scriptanalytics.kafka;

import static dev.scriptanalytics.configuration.JobOptions.SOURCE_IDLE_TIMEOUT;
import static dev.scriptanalytics.configuration.JobOptions.SOURCE_MAX_DRIFT;
import static dev.scriptanalytics.configuration.JobOptions.SOURCE_MAX_OUT_OF_ORDERNESS;

import dev.scriptanalytics.configuration.JobConfiguration;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Reads the records of topics, without looking into them.
 *
 * @param topics read from the earliest offset, unless the job is restored
 * @param clientProperties of Kafka's consumer, including {@code bootstrap.servers} and {@code
 *     group.id}
 * @param disorder how far a record may lie behind the latest arrival of its partition
 * @param idleTimeout after how long a silent partition stops holding back the others' watermark
 * @param maxDrift how far its watermark may be ahead of the job's other sources
 */
public record RecordSource(
    List<String> topics,
    Properties clientProperties,
    Duration disorder,
    Duration idleTimeout,
    Duration maxDrift) {

  // A replay of months must not read all runs long before their log entries.
  private static final String ALIGNMENT_GROUP = "arrival";
  // A sparse topic is replayed no faster than source.max-drift per interval: a month in half an
  // hour. A shorter interval costs more messages; at this one, they take a thirtieth of the
  // processor time.
  private static final Duration ALIGNMENT_INTERVAL = Duration.ofMillis(200);

  /** A source of these topics, as the job is configured. */
  public static RecordSource of(List<String> topics, JobConfiguration configuration) {
    return new RecordSource(
        topics,
        configuration.kafkaProperties(),
        configuration.get(SOURCE_MAX_OUT_OF_ORDERNESS),
        configuration.get(SOURCE_IDLE_TIMEOUT),
        configuration.get(SOURCE_MAX_DRIFT));
  }

  /** Adds this source to a job. */
  public SingleOutputStreamOperator<KafkaRecord> in(StreamExecutionEnvironment env, String uid) {
    KafkaSource<KafkaRecord> source =
        KafkaSource.<KafkaRecord>builder()
            .setTopics(topics)
            .setStartingOffsets(OffsetsInitializer.earliest())
            .setDeserializer(new KafkaRecordDeserializer(topics, clientProperties))
            .setProperties(clientProperties)
            .setClientIdPrefix(clientProperties.getProperty("client.id", uid))
            .build();
    WatermarkStrategy<KafkaRecord> watermarks =
        ArrivalWatermarks.<KafkaRecord>strategy(disorder, idleTimeout)
            .withWatermarkAlignment(ALIGNMENT_GROUP, maxDrift, ALIGNMENT_INTERVAL);
    return env.fromSource(source, watermarks, uid, KafkaRecordSerializer.TYPE).uid(uid);
  }
}
