package dev.scriptanalytics.bench.throughput;

import dev.scriptanalytics.testkit.clickhouse.ClickHouseHttp;
import dev.scriptanalytics.testkit.process.Waiting;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Looks again and again which probes ClickHouse shows: runs and log entries among the others, of an
 * account of their own, so that looking costs next to nothing, and each of a script of its own,
 * whose rollup therefore tells whether it was counted.
 *
 * <p>A probe's age is the time from before it was handed to Kafka's client, and so a little more
 * than from its Kafka timestamp, to after the answer to the first look that shows it.
 */
final class FreshnessProbe {
  static final String ACCOUNT = "probes";

  private static final String PREFIX = "probe_";
  private static final Duration PAUSE = Duration.ofMillis(100);
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final ClickHouseHttp clickHouse;
  private final long[] sentAt;
  private final Map<String, long[]> seenAt = new TreeMap<>();
  private volatile int sent;

  /**
   * Nothing sent yet.
   *
   * @param tables where probes will be found
   * @param most how many there will be at most
   */
  FreshnessProbe(ClickHouseHttp clickHouse, List<String> tables, int most) {
    this.clickHouse = clickHouse;
    sentAt = new long[most];
    tables.forEach(table -> seenAt.put(table, new long[most]));
  }

  /** The script of the probe that is sent now. */
  String next() {
    int number = sent;
    sentAt[number] = System.nanoTime();
    // Volatile: whoever sees this sees the time.
    sent = number + 1;
    return PREFIX + number;
  }

  /** How many were sent. */
  int sent() {
    return sent;
  }

  /** Looks until that many were sent, and all of them are seen or nothing has come for a while. */
  void watch(int last) {
    long[] lastNews = {System.nanoTime()};
    Waiting.until(
        Duration.ofHours(1),
        PAUSE,
        () -> {
          boolean all = sent >= last;
          for (Map.Entry<String, long[]> table : seenAt.entrySet()) {
            if (look(table.getKey(), table.getValue()) || sent < last) {
              lastNews[0] = System.nanoTime();
            }
            all &= firstUnseen(table.getValue()) >= last;
          }
          return all || System.nanoTime() - lastNews[0] > PATIENCE.toNanos();
        });
  }

  private boolean look(String table, long[] seen) {
    boolean any = false;
    String answer =
        clickHouse.query(
            "SELECT DISTINCT toUInt32OrZero(substring(script, %d)) AS probe FROM script_analytics.%s"
                    .formatted(PREFIX.length() + 1, table)
                + " WHERE account = '%s' AND probe >= %d FORMAT TSV"
                    .formatted(ACCOUNT, firstUnseen(seen)));
    long now = System.nanoTime();
    for (String line : answer.lines().toList()) {
      int number = Integer.parseInt(line);
      if (seen[number] == 0) {
        seen[number] = now;
        any = true;
      }
    }
    return any;
  }

  private static int firstUnseen(long[] seen) {
    int number = 0;
    while (number < seen.length && seen[number] != 0) {
      number++;
    }
    return number;
  }

  /** The ages of all probes but the first ones, in each table. */
  Map<String, Freshness.Ages> ages(int from) {
    Map<String, Freshness.Ages> ages = new LinkedHashMap<>();
    seenAt.forEach(
        (table, seen) -> {
          long[] millis = new long[sent - from];
          int found = 0;
          for (int number = from; number < sent; number++) {
            if (seen[number] != 0) {
              millis[found++] = Math.round((seen[number] - sentAt[number]) / 1e6);
            }
          }
          long[] sorted = Arrays.copyOf(millis, found);
          Arrays.sort(sorted);
          ages.put(table, Freshness.Ages.of(sorted, millis.length));
        });
    return ages;
  }
}
