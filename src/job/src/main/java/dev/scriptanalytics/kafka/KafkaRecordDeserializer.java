package dev.scriptanalytics.kafka;

import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import net.jpountz.lz4.LZ4Factory;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes records on unchanged, without tombstones: a null value says that its key has no record any
 * more, and tells of no run and no log entry. Decoding is an operator of its own, because only an
 * operator has a side output for unusable records.
 */
final class KafkaRecordDeserializer implements KafkaRecordDeserializationSchema<KafkaRecord> {
  private static final long serialVersionUID = 1;
  private static final Logger LOG = LoggerFactory.getLogger(KafkaRecordDeserializer.class);

  private final ArrayList<String> topics;
  private final Properties clientProperties;

  /**
   * Of a source.
   *
   * @param clientProperties of its consumer
   */
  KafkaRecordDeserializer(List<String> topics, Properties clientProperties) {
    this.topics = new ArrayList<>(topics);
    this.clientProperties = clientProperties;
  }

  /**
   * Loads LZ4's native library before Kafka's client chooses one. In a job's class loader the
   * client would choose the one in Java, which takes three times as long. Registers the gauges of
   * open transactions, because nothing else of a source that the job writes has its metrics.
   */
  @Override
  public void open(DeserializationSchema.InitializationContext context) {
    try {
      LZ4Factory.nativeInstance();
    } catch (LinkageError | RuntimeException e) {
      LOG.info("Topics compressed with LZ4 are read by its Java code, because: {}", e.toString());
    }
    if ("read_committed".equals(clientProperties.getProperty("isolation.level"))) {
      OpenTransactions.register(topics, clientProperties, context);
    }
  }

  @Override
  public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<KafkaRecord> out) {
    if (record.value() == null) {
      return;
    }
    out.collect(
        new KafkaRecord(
            record.topic(),
            record.partition(),
            record.offset(),
            record.timestamp(),
            record.value()));
  }

  @Override
  public TypeInformation<KafkaRecord> getProducedType() {
    return KafkaRecordSerializer.TYPE;
  }
}
