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
 * Submits jars to a running Flink cluster with Flink's own client, and finds the snapshot from
 * which a job can continue.
 */
public final class FlinkJobs {

  private static final Pattern SUBMITTED = Pattern.compile("JobID ([0-9a-f]{32})");

  private final FlinkPrograms programs;
  private final Path directory;

  /**
   * The jobs of one cluster.
   *
   * @param directory of the client's files
   */
  public FlinkJobs(FlinkPrograms programs, Path directory) {
    this.programs = programs;
    this.directory = directory;
  }

  /**
   * Submits a job, and returns when the cluster has accepted it.
   *
   * @param from the checkpoint to continue from, which the new job then owns, or the savepoint,
   *     which remains
   * @param arguments of the job's main method
   * @param environment variables for that method, such as secrets
   * @return the job's id
   * @throws IllegalStateException if it was not accepted; the message contains Flink's answer
   */
  public String submit(
      Path jar, Optional<Path> from, List<String> arguments, Map<String, String> environment) {
    List<String> command = new ArrayList<>();
    // Flink deletes a claimed checkpoint once the job has its own.
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
   * As {@link #submit(Path, Optional, List, Map)}, without state, with a main class that is not in
   * the jar.
   *
   * @param classes the directory of that class
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
    String answer = LocalProcess.run(programs.client(command, environment), directory);
    return submitted(answer)
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "Flink did not name the job that it started:\n" + answer));
  }

  /** The id of the submitted job in an answer of Flink's client; empty if it submitted none. */
  public static Optional<String> submitted(String answer) {
    Matcher submitted = SUBMITTED.matcher(answer);
    return submitted.find() ? Optional.of(submitted.group(1)) : Optional.empty();
  }

  /** The newest completed checkpoint or savepoint of any job of this cluster. */
  public Optional<Path> lastSnapshot() {
    return Stream.of(programs.checkpoints(), programs.savepoints())
        .filter(Files::isDirectory)
        .flatMap(directory -> complete(directory).stream())
        .max(Comparator.comparing(FlinkJobs::written))
        .map(Path::getParent);
  }

  private static List<Path> complete(Path directory) {
    // Flink writes the metadata of a snapshot last.
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
