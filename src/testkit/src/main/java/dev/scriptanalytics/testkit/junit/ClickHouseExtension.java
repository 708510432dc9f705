package dev.scriptanalytics.testkit.junit;

import dev.scriptanalytics.testkit.clickhouse.ClickHouseHttp;
import dev.scriptanalytics.testkit.clickhouse.TestClickHouse;
import dev.scriptanalytics.testkit.process.Repository;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs a real ClickHouse server with the shipped configuration.
 *
 * <pre>
 * &#64;RegisterExtension
 * static final ClickHouseExtension clickHouse = new ClickHouseExtension().withSchema();
 * </pre>
 *
 * <p>Each class has a server of its own. A start takes 1 to 2 s and the schema as long again, on
 * two busy cores; a server shared by the classes would save only the former, and would carry
 * stopped merges, altered tables and accounts from one class into the next.
 */
public final class ClickHouseExtension extends ServerExtension<TestClickHouse> {

  private final List<String> users = new ArrayList<>();
  private final List<Path> userFiles = new ArrayList<>();
  private final Map<String, String> environment = new HashMap<>();
  private final List<String> statements = new ArrayList<>();
  private boolean schema;

  /** A server without tables. */
  public ClickHouseExtension() {
    super("ClickHouse");
  }

  /** Adds the project's tables and views. */
  public ClickHouseExtension withSchema() {
    schema = true;
    return this;
  }

  /**
   * Adds a file to {@code users.d}, as an administrator does.
   *
   * @param xml its content
   */
  public ClickHouseExtension withUsers(String xml) {
    users.add(xml);
    return this;
  }

  /** As {@link #withUsers(String)}, with a copy of a file; its name must end with {@code .xml}. */
  public ClickHouseExtension withUsers(Path file) {
    userFiles.add(file);
    return this;
  }

  /** Sets an environment variable that the configuration reads. */
  public ClickHouseExtension withEnvironment(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  /** Has the administrator run a statement, after the schema if there is one. */
  public ClickHouseExtension withStatement(String sql) {
    statements.add(sql);
    return this;
  }

  @Override
  TestClickHouse start(Path directory) throws IOException {
    for (String file : List.of("config.xml", "users.xml")) {
      Files.copy(Repository.path("deploy/clickhouse/" + file), directory.resolve(file));
    }
    Path added = Files.createDirectory(directory.resolve("users.d"));
    for (int i = 0; i < users.size(); i++) {
      Files.writeString(added.resolve(i + ".xml"), users.get(i));
    }
    for (Path file : userFiles) {
      Files.copy(file, added.resolve(file.getFileName()));
    }
    TestClickHouse server =
        TestClickHouse.start(
            directory.resolve("server"), directory.resolve("config.xml"), environment);
    try {
      if (schema) {
        server.applySql();
      }
      statements.forEach(server::query);
      return server;
    } catch (RuntimeException e) {
      server.close();
      throw e;
    }
  }

  /** The answer to {@code sql}, asked by the administrator; see {@link ClickHouseHttp#query}. */
  public String query(String sql) {
    return server().query(sql);
  }

  /** The answer to {@code sql}, asked by {@code user}; see {@link ClickHouseHttp#queryAs}. */
  public String queryAs(String user, String password, String sql) {
    return server().queryAs(user, password, sql);
  }

  /** What else can be asked and sent over HTTP. */
  public ClickHouseHttp http() {
    return server().http();
  }

  /** The address of the HTTP interface; the same after a restart. */
  public URI httpUrl() {
    return server().httpUrl();
  }
}
