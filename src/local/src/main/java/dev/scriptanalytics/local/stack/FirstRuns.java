package dev.scriptanalytics.local.stack;

import dev.scriptanalytics.testkit.clickhouse.ClickHouseHttp;

/** Whether a new job has written its first runs to ClickHouse. */
final class FirstRuns {

  private final ClickHouseHttp clickHouse;
  private final long sinceMillis = System.currentTimeMillis();
  private final boolean firstStart;

  /** Counts the runs that arrive from now on. */
  FirstRuns(ClickHouseHttp clickHouse) {
    this.clickHouse = clickHouse;
    this.firstStart = clickHouse.query("SELECT count() FROM script_analytics.runs").equals("0");
  }

  /** Whether there were no runs before. */
  boolean isFirstStart() {
    return firstStart;
  }

  boolean haveArrived() {
    return !clickHouse
        .query(
            """
            SELECT count() FROM script_analytics.runs
            WHERE ingested_at >= fromUnixTimestamp64Milli(%d)"""
                .formatted(sinceMillis))
        .equals("0");
  }
}
