package dev.scriptanalytics.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** The checkout that the local stack is run from. */
public final class Repository {

  private Repository() {}

  /**
   * A file or directory of the repository.
   *
   * @param path relative to its top
   * @throws IllegalStateException if it is not there
   */
  public static Path path(String path) {
    // Surefire and Failsafe set `basedir`; the scripts in deploy/local change into the repository.
    Path found = Path.of(System.getProperty("basedir", "")).toAbsolutePath().resolve(path);
    if (!Files.exists(found)) {
      throw new IllegalStateException(
          found + " does not exist. Run this from the top of the repository.");
    }
    return found;
  }

  /**
   * The jar that is submitted to a Flink cluster, as it was built last.
   *
   * @throws IllegalStateException if it was not built
   */
  public static Path jobJar() {
    Path target = path("target");
    try (DirectoryStream<Path> jars = Files.newDirectoryStream(target, "script-analytics-*.jar")) {
      for (Path jar : jars) {
        return jar;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + target + ".", e);
    }
    throw new IllegalStateException("The job is not built: run mvn -DskipTests package.");
  }
}
