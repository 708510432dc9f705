package dev.scriptanalytics.decode.otlp;

import static dev.scriptanalytics.decode.DecodedLogs.HASH_KEY;
import static dev.scriptanalytics.decode.DecodedLogs.limits;
import static dev.scriptanalytics.decode.otlp.DamagedOtlp.Target.ATTRIBUTE_OF_ITEM;
import static dev.scriptanalytics.decode.otlp.DamagedOtlp.Target.ATTRIBUTE_OF_SCOPE;
import static dev.scriptanalytics.decode.otlp.DamagedOtlp.Target.SCOPE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.decode.DecodedLogs;
import dev.scriptanalytics.decode.EventLimits;
import dev.scriptanalytics.decode.EventRules;
import dev.scriptanalytics.decode.RecordDecoder;
import dev.scriptanalytics.decode.UnusableRecordException;
import dev.scriptanalytics.decode.otlp.DamagedOtlp.Item;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Damage to one attribute, item, scope or resource of a batch costs itself only. The system
 * properties {@code otlp.damaged.batches} and {@code otlp.damaged.seed} set how many batches are
 * tried of all forms together, and the seed of the first one.
 */
class OtlpDamageTest {
  private static final int BATCHES = Integer.getInteger("otlp.damaged.batches", 20_000);
  private static final long FIRST_SEED = Long.getLong("otlp.damaged.seed", 0);
  private static final Instant ARRIVAL = Instant.parse("2026-11-02T10:15:00Z");
  private static final EventLimits LIMITS = limits(Duration.ofDays(30));

  private final RecordDecoder logs = new OtlpLogDecoder(LIMITS, HASH_KEY, DecodedLogs.UNMASKED);
  private final RecordDecoder spans =
      new OtlpSpanDecoder(LIMITS, EventRules.DEFAULT, HASH_KEY, DecodedLogs.UNMASKED);

  @ParameterizedTest
  @CsvSource({"true, true", "true, false", "false, true", "false, false"})
  void costsItselfOnly(boolean ofLogs, boolean json) {
    Map<DamagedOtlp.Target, int[]> keptAndDead = new EnumMap<>(DamagedOtlp.Target.class);
    for (long seed = FIRST_SEED; seed < FIRST_SEED + BATCHES / 4; seed++) {
      DamagedOtlp batch = DamagedOtlp.of(seed, ofLogs, json, ARRIVAL.minusSeconds(5));
      byte[] record = batch.record();

      DecodedLogs decoded = decode(ofLogs ? logs : spans, record, batch);

      List<Map<String, Object>> rows = ofLogs ? decoded.rows() : decoded.runRows();
      checkRows(batch, rows);
      if (!ofLogs) {
        checkEvents(batch, decoded.rows());
      }
      checkUnusable(batch, decoded);
      int outcomes = rows.size() + decoded.unusable().size() + decoded.skipped().get();
      if (outcomes < batch.leastOutcomes()) {
        throw new AssertionError(
            batch + ": %d outcomes of %d".formatted(outcomes, batch.leastOutcomes()));
      }
      int[] counts = keptAndDead.computeIfAbsent(batch.target, target -> new int[2]);
      counts[0] += rows.size() - batch.undamaged().size();
      counts[1] += decoded.unusable().size();
    }
    assertThat(keptAndDead).containsOnlyKeys(DamagedOtlp.Target.values());
    int least = BATCHES / 4 / 8 / 10;
    keptAndDead.forEach(
        (target, counts) -> {
          // An entry whose run cannot be read is kept; a span is not.
          boolean isNeverDead =
              target == SCOPE
                  || target == ATTRIBUTE_OF_SCOPE
                  || (ofLogs && target == ATTRIBUTE_OF_ITEM);
          assertThat(counts[0]).as("damaged %s, and kept", target).isGreaterThan(least);
          if (!isNeverDead) {
            assertThat(counts[1]).as("dead letters of %s", target).isGreaterThan(least);
          }
        });
  }

  /** Every undamaged item is there as it was, and nothing is there that was not in the batch. */
  private static void checkRows(DamagedOtlp batch, List<Map<String, Object>> rows) {
    Set<Item> missing = new HashSet<>(batch.undamaged());
    for (Map<String, Object> row : rows) {
      String name = (String) row.get(batch.ofLogs ? "log_message" : "function");
      Item sent = batch.items().get(name);
      Item found = new Item(name, (String) row.get("account"), (String) row.get("run_id"));
      missing.remove(found);
      if (sent != null && !batch.maySayAnything() && !sent.account().equals(found.account())) {
        throw new AssertionError(batch + ": " + found + " has another account");
      }
    }
    if (!missing.isEmpty() || rows.size() > batch.items().size()) {
      throw new AssertionError(batch + ": missing " + missing + " in " + rows);
    }
  }

  private static void checkEvents(DamagedOtlp batch, List<Map<String, Object>> rows) {
    Set<Item> missing = new HashSet<>(batch.undamaged());
    rows.forEach(
        row -> {
          String message = (String) row.get("log_message");
          if (message.startsWith(DamagedOtlp.EVENT)) {
            String name = message.substring(DamagedOtlp.EVENT.length());
            missing.remove(new Item(name, (String) row.get("account"), (String) row.get("run_id")));
          }
        });
    if (!missing.isEmpty()) {
      throw new AssertionError(batch + ": missing the events of " + missing);
    }
  }

  private static void checkUnusable(DamagedOtlp batch, DecodedLogs decoded) {
    for (DecodedLogs.Unusable letter : decoded.unusable()) {
      if (letter.reason() == null || letter.detail().isBlank()) {
        throw new AssertionError(batch + ": " + letter + " has no reason");
      }
      boolean isOwn = letter.account().equals(batch.badAccount());
      boolean mayBeUnknown = letter.account().isEmpty() && !batch.isResourceWhole();
      if (!batch.maySayAnything() && !isOwn && !mayBeUnknown) {
        throw new AssertionError(batch + ": " + letter + " has another account");
      }
    }
  }

  private static DecodedLogs decode(RecordDecoder decoder, byte[] record, DamagedOtlp batch) {
    try {
      return DecodedLogs.of(decoder, record, ARRIVAL);
    } catch (UnusableRecordException | RuntimeException e) {
      throw new AssertionError(batch + " costs the whole record", e);
    }
  }
}
