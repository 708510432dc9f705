package dev.scriptanalytics.sink;

import java.io.IOException;
import java.util.function.ToIntFunction;
import org.apache.flink.api.common.operators.ProcessingTimeService;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.connector.jdbc.JdbcExecutionOptions;
import org.apache.flink.connector.jdbc.JdbcStatementBuilder;
import org.apache.flink.connector.jdbc.core.datastream.sink.JdbcSink;

/**
 * Flink's {@link JdbcSink}, at least once, with flushes and retries decided here.
 *
 * <p>The stock sink flushes by time in a thread of its own, which holds a lock while it retries. A
 * task that is cancelled during a retry waits for that lock, cannot be interrupted, and makes Flink
 * end the whole TaskManager. The stock sink also has no batches by bytes, retries what cannot
 * succeed, and logs a stack trace per attempt. So this class calls every flush in the task's thread
 * and receives every failure at once; the rows stay in the stock sink.
 */
final class JdbcBatchSink<T> implements Sink<T> {
  private static final long serialVersionUID = 1L;

  private final ClickHouseConnection connection;
  private final String table;
  private final String insert;
  private final JdbcStatementBuilder<T> binder;
  private final RowSize<T> size;
  private final Batching batching;

  /** An estimate of a row's bytes in the statement. */
  interface RowSize<T> extends ToIntFunction<T>, java.io.Serializable {}

  JdbcBatchSink(
      ClickHouseConnection connection,
      String table,
      String insert,
      JdbcStatementBuilder<T> binder,
      RowSize<T> size,
      Batching batching) {
    this.connection = connection;
    this.table = table;
    this.insert = insert;
    this.binder = binder;
    this.size = size;
    this.batching = batching;
  }

  @Override
  public SinkWriter<T> createWriter(WriterInitContext context) throws IOException {
    return new Writer(context);
  }

  private final class Writer implements SinkWriter<T> {
    private final LazyConnectionProvider connections = new LazyConnectionProvider(connection);
    private final SinkWriter<T> jdbc;
    private final InsertRetries inserts;
    private final ProcessingTimeService time;
    private int rows;
    private long bytes;
    private long batchNumber;

    private Writer(WriterInitContext context) throws IOException {
      this.jdbc =
          JdbcSink.<T>builder()
              .withQueryStatement(insert, binder)
              .withExecutionOptions(
                  JdbcExecutionOptions.builder()
                      .withBatchSize(0)
                      .withBatchIntervalMs(0)
                      .withMaxRetries(0)
                      .build())
              .buildAtLeastOnce(connections)
              .createWriter(context);
      this.inserts = new InsertRetries(table, connection, batching, context.metricGroup());
      this.time = context.getProcessingTimeService();
      connections.forgetDriverAfter(context.getUserCodeClassLoader());
    }

    @Override
    public void write(T row, Context context) throws IOException, InterruptedException {
      if (rows == 0) {
        long number = ++batchNumber;
        var unused =
            time.registerTimer(
                time.getCurrentProcessingTime() + batching.interval().toMillis(),
                now -> {
                  if (number == batchNumber) {
                    flush(false);
                  }
                });
      }
      jdbc.write(row, context);
      rows++;
      bytes += size.applyAsInt(row);
      if (rows >= batching.rows() || bytes >= batching.bytes()) {
        flush(false);
      }
    }

    @Override
    public void flush(boolean endOfInput) throws IOException, InterruptedException {
      if (rows > 0) {
        inserts.insert(rows, () -> jdbc.flush(false));
        inserts.count(rows, bytes);
        rows = 0;
        bytes = 0;
      }
    }

    /** Discards rows that were not flushed: Flink reads them again after the last checkpoint. */
    @Override
    public void close() throws IOException {
      // Without this the stock sink would flush and wait for a server that may be unreachable.
      connections.stop();
      try {
        jdbc.close();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (Exception e) {
        throw new IOException("The JDBC writer of %s cannot be closed".formatted(table), e);
      }
    }
  }
}
