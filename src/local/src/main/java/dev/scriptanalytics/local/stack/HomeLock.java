package dev.scriptanalytics.local.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Lets one program at a time change what runs in a stack's directory. */
final class HomeLock {

  private HomeLock() {}

  /**
   * Runs the action while no other program holds the lock, which is gone with its holder, however
   * that ends.
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
