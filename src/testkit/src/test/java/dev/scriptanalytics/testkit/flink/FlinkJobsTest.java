package dev.scriptanalytics.testkit.flink;

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
  void goOnFromTheNewestCheckpointOrSavepointThatIsComplete() throws IOException {
    FlinkPrograms programs = FlinkPrograms.configure(directory, 8081, Map.of());
    FlinkJobs jobs = new FlinkJobs(programs, directory);
    assertThat(jobs.lastSnapshot()).isEmpty();

    Path checkpoints = programs.checkpoints();
    complete(checkpoints.resolve("first-job/chk-9"), 1_000);
    complete(checkpoints.resolve("second-job/chk-2"), 3_000);
    complete(checkpoints.resolve("second-job/chk-1"), 2_000);
    Files.createDirectories(checkpoints.resolve("second-job/chk-3"));
    Files.createDirectories(checkpoints.resolve("second-job/shared"));
    assertThat(jobs.lastSnapshot()).contains(checkpoints.resolve("second-job/chk-2"));

    Path savepoints = programs.savepoints();
    complete(savepoints.resolve("savepoint-1"), 2_500);
    Files.createDirectories(savepoints.resolve("savepoint-2"));
    assertThat(jobs.lastSnapshot()).contains(checkpoints.resolve("second-job/chk-2"));
    complete(savepoints.resolve("savepoint-2"), 4_000);
    assertThat(jobs.lastSnapshot()).contains(savepoints.resolve("savepoint-2"));
  }

  private static void complete(Path snapshot, long at) throws IOException {
    Files.createDirectories(snapshot);
    Files.setLastModifiedTime(
        Files.createFile(snapshot.resolve("_metadata")), FileTime.fromMillis(at));
  }
}
