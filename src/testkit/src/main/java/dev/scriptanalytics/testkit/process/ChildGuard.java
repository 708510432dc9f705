package dev.scriptanalytics.testkit.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Ends the children of a JVM when that JVM ends, even by {@code kill -9}.
 *
 * <p>The guard is a process whose standard input is a pipe from that JVM. Each line is the id of a
 * child. The operating system closes the pipe when the JVM ends, however it ends.
 */
public final class ChildGuard {

  private static Process guard;

  private ChildGuard() {}

  public static void main(String[] args) throws IOException {
    List<ProcessHandle> children = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        // A handle remembers when its process began, so a later process with the same id is safe.
        ProcessHandle.of(Long.parseLong(line)).ifPresent(children::add);
      }
    }
    children.forEach(ProcessHandle::destroyForcibly);
  }

  /** Ends the child with this JVM at the latest. */
  static synchronized void watch(Process child) {
    try {
      if (guard == null) {
        guard = start();
      }
      guard.getOutputStream().write((child.pid() + "\n").getBytes(StandardCharsets.US_ASCII));
      guard.getOutputStream().flush();
    } catch (IOException e) {
      throw new UncheckedIOException("The guard of this JVM's child processes is gone.", e);
    }
  }

  private static Process start() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx16m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            JavaProgram.ownClassPath(),
            ChildGuard.class.getName())
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }
}
