package dev.scriptanalytics.bench.throughput;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ThroughputTablesTest {
  // Of a million events each.
  private static final List<Measurement> RUNS =
      List.of(
          run("before", 4, 3, 1),
          run("after", 5, 6, 2),
          run("after", 5, 2, 0),
          run("before", 8, 5, 1),
          run("before", 5, 9, 1));

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final ThroughputTables tables = new ThroughputTables(new PrintStream(bytes, true, UTF_8));

  @Test
  void mediansStandBesideTheBaseline() {
    tables.printMedians(RUNS, "before");
    assertThat(bytes.toString(UTF_8).lines().skip(3))
        .containsExactly(
            "| a | before | 200,000 | 125,000 | 250,000 | 1.000 | 6.00 | 1.000 | 5.00 | 1.00 | 0.00 |",
            "| a | after | 200,000 | 200,000 | 200,000 | 1.000 | 5.00 | 0.833 | 4.00 | 1.00 | 0.00 |");
  }

  @Test
  void runsStandInTheirOrder() {
    tables.printRuns(RUNS.subList(0, 2));
    assertThat(bytes.toString(UTF_8).lines().skip(3))
        .containsExactly(
            "| a | 1 | before | 250,000 | 4.00 | 3.00 | 1.00 | yes |",
            "| a | 2 | after | 200,000 | 8.00 | 6.00 | 2.00 | yes |");
  }

  private static Measurement run(
      String contender, double seconds, double taskManager, double clickHouse) {
    return new Measurement(
        contender,
        "a",
        1_000_000,
        400_000_000,
        seconds,
        Map.of(
            Measurement.TASK_MANAGER, taskManager,
            Measurement.CLICKHOUSE, clickHouse),
        Map.of(),
        Map.of(),
        List.of());
  }
}
