package dev.scriptanalytics.testkit.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.scriptanalytics.testkit.junit.FlinkExtension;
import dev.scriptanalytics.testkit.process.Waiting;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import org.apache.flink.api.common.JobStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class FlinkClusterIT {

  @RegisterExtension
  static final FlinkExtension flink =
      new FlinkExtension(
          Map.of(
              "execution.checkpointing.interval", "500 ms",
              "heartbeat.interval", "500 ms",
              "heartbeat.timeout", "30 s"));

  @TempDir Path directory;

  @Test
  void restartsAJobWhoseTaskManagerWasKilledAndGoesOnFromItsLastCheckpointWhenSubmittedAgain()
      throws IOException {
    FlinkCluster cluster = flink.server();
    Path jar = jarOf(TickingJob.class);
    String job = submit(cluster, jar, Optional.empty());
    await(() -> cluster.rest().completedCheckpoints(job) > 0);

    cluster.killTaskManager(0);
    await(() -> cluster.rest().failures(job) > 0);
    cluster.restartTaskManager(0);
    await(() -> cluster.rest().allTasksRun(job));
    assertThat(cluster.rest().lastFailure(job)).isPresent();

    assertThat(cluster.rest().checkpoint(job, Duration.ofMinutes(1))).isTrue();
    assertThat(cluster.rest().cancel(job, Duration.ofMinutes(1))).isTrue();
    assertThat(cluster.rest().jobStatus(job)).contains(JobStatus.CANCELED);

    Optional<Path> checkpoint = cluster.jobs().lastSnapshot();
    assertThat(checkpoint).isPresent();
    String again = submit(cluster, jar, checkpoint);
    await(() -> cluster.rest().allTasksRun(again));
    assertThatThrownBy(() -> submit(cluster, directory.resolve("no.jar"), Optional.empty()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("no.jar");
  }

  private static String submit(FlinkCluster cluster, Path jar, Optional<Path> checkpoint) {
    return cluster
        .jobs()
        .submit(jar, checkpoint, List.of("ticking"), Map.of("TICKING_JOB_SUFFIX", "!"));
  }

  private static void await(BooleanSupplier condition) {
    assertThat(Waiting.until(Duration.ofMinutes(2), condition)).isTrue();
  }

  private Path jarOf(Class<?> mainClass) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, mainClass.getName());
    Path jar = directory.resolve("job.jar");
    String entry = mainClass.getName().replace('.', '/') + ".class";
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file, manifest);
        InputStream bytes = mainClass.getClassLoader().getResourceAsStream(entry)) {
      out.putNextEntry(new ZipEntry(entry));
      bytes.transferTo(out);
    }
    return jar;
  }
}
