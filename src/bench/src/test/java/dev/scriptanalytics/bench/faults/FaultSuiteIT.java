package dev.scriptanalytics.bench.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** The quick part of {@code deploy/local/fault-suite}: the jar in a cluster of its own. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class FaultSuiteIT {
  private static final long SEED = 20_261_121;

  // What the servers and the job wrote tells why a suite failed.
  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path home;

  @Test
  void losesAndDoublesNothingThoughTaskManagerClickHouseAndNetworkFailAndRecordsAreBadOrRepeated()
      throws Exception {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    FaultRounds suite =
        new FaultRounds(
            new SuiteSettings(
                SEED,
                1,
                Fault.quickOnes(),
                200,
                Duration.ZERO,
                Duration.ofSeconds(2),
                Duration.ofSeconds(3),
                Duration.ofSeconds(3),
                Duration.ofSeconds(3),
                Duration.ofSeconds(3),
                Duration.ofSeconds(3),
                2_000,
                home.resolve("suite")),
            new PrintStream(printed, true, StandardCharsets.UTF_8));

    List<Outcome> outcomes = suite.run();

    assertThat(outcomes)
        .as(printed.toString(StandardCharsets.UTF_8))
        .hasSameSizeAs(Fault.quickOnes())
        .allSatisfy(outcome -> assertThat(outcome.differences()).isEmpty())
        .allSatisfy(outcome -> assertThat(outcome.isExact()).isTrue());
  }
}
