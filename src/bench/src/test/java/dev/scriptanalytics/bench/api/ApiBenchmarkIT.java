package dev.scriptanalytics.bench.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The benchmark with few entries and short turns, whose figures mean nothing. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ApiBenchmarkIT {
  @TempDir private Path home;

  @Test
  void asksBothSidesAndHasStreamsThatNobodyReads() {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(printed, true, UTF_8);

    int exitCode =
        ApiBenchmark.run(
            out,
            out,
            "--home=" + home,
            "--entries=5000",
            "--rounds=5",
            "--clients=2",
            "--seconds=1",
            "--think=1s");

    String text = printed.toString(UTF_8);
    assertThat(exitCode).as(text).isZero();
    List<String> lines = text.lines().toList();
    assertThat(lines)
        .filteredOn(line -> line.startsWith("| one line of 10 minutes | 2 |"))
        .hasSize(9);
    assertThat(lines).filteredOn(line -> line.startsWith("| and ")).hasSize(4);
    assertThat(lines).filteredOn(line -> line.matches("\\| logs_data.* 5,00[01] .*")).hasSize(4);
    assertThat(text).contains("those of the fast one");
    assertThat(lines)
        .as("none of the live entries is missing")
        .anyMatch(line -> line.matches("\\| [\\d,]+ \\| 240,000 \\| 0 \\| .*"));
    assertThat(text).contains("Afterwards the server answers").doesNotContain("status ");
  }
}
