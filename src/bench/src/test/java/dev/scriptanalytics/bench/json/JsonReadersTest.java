package dev.scriptanalytics.bench.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class JsonReadersTest {
  @ParameterizedTest
  @EnumSource
  void allReadersCopyTheSameValues(RunEventSample event) throws Exception {
    FieldBuffer scanned = new FieldBuffer();
    FieldBuffer streamed = new FieldBuffer();
    FieldBuffer bound = new FieldBuffer();
    new ScannerReader().read(event.json(), scanned);
    new StreamingReader().read(event.json(), streamed);
    new DatabindReader().read(event.json(), bound);
    assertThat(values(streamed)).isEqualTo(values(scanned));
    assertThat(values(bound)).isEqualTo(values(scanned));
  }

  private static byte[] values(FieldBuffer buffer) {
    return Arrays.copyOf(buffer.bytes, buffer.size);
  }
}
