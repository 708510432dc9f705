package dev.scriptanalytics.testkit.command;

import dev.scriptanalytics.testkit.command.CommandLine.BadArgument;
import dev.scriptanalytics.testkit.ledger.ClickHouseReader;
import java.net.URI;

/** Where commands find ClickHouse if they are not told. */
public final class LocalClickHouse {
  private LocalClickHouse() {}

  /** {@code --clickhouse}, or the local stack's server, as {@code --user} or another user. */
  public static ClickHouseReader reader(CommandLine options, String user, String password)
      throws BadArgument {
    String port = System.getenv().getOrDefault("CLICKHOUSE_HTTP_PORT", "8123");
    String server = options.text("--clickhouse", "http://127.0.0.1:" + port);
    try {
      return new ClickHouseReader(URI.create(server), options.text("--user", user), password);
    } catch (IllegalArgumentException e) {
      throw new BadArgument("--clickhouse must be a URL like http://127.0.0.1:8123");
    }
  }
}
