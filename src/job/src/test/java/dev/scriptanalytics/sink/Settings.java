package dev.scriptanalytics.sink;

import dev.scriptanalytics.configuration.JobConfiguration;
import dev.scriptanalytics.testkit.clickhouse.ClickHouseProgram;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Configurations as a user would write them, with short time-outs. */
final class Settings {
  private Settings() {}

  /** A configuration for a server's administrator; {@code more} overrides it. */
  static JobConfiguration of(String clickHouseUrl, String... more) {
    return of(clickHouseUrl, "default", more);
  }

  /** A configuration for the job's own user. */
  static JobConfiguration ofWriter(String clickHouseUrl, String... more) {
    List<String> arguments = new ArrayList<>(Arrays.asList(more));
    arguments.add("--clickhouse.password=${PASSWORD}");
    return of(clickHouseUrl, "script_writer", arguments.toArray(String[]::new));
  }

  private static JobConfiguration of(String clickHouseUrl, String user, String... more) {
    List<String> arguments = new ArrayList<>(Arrays.asList(more));
    for (String argument :
        List.of(
            "--kafka.bootstrap.servers=unused:9092",
            "--clickhouse.url=" + clickHouseUrl,
            "--clickhouse.username=" + user,
            "--sink.retry-backoff-initial=10 ms",
            "--sink.retry-backoff-max=200 ms")) {
      String key = argument.substring(0, argument.indexOf('=') + 1);
      if (arguments.stream().noneMatch(given -> given.startsWith(key))) {
        arguments.add(argument);
      }
    }
    return JobConfiguration.fromArgs(
        arguments.toArray(String[]::new), Map.of("PASSWORD", ClickHouseProgram.WRITER_PASSWORD));
  }
}
