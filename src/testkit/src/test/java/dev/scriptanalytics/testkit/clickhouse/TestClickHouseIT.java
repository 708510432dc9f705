package dev.scriptanalytics.testkit.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.scriptanalytics.testkit.clickhouse.ClickHouseHttp.QueryFailedException;
import dev.scriptanalytics.testkit.process.LocalProcess;
import dev.scriptanalytics.testkit.process.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestClickHouseIT {
  @TempDir Path directory;

  @Test
  void keepsItsDataOverAStopAndAKill() {
    try (TestClickHouse clickHouse = TestClickHouse.start(directory)) {
      clickHouse.query("CREATE DATABASE d ENGINE = Atomic");
      clickHouse.query("CREATE TABLE d.t (x UInt8) ORDER BY x");
      clickHouse.query("INSERT INTO d.t VALUES (1)");
      clickHouse.stop();
      assertThat(clickHouse.http().answers()).isFalse();

      clickHouse.restart();
      clickHouse.query("INSERT INTO d.t VALUES (2)");
      clickHouse.kill();
      assertThat(clickHouse.http().answers()).isFalse();

      clickHouse.restart();
      assertThat(clickHouse.query("SELECT sum(x) FROM d.t")).isEqualTo("3");
    }
  }

  @Test
  void livesInUtcWhereverTheMachineIs() {
    try (TestClickHouse clickHouse = TestClickHouse.start(directory)) {
      assertThat(clickHouse.query("SELECT timezone()")).isEqualTo("UTC");
    }
  }

  @Test
  void saysWhichPortIsTaken() {
    try (TestClickHouse clickHouse = TestClickHouse.start(directory.resolve("first"))) {
      assertThatThrownBy(
              () ->
                  TestClickHouse.start(
                      new ClickHouseProgram(
                          directory.resolve("second"), Ports.free(), clickHouse.httpPort())))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("Port " + clickHouse.httpPort());
    }
  }

  @Test
  void tellsInClickHouseOwnWordsWhyItCannotStart() throws IOException {
    Path configuration =
        Files.writeString(
            directory.resolve("config.xml"),
            "<clickhouse><users_config>no-such-users.xml</users_config></clickhouse>");
    assertThatThrownBy(() -> TestClickHouse.start(directory, configuration, Map.of()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("no-such-users.xml");
  }

  @Test
  void tellsWhatIsWrongAndNotWhereInClickHouseItWasFound() throws IOException {
    Files.writeString(directory.resolve("users.xml"), "<clickhouse><users>");
    Path configuration =
        Files.writeString(
            directory.resolve("config.xml"),
            "<clickhouse><users_config>users.xml</users_config></clickhouse>");
    assertThatThrownBy(() -> TestClickHouse.start(directory, configuration, Map.of()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("SAXParseException")
        .hasMessageContaining("users.xml")
        .hasMessageContaining(directory.resolve("logs/clickhouse.out").toString())
        .hasMessageNotContaining(" @ 0x");
  }

  @Test
  void aDetachedOneServesUntilItIsToldToStop() {
    ClickHouseProgram clickHouse = new ClickHouseProgram(directory, Ports.free(), Ports.free());
    LocalProcess process = LocalProcess.startDaemon(clickHouse.prepareDetached(), directory);
    try {
      clickHouse.awaitReady(process);
      assertThat(clickHouse.http().query("SELECT 1")).isEqualTo("1");
      process.stop(Duration.ofSeconds(60));
      assertThat(process.isAlive()).isFalse();
    } finally {
      process.kill();
    }
  }

  @Test
  void namesTheFileOfAStatementThatFails() throws IOException {
    Files.writeString(directory.resolve("1.sql"), "SELECT 1; SELECT no_such_column;");
    try (TestClickHouse clickHouse = TestClickHouse.start(directory.resolve("server"))) {
      assertThatThrownBy(() -> clickHouse.applySql(directory))
          .isInstanceOfSatisfying(
              QueryFailedException.class, e -> assertThat(e.code()).isEqualTo(47))
          .hasMessageContaining("1.sql: ")
          .hasMessageContaining("no_such_column");
    }
  }
}
