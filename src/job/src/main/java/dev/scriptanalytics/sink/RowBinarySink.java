package dev.scriptanalytics.sink;

import dev.scriptanalytics.row.RowBinaryBuffer;
import java.io.Serializable;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;

/**
 * Writes rows into one table in ClickHouse's RowBinary, at least once: a checkpoint completes only
 * after ClickHouse has taken every row before it.
 *
 * <p>It posts over the client of the JDBC driver, so that TLS, proxies and time-outs are the same
 * {@code clickhouse.*} options for all sinks, and the client reads the server's error codes.
 */
public final class RowBinarySink<T> implements Sink<T> {
  private static final long serialVersionUID = 1L;

  /** Gives the bytes of rows to a writer. */
  interface RowWriter<T> extends Serializable {
    /**
     * Writes one row.
     *
     * @param scratch may be used for the row's bytes
     */
    void write(T row, RowBinaryBuffer scratch, InsertWriter to) throws InterruptedException;
  }

  private final ClickHouseConnection connection;
  private final String table;
  private final String[] columns;
  private final RowWriter<T> rows;
  private final Batching batching;

  private RowBinarySink(
      ClickHouseConnection connection,
      String table,
      List<String> columns,
      RowWriter<T> rows,
      Batching batching) {
    this.connection = connection;
    this.table = table;
    this.columns = columns.toArray(String[]::new);
    this.rows = rows;
    this.batching = batching;
  }

  /**
   * A sink for rows that are RowBinary already.
   *
   * @param columns the columns of a row, in its order
   */
  public static RowBinarySink<byte[]> of(
      ClickHouseConnection connection, String table, List<String> columns, Batching batching) {
    return of(
        connection, table, columns, (row, scratch, to) -> to.write(row, row.length), batching);
  }

  /**
   * A sink for rows that are encoded as they are written.
   *
   * @param columns the columns of a row, in its order
   */
  static <T> RowBinarySink<T> of(
      ClickHouseConnection connection,
      String table,
      List<String> columns,
      RowWriter<T> rows,
      Batching batching) {
    return new RowBinarySink<>(connection, table, columns, rows, batching);
  }

  @Override
  public SinkWriter<T> createWriter(WriterInitContext context) {
    InsertWriter inserts =
        new InsertWriter(
            connection,
            table,
            List.of(columns).stream().map(RowBinarySink::quoted).collect(Collectors.toList()),
            batching,
            context);
    RowBinaryBuffer scratch = new RowBinaryBuffer();
    return new SinkWriter<>() {
      @Override
      public void write(T row, Context written) throws InterruptedException {
        rows.write(row, scratch, inserts);
      }

      @Override
      public void flush(boolean endOfInput) throws InterruptedException {
        inserts.flush();
      }

      @Override
      public void close() {
        inserts.close();
      }
    };
  }

  private static String quoted(String name) {
    return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`";
  }
}
