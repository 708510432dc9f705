package dev.scriptanalytics.sink;

import com.clickhouse.client.api.Client;
import com.clickhouse.jdbc.Driver;
import dev.scriptanalytics.configuration.JobConfiguration;
import dev.scriptanalytics.configuration.JobOptions;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import javax.annotation.Nullable;

/**
 * The address of ClickHouse and the user that writes to it. It is serialized with the job.
 *
 * <p>The TaskManager reads a password file whenever it opens a connection. So the password is no
 * part of the job, and it can change while the job runs.
 */
public final class ClickHouseConnection implements Serializable {
  private static final long serialVersionUID = 1L;

  private static final String JDBC = "jdbc:clickhouse:";
  private static final String SETTING = "clickhouse_setting_";

  /** What {@code clickhouse.*} options may override. */
  private static final Map<String, String> DEFAULTS =
      Map.of(
          "client_name",
          "script-analytics",
          "connection_timeout",
          "10000",
          // Bounds the wait for a server that is frozen or unreachable. It is shorter than Flink's
          // task.cancellation.timeout, since a blocked read cannot be interrupted.
          "socket_timeout",
          "60000",
          // The server may have closed a pooled connection; the sinks retry everything else.
          "client_retry_on_failures",
          "NoHttpResponse",
          // An answer means that the rows are stored.
          SETTING + "async_insert",
          "0",
          SETTING + "wait_end_of_query",
          "1",
          // Rows of one batch rarely replace each other, and readers merge them anyway.
          SETTING + "optimize_on_insert",
          "0",
          // A batch of old events may span more than the 100 partitions of the default.
          SETTING + "max_partitions_per_insert_block",
          "0");

  private final String endpoint;
  private final String database;
  private final String username;
  @Nullable private final String password;
  @Nullable private final String passwordFile;
  private final HashMap<String, String> properties;

  private ClickHouseConnection(
      String endpoint,
      String database,
      String username,
      @Nullable String password,
      @Nullable String passwordFile,
      Map<String, String> properties) {
    this.endpoint = endpoint;
    this.database = database;
    this.username = username;
    this.password = password;
    this.passwordFile = passwordFile;
    this.properties = new HashMap<>(properties);
  }

  /** What the {@code clickhouse.*} options say. */
  public static ClickHouseConnection of(JobConfiguration configuration) {
    Map<String, String> properties = new HashMap<>(DEFAULTS);
    Properties given = configuration.clickHouseProperties();
    given.stringPropertyNames().forEach(key -> properties.put(key, given.getProperty(key)));
    return new ClickHouseConnection(
        configuration
            .get(JobOptions.CLICKHOUSE_URL)
            .replaceFirst("(?i)^jdbc:(clickhouse|ch):", "")
            .replaceFirst("/$", ""),
        configuration.get(JobOptions.CLICKHOUSE_DATABASE),
        configuration.get(JobOptions.CLICKHOUSE_USERNAME),
        configuration.get(JobOptions.CLICKHOUSE_PASSWORD),
        configuration.get(JobOptions.CLICKHOUSE_PASSWORD_FILE),
        properties);
  }

  /**
   * A client for the HTTP interface; it does not contact the server yet.
   *
   * @throws IOException if the password file cannot be read
   */
  Client openClient() throws IOException {
    return new Client.Builder()
        .addEndpoint(endpoint)
        .setUsername(username)
        .setPassword(password())
        .setDefaultDatabase(database)
        .setOptions(properties)
        .build();
  }

  /**
   * A connection of the JDBC driver; it does not contact the server yet.
   *
   * @throws IOException if the password file cannot be read
   */
  Connection openJdbc() throws IOException, SQLException {
    Properties all = new Properties();
    all.putAll(properties);
    all.setProperty("user", username);
    all.setProperty("password", password());
    // Not by the DriverManager, which does not see drivers of a job's own class loader.
    return new Driver().connect(JDBC + endpoint + "/" + database, all);
  }

  private String password() throws IOException {
    if (passwordFile == null) {
      return password == null ? "" : password;
    }
    try {
      return Files.readString(Path.of(passwordFile)).replaceFirst("\\R$", "");
    } catch (IOException e) {
      throw new IOException("the password file %s cannot be read".formatted(passwordFile), e);
    }
  }

  /** Address, database and user; never the password. */
  @Override
  public String toString() {
    return "%s as %s".formatted(endpoint + "/" + database, username);
  }
}
