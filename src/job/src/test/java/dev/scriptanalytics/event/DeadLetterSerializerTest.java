package dev.scriptanalytics.event;

import static dev.scriptanalytics.event.SerializedForm.hex;
import static dev.scriptanalytics.event.SerializedForm.read;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DeadLetterSerializerTest {
  private static final String GOLDEN =
      "0c7363726970742d72756e73" // topic
          + "00000003" // partition
          + "000000000000002a" // offset
          + "00000001" // item
          + "00000196cd4b7c40" // arrived_at
          + "0561636d65" // account
          + "037b7d" // resource
          + "094e4f545f4a534f4e" // reason
          + "03e40161" // detail
          + "000000027bff"; // bytes

  @Test
  void readsAndWritesTheLettersOfVersion1() throws IOException {
    DeadLetter letter = letter(DeadLetterReason.NOT_JSON, "äa", new byte[] {'{', -1});

    assertThat(hex(DeadLetterSerializer.TYPE, letter)).isEqualTo(GOLDEN);
    assertThat(read(DeadLetterSerializer.TYPE, GOLDEN))
        .usingRecursiveComparison()
        .isEqualTo(letter);
    assertThat(SerializedForm.copied(DeadLetterSerializer.TYPE, GOLDEN)).isEqualTo(GOLDEN);
  }

  @ParameterizedTest
  @EnumSource(DeadLetterReason.class)
  void carriesEveryReasonAndAnyDetail(DeadLetterReason reason) throws IOException {
    for (String detail : new String[] {"", "x".repeat(501), "€😀", "\ud83d", "\u0000"}) {
      DeadLetter letter = letter(reason, detail, new byte[0]);

      assertThat(read(DeadLetterSerializer.TYPE, hex(DeadLetterSerializer.TYPE, letter)))
          .usingRecursiveComparison()
          .isEqualTo(letter);
    }
  }

  @Test
  void isFoundAgainByACheckpoint() throws IOException {
    SerializedForm.checkItsSnapshot(DeadLetterSerializer.TYPE);
  }

  private static DeadLetter letter(DeadLetterReason reason, String detail, byte[] bytes) {
    return new DeadLetter(
        "script-runs", 3, 42, 1, 0x196cd4b7c40L, "acme", "{}", reason, detail, bytes);
  }
}
