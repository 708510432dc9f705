package dev.scriptanalytics.testkit.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** The checkout whose local stack or tests run. */
public final class Repository {

  private Repository() {}

  /**
   * A file or directory of the repository.
   *
   * @param path relative to its top
   * @throws IllegalStateException if it is missing
   */
  public static Path path(String path) {
    Path found = top().resolve(path);
    if (!Files.exists(found)) {
      throw new IllegalStateException(found + " does not exist.");
    }
    return found;
  }

  // Maven runs a module's tests in the module's directory; deploy/local/launch passes the top.
  private static Path top() {
    String given = System.getProperty("repository");
    if (given != null) {
      return Path.of(given).toAbsolutePath();
    }
    Path working = Path.of("").toAbsolutePath();
    for (Path at = working; at != null; at = at.getParent()) {
      if (Files.isDirectory(at.resolve("deploy/local")) && Files.isDirectory(at.resolve("sql"))) {
        return at;
      }
    }
    throw new IllegalStateException(working + " is not within a checkout of Script Analytics.");
  }

  /**
   * The jar that is submitted to a Flink cluster, as last built.
   *
   * @throws IllegalStateException if it is not built
   */
  public static Path jobJar() {
    return jar("src/job/target", "script-analytics-*.jar", "The job");
  }

  /**
   * The jar of the API server, as last built.
   *
   * @throws IllegalStateException if it is not built
   */
  public static Path apiJar() {
    return jar("src/api/target", "script-analytics-api-*.jar", "The API server");
  }

  private static Path jar(String directory, String name, String program) {
    Path target = top().resolve(directory);
    if (Files.isDirectory(target)) {
      try (DirectoryStream<Path> jars = Files.newDirectoryStream(target, name)) {
        for (Path jar : jars) {
          return jar;
        }
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot read " + target + ".", e);
      }
    }
    throw new IllegalStateException(program + " is not built: run mvn -DskipTests package.");
  }
}
