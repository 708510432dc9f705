package dev.scriptanalytics.api.http;

import dev.scriptanalytics.api.clickhouse.Daemon;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Looks twice a second at the connections of the requests that are being answered. */
public final class ConnectionWatch implements AutoCloseable {
  private static final long PERIOD_MILLIS = 500;

  private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
  private final long minRate;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(Daemon.named("connection-watch"));

  /**
   * Watches nothing yet.
   *
   * @param minRate the bytes per second that a client must take, over 30 s
   */
  public ConnectionWatch(long minRate) {
    this.minRate = minRate;
    var unused =
        timer.scheduleWithFixedDelay(
            () -> connections.removeIf(connection -> !connection.check(minRate)),
            PERIOD_MILLIS,
            PERIOD_MILLIS,
            TimeUnit.MILLISECONDS);
  }

  /** Watches a connection until it is released. */
  public void add(Connection connection) {
    connections.add(connection);
  }

  /** Looks a last time: what is asked for connections that were cut off ends. */
  @Override
  public void close() {
    timer.shutdownNow();
    connections.forEach(connection -> connection.check(minRate));
  }
}
