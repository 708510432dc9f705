package dev.scriptanalytics.decode.otlp;

import static dev.scriptanalytics.decode.DecodedLogs.HASH_KEY;
import static dev.scriptanalytics.decode.DecodedLogs.limits;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.decode.DecodedLogs;
import dev.scriptanalytics.decode.EventLimits;
import dev.scriptanalytics.decode.EventRules;
import dev.scriptanalytics.decode.RecordDecoder;
import dev.scriptanalytics.decode.UnusableRecordException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Damage to one attribute, item, scope or resource of a batch costs itself only. The system
 * property {@code otlp.damaged.batches} sets how many batches are tried of all forms together.
 */
class OtlpDamageTest {
  private static final int BATCHES = Integer.getInteger("otlp.damaged.batches", 20_000);
  private static final EventLimits LIMITS = limits(Duration.ofDays(30));

  private final RecordDecoder logs = new OtlpLogDecoder(LIMITS, HASH_KEY, DecodedLogs.UNMASKED);
  private final RecordDecoder spans =
      new OtlpSpanDecoder(LIMITS, EventRules.DEFAULT, HASH_KEY, DecodedLogs.UNMASKED);

  @ParameterizedTest
  @CsvSource({"true, true", "true, false", "false, true", "false, false"})
  void costsItselfOnly(boolean ofLogs, boolean json) {
    int kept = 0;
    int dead = 0;
    long named = 0;
    for (int seed = 0; seed < BATCHES / 4; seed++) {
      Random random = new Random(seed);
      DamagedOtlp batch =
          json ? new DamagedOtlpJson(random, ofLogs) : new DamagedOtlpProtobuf(random, ofLogs);
      byte[] record = batch.record();
      String what = "seed " + seed + ", damage to " + batch.damage();

      DecodedLogs decoded = decode(ofLogs ? logs : spans, record, what);

      List<String> found = new ArrayList<>();
      for (Map<String, Object> row : ofLogs ? decoded.rows() : decoded.runRows()) {
        String name = (String) row.get(ofLogs ? "log_message" : "function");
        found.add(name);
        String account = batch.accounts().get(name);
        if (account != null && !batch.maySayAnything()) {
          assertThat(row.get("account")).as("account of %s, %s", name, what).isEqualTo(account);
        }
      }
      assertThat(found)
          .as(what)
          .containsAll(batch.undamaged())
          .hasSizeLessThanOrEqualTo(batch.accounts().size());
      if (!ofLogs) {
        assertThat(decoded.rows())
            .extracting(row -> row.get("log_message"))
            .as(what)
            .containsAll(batch.undamaged().stream().map(name -> "event of " + name).toList());
      }
      int outcomes = found.size() + decoded.unusable().size();
      if (!batch.maySayAnything()) {
        assertThat(outcomes).as(what).isGreaterThanOrEqualTo(batch.leastOutcomes());
      }
      assertThat(decoded.unusable())
          .as(what)
          .allSatisfy(letter -> assertThat(letter.detail()).isNotBlank());
      if (!batch.maySayAnything()) {
        assertThat(decoded.unusable())
            .extracting(DecodedLogs.Unusable::account)
            .as("account of a dead letter, " + what)
            .isSubsetOf(
                batch.isResourceWhole()
                    ? Set.of(batch.badAccount())
                    : Set.of("", batch.badAccount()));
        named += decoded.unusable().stream().filter(of -> !of.account().isEmpty()).count();
      }
      kept += found.size() - batch.undamaged().size();
      dead += decoded.unusable().size();
    }
    assertThat(kept).as("damaged and kept").isGreaterThan(BATCHES / 40);
    assertThat(dead).as("dead letters").isGreaterThan(BATCHES / 40);
    assertThat(named).as("dead letters with an account").isGreaterThan(BATCHES / 80);
  }

  private static DecodedLogs decode(RecordDecoder decoder, byte[] record, String what) {
    try {
      return DecodedLogs.of(decoder, record, DamagedOtlp.ARRIVAL);
    } catch (UnusableRecordException | RuntimeException e) {
      throw new AssertionError(what + " costs the whole record", e);
    }
  }
}
