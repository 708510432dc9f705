package dev.scriptanalytics.kafka;

import static dev.scriptanalytics.event.SerializedForm.hex;
import static dev.scriptanalytics.event.SerializedForm.read;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.event.SerializedForm;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class KafkaRecordSerializerTest {
  private static final String GOLDEN =
      "000b7363726970742d72756e73" // topic
          + "00000003" // partition
          + "000000000000002a" // offset
          + "00000196cd4b7c40" // timestamp
          + "000000027b7d"; // value

  @Test
  void readsAndWritesTheRecordsOfVersion1() throws IOException {
    KafkaRecord record =
        new KafkaRecord("script-runs", 3, 42, 0x196cd4b7c40L, new byte[] {'{', '}'});

    assertThat(hex(KafkaRecordSerializer.TYPE, record)).isEqualTo(GOLDEN);
    assertThat(read(KafkaRecordSerializer.TYPE, GOLDEN))
        .usingRecursiveComparison()
        .isEqualTo(record);
    assertThat(SerializedForm.copied(KafkaRecordSerializer.TYPE, GOLDEN)).isEqualTo(GOLDEN);
  }

  @Test
  void tellsATombstoneFromAnEmptyValue() throws IOException {
    for (byte[] value : new byte[][] {null, {}}) {
      KafkaRecord record = new KafkaRecord("t", 0, 0, -1, value);

      assertThat(read(KafkaRecordSerializer.TYPE, hex(KafkaRecordSerializer.TYPE, record)).value())
          .isEqualTo(value);
    }
  }

  @Test
  void isFoundAgainByACheckpoint() throws IOException {
    SerializedForm.checkItsSnapshot(KafkaRecordSerializer.TYPE);
  }
}
