package dev.scriptanalytics.testkit.sample;

import dev.scriptanalytics.testkit.ledger.Ledger;
import dev.scriptanalytics.testkit.ledger.ScriptLedger;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A ledger in the form in which {@link ReadRuns} counts. */
public final class LedgerCounts {
  private LedgerCounts() {}

  /** By account and script. */
  public static Map<List<String>, ReadRuns.Count> of(Ledger ledger) {
    Map<List<String>, ReadRuns.Count> counts = new LinkedHashMap<>();
    for (ScriptLedger script : ledger.scripts()) {
      counts.put(
          List.of(script.account(), script.script()),
          new ReadRuns.Count(
              script.succeeded(),
              script.failed(),
              script.inProgress(),
              Arrays.stream(script.responseTimes()).boxed().toList()));
    }
    return counts;
  }
}
