package dev.scriptanalytics.local.trace;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.testkit.ledger.Ledger;
import dev.scriptanalytics.testkit.ledger.ScriptLedger;
import dev.scriptanalytics.testkit.sample.ReadRuns;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceReplayTest {
  @TempDir Path folder;
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private TinyTrace trace;

  @BeforeEach
  void writeTrace() throws IOException {
    trace = TinyTrace.write(folder);
  }

  @Test
  void writesTheSameFileAgainForTheSameEnd() throws Exception {
    for (String name : List.of("one", "two")) {
      assertThat(
              replay(
                  "--end",
                  "2026-11-20T10:00:00Z",
                  "--duplicates",
                  "0.05",
                  "--write",
                  folder.resolve(name).toString(),
                  "--ledger",
                  folder.resolve(name + ".ledger").toString()))
          .isZero();
    }

    assertThat(folder.resolve("one")).hasSameBinaryContentAs(folder.resolve("two"));
    assertThat(folder.resolve("one.ledger")).hasSameBinaryContentAs(folder.resolve("two.ledger"));
  }

  @Test
  void writesAnEventALineAndALedgerOfThem() throws Exception {
    Path events = folder.resolve("events");
    Path ledger = folder.resolve("ledger");
    assertThat(
            replay(
                "--account", "acme", "--write", events.toString(), "--ledger", ledger.toString()))
        .isZero();

    ReadRuns read = new ReadRuns();
    for (String line : Files.readAllLines(events)) {
      read.read(line.getBytes(UTF_8));
    }
    assertThat(read.runs()).hasSize(TinyTrace.RUNS);
    assertThat(read.refused()).isEmpty();
    List<ScriptLedger> scripts = Ledger.read(ledger);
    assertThat(scripts).extracting(ScriptLedger::account).containsOnly("acme");
    assertThat(scripts.stream().mapToLong(ScriptLedger::totalRuns).sum()).isEqualTo(TinyTrace.RUNS);
    assertThat(said.toString(UTF_8)).contains("322 runs of 3 functions in 3 minutes");
  }

  @Test
  void saysWhichFileIsMissing() throws Exception {
    Files.delete(trace.durations());

    assertThat(replay("--write", folder.resolve("events").toString())).isEqualTo(1);
    assertThat(said.toString(UTF_8)).contains("There is no file " + trace.durations());
  }

  @Test
  void saysWhichFolderIsMissingBeforeAnythingIsSent() throws Exception {
    assertThat(replay("--ledger", folder.resolve("none/ledger").toString())).isEqualTo(2);
    assertThat(said.toString(UTF_8)).contains("--ledger is in a folder that does not exist");
  }

  @Test
  void saysThatTheShareOfDuplicatesIsTooHigh() throws Exception {
    assertThat(replay("--duplicates", "5")).isEqualTo(2);
    assertThat(said.toString(UTF_8)).contains("--duplicates must be a share between 0 and 1");
  }

  @Test
  void saysThatLogsAreNotWrittenToAFileAndThatTheirFolderIsMissing() throws Exception {
    String none = folder.resolve("none").toString();

    assertThat(replay("--logs", none, "--write", folder.resolve("events").toString())).isEqualTo(2);
    assertThat(said.toString(UTF_8)).contains("--write is for runs alone");
    assertThat(replay("--logs", none)).isEqualTo(1);
    assertThat(said.toString(UTF_8)).contains("There is no folder " + none);
  }

  @Test
  void saysThatThereMustBeACopy() throws Exception {
    assertThat(replay("--copies", "0")).isEqualTo(2);
    assertThat(said.toString(UTF_8)).contains("--copies must be between 1 and 100");
  }

  @Test
  void saysThatTheTraceIsNotGiven() throws Exception {
    assertThat(TraceReplay.run(new String[0], stream(), stream())).isEqualTo(2);
    assertThat(said.toString(UTF_8)).contains("--invocations is missing").contains("--help");
  }

  private int replay(String... more) {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("--invocations", trace.invocations().toString()));
    arguments.addAll(List.of("--durations", trace.durations().toString()));
    arguments.addAll(List.of(more));
    return TraceReplay.run(arguments.toArray(String[]::new), stream(), stream());
  }

  private PrintStream stream() {
    return new PrintStream(said, true, UTF_8);
  }
}
