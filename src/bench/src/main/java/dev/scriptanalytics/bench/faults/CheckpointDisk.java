package dev.scriptanalytics.bench.faults;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A small disk of its own for checkpoints, which can be filled: a tmpfs, which root may mount. */
final class CheckpointDisk implements AutoCloseable {
  private static final int MEGABYTES = 96;

  private final Path directory;
  private final boolean mounted;
  // A suite that is ended by Ctrl-C is to leave nothing mounted.
  private final Thread unmountAtExit = new Thread(this::unmount, "unmount");

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
    if (mounted) {
      Runtime.getRuntime().addShutdownHook(unmountAtExit);
    }
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
  public void close() {
    if (mounted) {
      Runtime.getRuntime().removeShutdownHook(unmountAtExit);
      unmount();
    }
  }

  private void unmount() {
    try {
      if (!succeeds("umount", "--lazy", path())) {
        System.err.println("Cannot unmount " + directory + "; do it by hand.");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
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
