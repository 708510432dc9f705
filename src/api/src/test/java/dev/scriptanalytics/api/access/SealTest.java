package dev.scriptanalytics.api.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.api.access.Seal.Content;
import dev.scriptanalytics.api.access.Seal.Purpose;
import dev.scriptanalytics.api.clickhouse.Credentials;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SealTest {
  private static final Content CONTENT = until(Duration.ofHours(1));

  private final Seal seal = new Seal(List.of());

  @Test
  void whatWasSealedOpensForItsPurposeOnly() {
    String sealed = seal.seal(Purpose.SESSION, CONTENT);

    assertThat(seal.open(Purpose.SESSION, sealed)).isEqualTo(CONTENT);
    assertThat(seal.open(Purpose.TICKET, sealed)).isNull();
  }

  @Test
  void neitherUserNorSecretShows() {
    assertThat(seal.seal(Purpose.SESSION, CONTENT))
        .doesNotContain("dora")
        .isNotEqualTo(seal.seal(Purpose.SESSION, CONTENT));
  }

  @Test
  void aChangedCharacterSpoilsIt() {
    String sealed = seal.seal(Purpose.SESSION, CONTENT);

    // The last character of base64 may have bits that mean nothing.
    for (int i = 0; i < sealed.length() - 1; i++) {
      char other = sealed.charAt(i) == 'A' ? 'B' : 'A';
      String changed = sealed.substring(0, i) + other + sealed.substring(i + 1);
      assertThat(seal.open(Purpose.SESSION, changed)).as("character %d", i).isNull();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "AAAA", "not base64!", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})
  void whatWasNeverSealedDoesNotOpen(String text) {
    assertThat(seal.open(Purpose.SESSION, text)).isNull();
  }

  @Test
  void anExpiredOneDoesNotOpen() {
    String sealed = seal.seal(Purpose.TICKET, until(Duration.ofSeconds(-1)));

    assertThat(seal.open(Purpose.TICKET, sealed)).isNull();
  }

  @Test
  void whileKeysRotateTheOldOneStillOpens() {
    byte[] before = key(1);
    byte[] after = key(2);
    String sealed = new Seal(List.of(before)).seal(Purpose.SESSION, CONTENT);

    assertThat(new Seal(List.of(after, before)).open(Purpose.SESSION, sealed)).isEqualTo(CONTENT);
    assertThat(new Seal(List.of(after)).open(Purpose.SESSION, sealed)).isNull();
  }

  private static byte[] key(int value) {
    byte[] key = new byte[Seal.KEY_BYTES];
    Arrays.fill(key, (byte) value);
    return key;
  }

  private static Content until(Duration fromNow) {
    return new Content(
        new Credentials("dora", "se:cr:et"),
        Instant.now().plus(fromNow).truncatedTo(ChronoUnit.SECONDS));
  }
}
