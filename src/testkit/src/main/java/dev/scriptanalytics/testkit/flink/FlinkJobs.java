package dev.scriptanalytics.testkit.flink;

import dev.scriptanalytics.testkit.process.LocalProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Submits jars to a running Flink cluster with Flink's own client, and finds what a job left to go
 * on from.
 */
public final class FlinkJobs {

  private static final Pattern SUBMITTED = Pattern.compile("JobID ([0-9a-f]{32})");

  private final FlinkPrograms programs;
  private final Path directory;

  /**
   * The jobs of one cluster.
   *
   * @param directory where the client's files go
   */
  public FlinkJobs(FlinkPrograms programs, Path directory) {
    this.programs = programs;
    this.directory = directory;
  }

  /**
   * Submits a job, and returns when the cluster has accepted it.
   *
   * @param from the checkpoint to go on from, which from then on belongs to the new job, or the
   *     savepoint, which stays what it is
   * @param arguments of the job's main method
   * @param environment what that method reads from the environment: secrets
   * @return the job's id
   * @throws IllegalStateException if it was not accepted; the message holds what Flink said
   */
  public String submit(
      Path jar, Optional<Path> from, List<String> arguments, Map<String, String> environment) {
    List<String> command = new ArrayList<>();
    // A claimed one is deleted once the job has checkpoints of its own.
    from.ifPresent(
        snapshot ->
            command.addAll(
                List.of(
                    "--fromSavepoint",
                    snapshot.toString(),
                    "--claimMode",
                    snapshot.startsWith(programs.checkpoints()) ? "CLAIM" : "NO_CLAIM")));
    return submit(command, jar, arguments, environment);
  }

  /**
   * As {@link #submit(Path, Optional, List, Map)}, from the beginning, with a main class that is
   * not in the jar.
   *
   * @param classes the directory that it is in
   */
  public String submit(
      Path jar,
      Class<?> main,
      Path classes,
      List<String> arguments,
      Map<String, String> environment) {
    List<String> command =
        List.of("--class", main.getName(), "--classpath", "file://" + classes + "/");
    return submit(command, jar, arguments, environment);
  }

  private String submit(
      List<String> options, Path jar, List<String> arguments, Map<String, String> environment) {
    List<String> command = new ArrayList<>(List.of("run", "--detached"));
    command.addAll(options);
    command.add(jar.toString());
    command.addAll(arguments);
    String said = LocalProcess.run(programs.client(command, environment), directory);
    return submitted(said)
        .orElseThrow(
            () -> new IllegalStateException("Flink did not say which job it started:\n" + said));
  }

  /** The id of the job that Flink's client says it has submitted, if it says so. */
  public static Optional<String> submitted(String said) {
    Matcher submitted = SUBMITTED.matcher(said);
    return submitted.find() ? Optional.of(submitted.group(1)) : Optional.empty();
  }

  /**
   * The newest completed checkpoint or savepoint of any job of this cluster that is still there.
   */
  public Optional<Path> lastSnapshot() {
    return Stream.of(programs.checkpoints(), programs.savepoints())
        .filter(Files::isDirectory)
        .flatMap(directory -> complete(directory).stream())
        .max(Comparator.comparing(FlinkJobs::written))
        .map(Path::getParent);
  }

  private static List<Path> complete(Path directory) {
    // A snapshot is complete when its metadata is there, which is written last.
    try (Stream<Path> files =
        Files.find(directory, 3, (file, attributes) -> file.endsWith("_metadata"))) {
      return files.toList();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + directory + ".", e);
    }
  }

  private static FileTime written(Path file) {
    try {
      return Files.getLastModifiedTime(file);
    } catch (IOException removedMeanwhile) {
      return FileTime.fromMillis(0);
    }
  }
}
