package dev.scriptanalytics.sink;

import dev.scriptanalytics.event.DeadLetter;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import org.apache.flink.api.connector.sink2.Sink;

/** Writes unusable records into {@code dead_letters} by JDBC. */
public final class DeadLetterSink {
  private static final String TABLE = "dead_letters";

  private static final String INSERT =
      "INSERT INTO dead_letters (topic, kafka_partition, kafka_offset, item, arrived_at, account,"
          + " resource, reason, detail, bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

  /** The driver builds the statement as text, in several copies. */
  private static final int MAX_ROWS = 5_000;

  private static final int MAX_BYTES = 8 << 20;
  private static final int BYTES_WITHOUT_TEXTS = 150;

  private DeadLetterSink() {}

  /**
   * The sink, at least once: a letter's key is its place in Kafka and its arrival there, so it is
   * stored once, and a topic that is created anew does not replace letters of the former one.
   */
  public static Sink<DeadLetter> of(ClickHouseConnection connection, Batching batching) {
    return new JdbcBatchSink<>(
        connection,
        TABLE,
        INSERT,
        DeadLetterSink::bind,
        DeadLetterSink::size,
        batching.atMost(MAX_ROWS, MAX_BYTES));
  }

  private static int size(DeadLetter letter) {
    int texts = letter.account().length() + letter.resource().length() + letter.detail().length();
    // A byte is sent as two hexadecimal digits.
    return BYTES_WITHOUT_TEXTS + texts + 2 * letter.bytes().length;
  }

  private static void bind(PreparedStatement statement, DeadLetter letter) throws SQLException {
    statement.setString(1, letter.topic());
    statement.setInt(2, letter.partition());
    statement.setLong(3, letter.offset());
    statement.setInt(4, letter.item());
    // The driver would take a Timestamp or LocalDateTime as one of the JVM's time zone.
    statement.setObject(5, Instant.ofEpochMilli(letter.arrivedAt()));
    statement.setString(6, letter.account());
    statement.setString(7, letter.resource());
    statement.setString(8, letter.reason().word());
    statement.setString(9, letter.detail());
    statement.setBytes(10, letter.bytes());
  }
}
