package dev.scriptanalytics.testkit.command;

import dev.scriptanalytics.testkit.ledger.ClickHouseReader;
import java.net.URI;
import picocli.CommandLine.Option;

/**
 * The options that name the ClickHouse server of a command and the user that queries it. The user's
 * password comes from the environment variable {@code CLICKHOUSE_PASSWORD}.
 */
public final class ClickHouseOptions {
  @Option(
      names = "--clickhouse",
      paramLabel = "URL",
      defaultValue = "http://127.0.0.1:${env:CLICKHOUSE_HTTP_PORT:-8123}",
      description = "default http://127.0.0.1:$$CLICKHOUSE_HTTP_PORT, now ${DEFAULT-VALUE}")
  private URI server;

  @Option(
      names = "--user",
      paramLabel = "NAME",
      description =
          "a user who may read; default ${DEFAULT-VALUE}; the password comes from $$CLICKHOUSE_PASSWORD")
  private String user;

  private final String password;

  /**
   * The options of a command.
   *
   * @param user the user unless {@code --user} names another
   * @param password the password unless the environment contains one
   */
  public ClickHouseOptions(String user, String password) {
    this.user = user;
    this.password = System.getenv().getOrDefault("CLICKHOUSE_PASSWORD", password);
  }

  /** Queries the server as the user. */
  public ClickHouseReader reader() {
    return new ClickHouseReader(server, user, password);
  }
}
