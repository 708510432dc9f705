package dev.scriptanalytics.bench.api;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/**
 * A reader of a stream of log entries, who connects again whenever it breaks off and names the last
 * event that it had, as a browser does.
 */
final class LiveReader implements Runnable, Closeable {
  private static final long PAUSE_MILLIS = 200;
  private static final String BEGIN = "retry:";
  private static final String ID = "id:";
  private static final String MESSAGE = "\"message\":\"Request ";

  private final HttpConnection connection;
  private final String script;
  private final LongConsumer entries;
  private volatile boolean isClosed;
  private String lastEventId = "";
  private int connections;

  /**
   * A reader that is to be run.
   *
   * @param entries takes the number of each entry that comes, which is the first word of its
   *     message
   */
  LiveReader(int port, String script, LongConsumer entries) {
    this.connection = new HttpConnection(port);
    this.script = script;
    this.entries = entries;
  }

  /** How often a stream began; to be asked when it has ended. */
  int connections() {
    return connections;
  }

  @Override
  public void run() {
    while (!isClosed) {
      try {
        connection.send(Requests.follow(script, lastEventId));
        connection.receive(new Events());
      } catch (IOException e) {
        // The server, or its ClickHouse, is away.
      }
      try {
        connection.close();
        TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
      } catch (IOException | InterruptedException e) {
        return;
      }
    }
  }

  @Override
  public void close() throws IOException {
    isClosed = true;
    connection.close();
  }

  /** The lines of the stream. What was cut off is no line. */
  private final class Events extends OutputStream {
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    @Override
    public void write(int b) {
      if (b != '\n') {
        line.write(b);
        return;
      }
      String text = line.toString(StandardCharsets.UTF_8);
      line.reset();
      int message = text.indexOf(MESSAGE);
      if (message >= 0) {
        int begin = message + MESSAGE.length();
        entries.accept(Long.parseLong(text, begin, text.indexOf(' ', begin), 10));
      } else if (text.startsWith(ID)) {
        lastEventId = text.substring(ID.length()).strip();
      } else if (text.startsWith(BEGIN)) {
        connections++;
      }
    }

    @Override
    public void write(byte[] buffer, int offset, int length) {
      for (int i = offset; i < offset + length; i++) {
        write(buffer[i]);
      }
    }
  }
}
