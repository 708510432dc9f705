package dev.scriptanalytics.sink;

import dev.scriptanalytics.configuration.JobConfiguration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Configurations as a user would give them. */
final class Settings {
  private Settings() {}

  /** A configuration for the administrator of a server, with more arguments that win. */
  static JobConfiguration of(String clickHouseUrl, String... more) {
    List<String> arguments = new ArrayList<>(Arrays.asList(more));
    for (String argument :
        List.of(
            "--kafka.bootstrap.servers=unused:9092",
            "--clickhouse.url=" + clickHouseUrl,
            "--clickhouse.username=default",
            "--sink.retry-backoff-initial=10 ms",
            "--sink.retry-backoff-max=200 ms")) {
      String key = argument.substring(0, argument.indexOf('=') + 1);
      if (arguments.stream().noneMatch(given -> given.startsWith(key))) {
        arguments.add(argument);
      }
    }
    return JobConfiguration.fromArgs(arguments.toArray(String[]::new), Map.of());
  }
}
