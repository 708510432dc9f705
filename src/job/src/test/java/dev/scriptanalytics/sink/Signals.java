package dev.scriptanalytics.sink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.testkit.clickhouse.TestClickHouse;
import dev.scriptanalytics.testkit.process.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/** Makes a server neither answer nor go away. */
final class Signals {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private Signals() {}

  /** Stops the process: the kernel still accepts its connections, and nobody answers. */
  static void freeze(TestClickHouse clickHouse) {
    send("-STOP", clickHouse);
    // The signal returns before every thread of the server has stopped.
    assertThat(Waiting.until(PATIENCE, () -> hasStopped(clickHouse.pid()))).isTrue();
  }

  static void thaw(TestClickHouse clickHouse) {
    send("-CONT", clickHouse);
  }

  private static boolean hasStopped(long pid) {
    try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
      return threads.allMatch(Signals::isStopped);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isStopped(Path thread) {
    try {
      // The state follows the name, which is in parentheses.
      String stat = Files.readString(thread.resolve("stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2) == 'T';
    } catch (IOException threadHasEnded) {
      return true;
    }
  }

  private static void send(String signal, TestClickHouse clickHouse) {
    try {
      Process kill = new ProcessBuilder("kill", signal, Long.toString(clickHouse.pid())).start();
      assertThat(kill.waitFor()).isZero();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
