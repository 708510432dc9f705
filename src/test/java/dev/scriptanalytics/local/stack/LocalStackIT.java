package dev.scriptanalytics.local.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.local.ClickHouseHttp;
import dev.scriptanalytics.local.Ports;
import dev.scriptanalytics.local.Repository;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands that a newcomer is told to type. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class LocalStackIT {
  @TempDir private Path directory;
  private final Map<String, String> environment = new HashMap<>();

  private record Outcome(int exitCode, String output) {}

  @BeforeEach
  void beApartFromAnyOtherStack() {
    environment.put("SCRIPT_ANALYTICS_HOME", directory.resolve("a home").toString());
    for (StackPort port : StackPort.values()) {
      environment.put(port.name(), Integer.toString(Ports.free()));
    }
  }

  @AfterEach
  void stop() throws Exception {
    run("down");
  }

  @Test
  void startsShowsSomethingStopsAndGoesOn() throws Exception {
    Outcome up = run("up");
    assertThat(up.output()).contains("The first runs can be queried", "Everything runs.");
    assertThat(up.exitCode()).isZero();
    assertThat(runs()).isPositive();
    assertThat(run("status").exitCode()).isZero();

    Outcome down = run("down");
    assertThat(down.exitCode()).as(down.output()).isZero();
    assertThat(run("status").exitCode()).isNotZero();

    Outcome again = run("up", "--no-sample");
    assertThat(again.output()).contains("from checkpoint", "Everything runs.");
    assertThat(again.exitCode()).isZero();
    assertThat(runs()).isPositive();
  }

  private long runs() {
    String count =
        new ClickHouseHttp(
                URI.create("http://127.0.0.1:" + environment.get("CLICKHOUSE_HTTP_PORT")))
            .query("SELECT count() FROM script_analytics.runs");
    return Long.parseLong(count.strip());
  }

  private Outcome run(String command, String... arguments)
      throws IOException, InterruptedException {
    List<String> line = new ArrayList<>();
    line.add(Repository.path("deploy/local/" + command).toString());
    line.addAll(List.of(arguments));
    // To a file, because the daemons it leaves behind must not keep a pipe of ours open.
    Path output = Files.createTempFile(directory, command, ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().putAll(environment);
    int exitCode = builder.start().waitFor();
    return new Outcome(exitCode, Files.readString(output));
  }
}
