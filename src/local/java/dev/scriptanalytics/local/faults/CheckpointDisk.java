package dev.scriptanalytics.local.faults;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A small disk of its own for checkpoints, which can be filled: a tmpfs, which root may mount. */
final class CheckpointDisk implements AutoCloseable {
  private static final int MEGABYTES = 96;

  private final Path directory;
  private final boolean mounted;

  /**
   * Prepares it.
   *
   * @param mount whether to mount it; where that is not allowed, the directory is an ordinary one
   */
  CheckpointDisk(Path directory, boolean mount) throws IOException, InterruptedException {
    this.directory = directory;
    Files.createDirectories(directory);
    this.mounted =
        mount && succeeds("mount", "-t", "tmpfs", "-o", "size=" + MEGABYTES + "m", "tmpfs", path());
  }

  private String path() {
    return directory.toString();
  }

  Path directory() {
    return directory;
  }

  /** Whether it can be filled without filling the machine's own disk. */
  boolean isOfItsOwn() {
    return mounted;
  }

  /** Takes all the room that there is. */
  void fill() {
    try (OutputStream out = Files.newOutputStream(filler())) {
      byte[] block = new byte[4096];
      for (long written = 0; written < MEGABYTES * 1024L * 1024L; written += block.length) {
        out.write(block);
      }
    } catch (IOException full) {
      // As it was to be.
    }
  }

  /** Gives the room back. */
  void free() throws IOException {
    Files.deleteIfExists(filler());
  }

  private Path filler() {
    return directory.resolve("filler");
  }

  @Override
  public void close() throws IOException {
    try {
      if (mounted && !succeeds("umount", "--lazy", path())) {
        throw new IOException("Cannot unmount " + directory + "; do it by hand.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean succeeds(String... command) throws IOException, InterruptedException {
    try {
      Process process =
          new ProcessBuilder(List.of(command))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor() == 0;
    } catch (IOException noSuchProgram) {
      return false;
    }
  }
}
