package dev.scriptanalytics.testkit.clickhouse;

import dev.scriptanalytics.testkit.process.LocalProcess;
import dev.scriptanalytics.testkit.process.Ports;
import dev.scriptanalytics.testkit.process.Repository;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * A real ClickHouse server for tests, in a process of its own that ends with this JVM at the
 * latest.
 */
public final class TestClickHouse implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final ClickHouseProgram clickHouse;
  private final ClickHouseHttp http;
  private LocalProcess process;

  private TestClickHouse(ClickHouseProgram clickHouse) {
    this.clickHouse = clickHouse;
    this.http = clickHouse.http();
    restart();
  }

  /**
   * Starts a server with the project's configuration on free ports and waits until it answers; it
   * serves the data that the directory has.
   *
   * @throws IllegalStateException if it does not start; the message contains ClickHouse's
   */
  public static TestClickHouse start(Path directory) {
    return start(new ClickHouseProgram(directory, Ports.free(), Ports.free()));
  }

  /**
   * As {@link #start(Path)}, with another configuration file.
   *
   * @param environment variables for the configuration files
   */
  public static TestClickHouse start(
      Path directory, Path configuration, Map<String, String> environment) {
    return start(
        new ClickHouseProgram(directory, configuration, environment, Ports.free(), Ports.free()));
  }

  /** Starts the given server, and waits until it answers. */
  public static TestClickHouse start(ClickHouseProgram clickHouse) {
    return new TestClickHouse(clickHouse);
  }

  /** Creates the project's tables and views unless they exist. */
  public void applySql() {
    applySql(Repository.path("sql"));
  }

  /** Applies the files of a directory; see {@link ClickHouseHttp#applySql}. */
  public void applySql(Path sqlDirectory) {
    http.applySql(sqlDirectory);
  }

  /** The answer to {@code sql}, asked by the administrator; see {@link ClickHouseHttp#query}. */
  public String query(String sql) {
    return http.query(sql);
  }

  /** The answer to {@code sql}, asked by {@code user}; see {@link ClickHouseHttp#queryAs}. */
  public String queryAs(String user, String password, String sql) {
    return http.queryAs(user, password, sql);
  }

  /** A client of the server. */
  public ClickHouseHttp http() {
    return http;
  }

  /** Such as {@code http://127.0.0.1:8123}; the same after a restart. */
  public URI httpUrl() {
    return clickHouse.httpUrl();
  }

  /** The port of the HTTP interface. */
  public int httpPort() {
    return clickHouse.httpPort();
  }

  /** The port of the native protocol. */
  public int tcpPort() {
    return clickHouse.tcpPort();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  public long pid() {
    return process.pid();
  }

  /**
   * Stops it in good order, for which ClickHouse waits up to 5 s for its clients to close their
   * connections.
   */
  public void stop() {
    process.stop(PATIENCE);
  }

  /** Ends it at once, as {@code kill -9} does. */
  public void kill() {
    process.kill();
  }

  /**
   * Starts the server on the same ports and data, and waits until it answers; stops it before if it
   * runs.
   */
  public void restart() {
    if (process != null) {
      stop();
    }
    process = LocalProcess.startChild(clickHouse.prepare(), clickHouse.directory());
    clickHouse.awaitReady(process);
  }

  /** Ends it at once, which may lose the data of the last moments. */
  @Override
  public void close() {
    kill();
  }
}
