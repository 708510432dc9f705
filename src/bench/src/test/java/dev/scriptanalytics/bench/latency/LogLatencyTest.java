package dev.scriptanalytics.bench.latency;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.testkit.process.Ports;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class LogLatencyTest {
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private final PrintStream messages = new PrintStream(said, true, UTF_8);

  @Test
  void takesPercentilesByNearestRank() {
    double[] sorted = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};

    assertThat(LogLatency.at(sorted, 0.5)).isEqualTo(5);
    assertThat(LogLatency.at(sorted, 0.9)).isEqualTo(9);
    assertThat(LogLatency.at(sorted, 0.99)).isEqualTo(10);
    assertThat(LogLatency.at(sorted, 1)).isEqualTo(10);
    assertThat(LogLatency.at(new double[] {7}, 0.5)).isEqualTo(7);
  }

  @Test
  void saysThatNothingWouldBeSent() throws Exception {
    assertThat(run("--rate", "0")).isEqualTo(2);
    assertThat(said.toString(UTF_8)).contains("--rate by --duration").contains("--help");
  }

  @Test
  void saysThatThereIsNoClickHouseBeforeAnythingIsSent() throws Exception {
    assertThat(run("--clickhouse", "http://127.0.0.1:" + Ports.free())).isEqualTo(1);
    assertThat(said.toString(UTF_8)).contains("No ClickHouse answers");
  }

  private int run(String... arguments) throws InterruptedException {
    return LogLatency.run(arguments, messages, messages);
  }
}
