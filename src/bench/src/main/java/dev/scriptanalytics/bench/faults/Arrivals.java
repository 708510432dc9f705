package dev.scriptanalytics.bench.faults;

import dev.scriptanalytics.testkit.clickhouse.ClickHouseHttp;
import java.io.UncheckedIOException;
import java.util.Set;
import java.util.stream.Collectors;

/** Looks for single runs in ClickHouse. */
final class Arrivals {
  private final ClickHouseHttp clickHouse;

  Arrivals(ClickHouseHttp clickHouse) {
    this.clickHouse = clickHouse;
  }

  /** Whether a row of any of these runs is there; not, if the server does not answer. */
  boolean any(Set<String> runs) {
    if (runs.isEmpty()) {
      return false;
    }
    String ids = runs.stream().map(id -> "'" + id + "'").collect(Collectors.joining(","));
    try {
      return !clickHouse
          .query("SELECT count() FROM script_analytics.runs WHERE run_id IN (" + ids + ")")
          .equals("0");
    } catch (UncheckedIOException away) {
      return false;
    }
  }
}
