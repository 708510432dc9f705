package dev.scriptanalytics.sink;

import java.util.List;
import java.util.stream.Collectors;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;

/**
 * Writes rows that are ClickHouse's RowBinary already into one table, at least once: a checkpoint
 * completes only after ClickHouse has taken every row before it.
 *
 * <p>It posts over the client of the JDBC driver, so that TLS, proxies and time-outs are the same
 * {@code clickhouse.*} options for all sinks, and the server's error codes are read by it.
 */
public final class RowBinarySink implements Sink<byte[]> {
  private static final long serialVersionUID = 1L;

  private final ClickHouseConnection connection;
  private final String table;
  private final String[] columns;
  private final Batching batching;

  private RowBinarySink(
      ClickHouseConnection connection, String table, String[] columns, Batching batching) {
    this.connection = connection;
    this.table = table;
    this.columns = columns;
    this.batching = batching;
  }

  /**
   * A sink for one table.
   *
   * @param columns the columns that a row has, in its order
   */
  public static RowBinarySink of(
      ClickHouseConnection connection, String table, List<String> columns, Batching batching) {
    return new RowBinarySink(connection, table, columns.toArray(String[]::new), batching);
  }

  @Override
  public SinkWriter<byte[]> createWriter(WriterInitContext context) {
    return new InsertWriter(
        connection,
        table,
        List.of(columns).stream().map(RowBinarySink::quoted).collect(Collectors.toList()),
        batching,
        context);
  }

  private static String quoted(String name) {
    return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`";
  }
}
