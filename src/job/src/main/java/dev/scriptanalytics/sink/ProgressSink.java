package dev.scriptanalytics.sink;

import com.clickhouse.client.api.Client;
import com.clickhouse.client.api.query.GenericRecord;
import dev.scriptanalytics.rollup.PublishedHour;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.flink.api.connector.sink2.Sink;

/** Writes and reads {@code rollup_progress}: the hour before which hour rows are complete. */
public final class ProgressSink {
  private static final String TABLE = "rollup_progress";
  private static final List<String> COLUMNS = List.of("job", "settled");

  // What the views ask.
  private static final String PUBLISHED =
      "SELECT toUnixTimestamp(min(settled)) AS settled FROM rollup_progress FINAL";

  private ProgressSink() {}

  /**
   * A sink for hours in seconds since 1970.
   *
   * @param job the name under which the job publishes its progress
   */
  public static Sink<Long> of(ClickHouseConnection connection, Batching batching, String job) {
    byte[] name = job.getBytes(StandardCharsets.UTF_8);
    return RowBinarySink.of(
        connection,
        TABLE,
        COLUMNS,
        (settled, scratch, to) -> {
          scratch.reset();
          scratch.string(name);
          scratch.uint32(settled);
          to.write(scratch.buffer(), scratch.size());
        },
        batching);
  }

  /** What the views take as the settled hour. */
  public static PublishedHour published(ClickHouseConnection connection) {
    return () -> {
      try (Client client = connection.openClient()) {
        List<GenericRecord> rows = client.queryAll(PUBLISHED);
        return rows.isEmpty() ? 0 : rows.get(0).getLong("settled");
      }
    };
  }
}
