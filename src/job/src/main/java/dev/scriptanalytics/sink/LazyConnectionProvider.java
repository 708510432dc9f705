package dev.scriptanalytics.sink;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import javax.annotation.Nullable;
import org.apache.flink.connector.jdbc.datasource.connections.JdbcConnectionProvider;
import org.apache.flink.util.FlinkRuntimeException;
import org.apache.flink.util.UserCodeClassLoader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives Flink's JDBC writer a connection whose statements connect at their first use and, after a
 * failure, anew: so that a job starts while ClickHouse is away, and a changed password file is
 * read.
 *
 * <p>A statement's failures leave it as unchecked exceptions, because those the writer neither logs
 * nor retries by itself, and keeps its rows.
 */
final class LazyConnectionProvider implements JdbcConnectionProvider {
  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(LazyConnectionProvider.class);

  private static final ClassLoader OWN_LOADER = LazyConnectionProvider.class.getClassLoader();

  private final ClickHouseConnection connection;
  @Nullable private transient Connection established;
  private transient boolean stopped;

  LazyConnectionProvider(ClickHouseConnection connection) {
    this.connection = connection;
  }

  /** Makes statements do nothing from now on. */
  void stop() {
    stopped = true;
  }

  /**
   * Deregisters the driver when the job ends. The driver registers itself in the JVM, which would
   * keep the job's classes in memory after the job.
   */
  void forgetDriverAfter(UserCodeClassLoader loader) {
    loader.registerReleaseHookIfAbsent(
        "clickhouse-jdbc",
        () ->
            DriverManager.drivers()
                .filter(driver -> driver.getClass().getClassLoader() == OWN_LOADER)
                .forEach(
                    driver -> {
                      try {
                        DriverManager.deregisterDriver(driver);
                      } catch (SQLException e) {
                        LOG.warn("The JDBC driver cannot be deregistered.", e);
                      }
                    }));
  }

  @Override
  public Connection getConnection() {
    return (Connection)
        Proxy.newProxyInstance(
            OWN_LOADER,
            new Class<?>[] {Connection.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("prepareStatement") && arguments.length == 1) {
                return new LazyStatement((String) arguments[0]).proxy();
              }
              throw new UnsupportedOperationException(method.toString());
            });
  }

  @Override
  public Connection getOrEstablishConnection() {
    return getConnection();
  }

  @Override
  public Connection reestablishConnection() {
    closeConnection();
    return getConnection();
  }

  @Override
  public boolean isConnectionValid() {
    return true;
  }

  @Override
  public void closeConnection() {
    if (established != null) {
      try {
        established.close();
      } catch (SQLException e) {
        LOG.debug("The connection did not close in good order.", e);
      }
      established = null;
    }
  }

  @Override
  public void close() {
    closeConnection();
  }

  private Connection established() throws IOException, SQLException {
    if (established == null) {
      established = connection.openJdbc();
    }
    return established;
  }

  private final class LazyStatement {
    private final String sql;
    @Nullable private PreparedStatement prepared;

    private LazyStatement(String sql) {
      this.sql = sql;
    }

    PreparedStatement proxy() {
      return (PreparedStatement)
          Proxy.newProxyInstance(
              OWN_LOADER,
              new Class<?>[] {PreparedStatement.class},
              (proxy, method, arguments) -> call(method, arguments));
    }

    @Nullable
    private Object call(Method method, @Nullable Object[] arguments) throws SQLException {
      if (method.getName().equals("close")) {
        if (prepared != null) {
          prepared.close();
          prepared = null;
        }
        return null;
      }
      if (stopped) {
        return method.getReturnType() == int[].class ? new int[0] : null;
      }
      try {
        if (prepared == null) {
          prepared = established().prepareStatement(sql);
        }
        return method.invoke(prepared, arguments);
      } catch (InvocationTargetException e) {
        throw failed(e.getCause());
      } catch (IOException | SQLException | IllegalAccessException e) {
        throw failed(e);
      }
    }

    /** Discards the statement and the connection, so that the next attempt begins with neither. */
    private FlinkRuntimeException failed(Throwable cause) {
      prepared = null;
      closeConnection();
      return new FlinkRuntimeException("The statement failed", cause);
    }
  }
}
