package dev.scriptanalytics.local.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Lets one program at a time start and stop the processes of a stack. */
final class HomeLock {

  private HomeLock() {}

  /**
   * Runs the action while it holds the lock, which the operating system releases when the holder
   * ends.
   *
   * @throws IllegalStateException if another program holds it
   */
  static void holding(Path home, Runnable action) {
    Path file = home.resolve("run/lock");
    try {
      Files.createDirectories(file.getParent());
      try (FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        if (channel.tryLock() == null) {
          throw new IllegalStateException(
              "Another deploy/local/up or down is at work in %s. Wait until it has ended."
                  .formatted(home));
        }
        action.run();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write to " + home + ": " + e, e);
    }
  }
}
