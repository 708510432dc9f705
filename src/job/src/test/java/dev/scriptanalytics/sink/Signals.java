package dev.scriptanalytics.sink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.testkit.clickhouse.TestClickHouse;
import java.io.IOException;

/** Servers that neither answer nor go away. */
final class Signals {
  private Signals() {}

  /** From now on it accepts connections, as the kernel does that for it, and does nothing. */
  static void freeze(TestClickHouse clickHouse) {
    send("-STOP", clickHouse);
  }

  static void thaw(TestClickHouse clickHouse) {
    send("-CONT", clickHouse);
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
