package dev.scriptanalytics.sink;

import com.clickhouse.client.api.Client;
import com.clickhouse.client.api.insert.InsertSettings;
import com.clickhouse.data.ClickHouseFormat;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import javax.annotation.Nullable;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.operators.ProcessingTimeService;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.util.concurrent.ExecutorThreadFactory;

/**
 * Gathers rows and inserts them batch by batch: one batch fills while another is on its way.
 *
 * <p>Only the insert itself runs in a thread of its own. Its end is reported in the task's thread,
 * so no field but {@link #client} needs a lock.
 */
final class InsertWriter implements AutoCloseable {
  private final ClickHouseConnection connection;
  private final String table;
  private final List<String> columns;
  private final Duration interval;
  private final MailboxExecutor mailbox;
  private final ProcessingTimeService time;
  private final InsertRetries inserts;
  private final ExecutorService sender;

  private RowBatch filling;
  private RowBatch spare;
  private boolean sending;

  /** Distinguishes the batch that a timer was set for from later ones. */
  private long batchNumber;

  /** Whether the filling batch has waited long enough; it is sent once the sender is free. */
  private boolean due;

  /** Opened at the first insert and after each failure, because the password may have changed. */
  @Nullable private Client client;

  private boolean closed;

  InsertWriter(
      ClickHouseConnection connection,
      String table,
      List<String> columns,
      Batching batching,
      WriterInitContext context) {
    this.connection = connection;
    this.table = table;
    this.columns = columns;
    this.interval = batching.interval();
    this.mailbox = context.getMailboxExecutor();
    this.time = context.getProcessingTimeService();
    this.inserts = new InsertRetries(table, connection, batching, context.metricGroup());
    this.sender = Executors.newSingleThreadExecutor(new ExecutorThreadFactory("insert-" + table));
    this.filling = new RowBatch(batching.rows(), batching.bytes());
    this.spare = new RowBatch(batching.rows(), batching.bytes());
  }

  /** Takes a row, the first {@code length} of these bytes, which may be used again afterwards. */
  void write(byte[] row, int length) throws InterruptedException {
    while (!filling.hasRoomFor(length)) {
      sendOrWait();
    }
    if (filling.isEmpty()) {
      long number = ++batchNumber;
      var unused =
          time.registerTimer(
              time.getCurrentProcessingTime() + interval.toMillis(), now -> timeIsUp(number));
    }
    filling.add(row, length);
    if (filling.isFull() && !sending) {
      send();
    }
  }

  /** Waits until ClickHouse has taken every row. */
  void flush() throws InterruptedException {
    while (sending || !filling.isEmpty()) {
      sendOrWait();
    }
  }

  /** Discards rows that were not flushed: Flink reads them again after the last checkpoint. */
  @Override
  public void close() {
    sender.shutdownNow();
    synchronized (this) {
      closed = true;
      // Ends an insert that is on its way, which an interrupt alone would not.
      closeClient();
    }
  }

  private void sendOrWait() throws InterruptedException {
    if (sending) {
      // The insert's end arrives in the mailbox; whatever else does is handled meanwhile.
      mailbox.yield();
    } else {
      send();
    }
  }

  private void timeIsUp(long number) {
    if (number == batchNumber && !filling.isEmpty()) {
      if (sending) {
        due = true;
      } else {
        send();
      }
    }
  }

  private void send() {
    RowBatch batch = filling;
    filling = spare;
    sending = true;
    due = false;
    sender.execute(
        () -> {
          Throwable failure = null;
          try {
            inserts.insert(batch.rows(), () -> post(batch));
          } catch (Throwable e) {
            failure = e;
          }
          report(batch, failure);
        });
  }

  private void report(RowBatch batch, @Nullable Throwable failure) {
    try {
      mailbox.execute(() -> sent(batch, failure), "Rows for " + table + " sent");
    } catch (RejectedExecutionException e) {
      // The task has ended, and nobody asks any more.
    }
  }

  private void sent(RowBatch batch, @Nullable Throwable failure) throws IOException {
    if (failure instanceof IOException told) {
      throw told;
    }
    if (failure != null) {
      throw new IOException("Writing rows to %s failed".formatted(table), failure);
    }
    inserts.count(batch.rows(), batch.size());
    batch.clear();
    spare = batch;
    sending = false;
    if (filling.isFull() || (due && !filling.isEmpty())) {
      send();
    }
  }

  private void post(RowBatch batch) throws Exception {
    try {
      // With wait_end_of_query the answer means that the rows are stored; it says nothing else.
      client()
          .insert(table, columns, batch::writeTo, ClickHouseFormat.RowBinary, new InsertSettings())
          .get()
          .close();
    } catch (Exception e) {
      synchronized (this) {
        closeClient();
      }
      throw e;
    }
  }

  private synchronized Client client() throws IOException, InterruptedException {
    if (closed) {
      throw new InterruptedException();
    }
    if (client == null) {
      client = connection.openClient();
    }
    return client;
  }

  private void closeClient() {
    if (client != null) {
      client.close();
      client = null;
    }
  }
}
