package dev.scriptanalytics.testkit.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalProcessTest {

  @TempDir Path directory;

  @BeforeEach
  void createRunDirectory() throws IOException {
    Files.createDirectories(directory.resolve("run"));
  }

  @Test
  void isNotRunningWhereNoneWasStarted() {
    assertThat(LocalProcess.running("kafka", directory)).isEmpty();
  }

  @Test
  void isNotTakenForAnotherProgramThatHasItsProcessIdNow() throws IOException {
    Files.writeString(
        directory.resolve("run/kafka.pid"), Long.toString(ProcessHandle.current().pid()));
    assertThat(LocalProcess.running("kafka", directory)).isEmpty();
  }

  @Test
  void hasAProcessIdThatIsANumber() throws IOException {
    Files.writeString(directory.resolve("run/kafka.pid"), "all");
    assertThatThrownBy(() -> LocalProcess.running("kafka", directory))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("kafka.pid does not contain a process id");
  }
}
