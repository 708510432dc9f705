package dev.scriptanalytics.testkit.ledger;

import java.util.Map;
import java.util.TreeMap;

/**
 * Log entries of one script, counted.
 *
 * @param byLevel by the level's word; levels without entries are left out
 * @param checksum the sum, modulo 2<sup>64</sup>, of a hash of each entry's run, version, level and
 *     text: no entry can be another one, or under another run, without changing it
 */
public record LogCounts(long total, Map<String, Long> byLevel, long checksum) {
  /** Nothing was logged. */
  public static final LogCounts NONE = new LogCounts(0, Map.of(), 0);

  /** The {@link #checksum} of rows, in the words of ClickHouse: a signed integer. */
  static final String CHECKSUM =
      "reinterpretAsInt64(sum(reinterpretAsUInt64(substring(MD5(concat(run_id, '/',"
          + " toString(deployment_version), '/', toString(log_level), '/', log_message)), 1, 8))))";

  /** The same with one more entry. */
  LogCounts with(LogOutcome log) {
    Map<String, Long> levels = new TreeMap<>(byLevel);
    levels.merge(log.level().word(), 1L, Long::sum);
    return new LogCounts(total + 1, levels, checksum + hash(log));
  }

  private static long hash(LogOutcome log) {
    String text =
        log.runId() + "/" + log.version() + "/" + log.level().word() + "/" + log.message();
    return RunCounts.hash(text);
  }
}
