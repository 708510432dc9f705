package dev.scriptanalytics.kafka;

import net.jpountz.lz4.LZ4Factory;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes records on unchanged. Decoding is an operator of its own, because only an operator has a
 * side output for unusable records.
 */
final class KafkaRecordDeserializer implements KafkaRecordDeserializationSchema<KafkaRecord> {
  private static final long serialVersionUID = 1;
  private static final Logger LOG = LoggerFactory.getLogger(KafkaRecordDeserializer.class);

  /**
   * Loads LZ4's native library before Kafka's client chooses one. In a job's class loader the
   * client would choose the one in Java, which takes three times as long.
   */
  @Override
  public void open(DeserializationSchema.InitializationContext context) {
    try {
      LZ4Factory.nativeInstance();
    } catch (LinkageError | RuntimeException e) {
      LOG.info("Topics compressed with LZ4 are read by its Java code, because: {}", e.toString());
    }
  }

  @Override
  public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<KafkaRecord> out) {
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
