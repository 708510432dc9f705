package dev.scriptanalytics.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlinkJobsTest {

  @TempDir Path directory;

  @Test
  void goOnFromTheNewestCheckpointThatIsComplete() throws IOException {
    FlinkPrograms programs = FlinkPrograms.configure(directory, 8081, Map.of());
    FlinkJobs jobs = new FlinkJobs(programs, directory);
    assertThat(jobs.lastCheckpoint()).isEmpty();

    complete(programs, "first-job/chk-9", 1_000);
    complete(programs, "second-job/chk-2", 3_000);
    complete(programs, "second-job/chk-1", 2_000);
    Files.createDirectories(programs.checkpoints().resolve("second-job/chk-3"));
    Files.createDirectories(programs.checkpoints().resolve("second-job/shared"));
    assertThat(jobs.lastCheckpoint()).contains(programs.checkpoints().resolve("second-job/chk-2"));
  }

  private static void complete(FlinkPrograms programs, String checkpoint, long at)
      throws IOException {
    Path directory = Files.createDirectories(programs.checkpoints().resolve(checkpoint));
    Files.setLastModifiedTime(
        Files.createFile(directory.resolve("_metadata")), FileTime.fromMillis(at));
  }
}
