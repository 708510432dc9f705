package dev.scriptanalytics.local.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceTest {
  @TempDir Path folder;

  @Test
  void readsEachFunctionsRunsPerMinuteAndItsDurations() throws IOException {
    Trace trace = TinyTrace.write(folder).read();

    assertThat(trace.minutes()).isEqualTo(3);
    assertThat(trace.untimed()).isZero();
    assertThat(trace.functions()).hasSize(3);
    FunctionTrace queue = trace.functions().get(0);
    assertThat(queue.owner()).isEqualTo("owner1");
    assertThat(queue.app()).isEqualTo("app1");
    assertThat(queue.function()).isEqualTo("aaaaaaaaaaaaaaaa");
    assertThat(queue.trigger()).isEqualTo("queue");
    assertThat(queue.invocations()).containsExactly(200, 0, 100);
    assertThat(queue.durations().at(0.5)).isEqualTo(800);
    assertThat(trace.functions().get(2).durations().at(0.5)).isEqualTo(90_000);
  }

  @Test
  void leavesOutAndCountsAFunctionWithoutDurations() throws IOException {
    Trace trace = TinyTrace.writeDurations(folder, "owner2,app2", "owner2,app3").read();

    assertThat(trace.functions()).hasSize(2);
    assertThat(trace.untimed()).isEqualTo(1);
  }

  @Test
  void namesAFileThatIsNotThere() throws IOException {
    TinyTrace trace = TinyTrace.write(folder);
    Files.delete(trace.invocations());

    assertThatIOException()
        .isThrownBy(trace::read)
        .withMessage("There is no file " + trace.invocations());
  }

  @Test
  void namesAColumnThatIsMissing() throws IOException {
    TinyTrace trace = TinyTrace.writeDurations(folder, "percentile_Average_99", "p99");

    assertThatIOException()
        .isThrownBy(trace::read)
        .withMessage(trace.durations() + " has no column percentile_Average_99");
  }

  @Test
  void saysThatThereAreNoMinutes() throws IOException {
    TinyTrace trace = TinyTrace.writeInvocations(folder, ",480,481,482", ",a,b,c");

    assertThatIOException().isThrownBy(trace::read).withMessageContaining("no column of a minute");
  }

  @Test
  void saysThatAMinuteIsMissing() throws IOException {
    TinyTrace trace = TinyTrace.writeInvocations(folder, ",480,481,482", ",480,481,483");

    assertThatIOException()
        .isThrownBy(trace::read)
        .withMessageContaining("column 483 does not follow the minute before it");
  }

  @Test
  void namesLineAndColumnOfACountThatIsNone() throws IOException {
    TinyTrace trace = TinyTrace.writeInvocations(folder, "0,15,5", "0,many,5");

    assertThatIOException()
        .isThrownBy(trace::read)
        .withMessage(trace.invocations() + ", line 3, column 481 is not a whole number: many");
  }

  @Test
  void namesTheLineThatHasTooFewFields() throws IOException {
    TinyTrace trace = TinyTrace.writeInvocations(folder, "0,15,5", "0,15");

    assertThatIOException()
        .isThrownBy(trace::read)
        .withMessage(trace.invocations() + ", line 3 has 6 fields, the header has 7");
  }

  @Test
  void namesTheLineWhosePercentilesDescend() throws IOException {
    TinyTrace trace = TinyTrace.writeDurations(folder, "0,0,3,5,7,9,9", "0,0,3,5,7,9,8");

    assertThatIOException()
        .isThrownBy(trace::read)
        .withMessageContaining(trace.durations() + ", line 3: percentiles must ascend");
  }

  @Test
  void saysThatAFileIsEmpty() throws IOException {
    TinyTrace trace = TinyTrace.write(folder);
    Files.writeString(trace.durations(), "");

    assertThatIOException().isThrownBy(trace::read).withMessageContaining("is empty");
  }
}
