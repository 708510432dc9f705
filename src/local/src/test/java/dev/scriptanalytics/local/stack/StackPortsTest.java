package dev.scriptanalytics.local.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StackPortsTest {

  @TempDir Path directory;

  @Test
  void areTheUsualOnesUnlessTheEnvironmentNamesOthers() {
    StackPorts ports = StackPorts.of(Map.of("KAFKA_PORT", "19092", "FLINK_REST_PORT", ""));
    assertThat(ports.get(StackPort.KAFKA_PORT)).isEqualTo(19_092);
    assertThat(ports.get(StackPort.CLICKHOUSE_HTTP_PORT)).isEqualTo(8123);
    assertThat(ports.get(StackPort.CLICKHOUSE_TCP_PORT)).isEqualTo(9000);
    assertThat(ports.get(StackPort.FLINK_REST_PORT)).isEqualTo(8081);
    assertThat(ports.get(StackPort.API_PORT)).isEqualTo(8080);
  }

  @ParameterizedTest
  @ValueSource(strings = {"kafka", "0", "65536", "-1", "123456789", " 9092"})
  void mustBePorts(String text) {
    assertThatThrownBy(() -> StackPorts.of(Map.of("KAFKA_PORT", text)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("KAFKA_PORT is '" + text + "'; it must be a port, from 1 to 65535.");
  }

  @Test
  void mustDiffer() {
    assertThatThrownBy(() -> StackPorts.of(Map.of("KAFKA_PORT", "8123")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("CLICKHOUSE_HTTP_PORT and KAFKA_PORT are both 8123");
  }

  @Test
  void areFoundAgainUntilTheyAreForgotten() {
    Path file = directory.resolve("run/ports.properties");
    assertThat(StackPorts.load(file)).isEmpty();
    StackPorts.of(Map.of("KAFKA_PORT", "19092")).store(file);
    assertThat(StackPorts.load(file).orElseThrow().get(StackPort.KAFKA_PORT)).isEqualTo(19_092);
    StackPorts.forget(file);
    assertThat(StackPorts.load(file)).isEmpty();
  }

  @Test
  void ofAStackThatRunsCannotBeChanged() {
    StackPorts ports = StackPorts.of(Map.of("KAFKA_PORT", "19092"));
    assertThatCode(() -> ports.expectNoOthersIn(Map.of("KAFKA_PORT", "19092")))
        .doesNotThrowAnyException();
    assertThatCode(() -> ports.expectNoOthersIn(Map.of())).doesNotThrowAnyException();
    assertThatThrownBy(() -> ports.expectNoOthersIn(Map.of("KAFKA_PORT", "9092")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("on port 19092, not on 9092 as KAFKA_PORT says");
  }

  @Test
  void thatAreTakenAreNamedWithTheVariableToSet() throws IOException {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      StackPorts ports =
          StackPorts.of(Map.of("FLINK_REST_PORT", Integer.toString(other.getLocalPort())));
      assertThatThrownBy(() -> ports.expectFree(port -> port == StackPort.FLINK_REST_PORT))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining(
              "Port " + other.getLocalPort() + ", where Flink serves its web page, is taken")
          .hasMessageMatching("(?s).*  FLINK_REST_PORT=[0-9]+ deploy/local/up");
      assertThatCode(() -> ports.expectFree(port -> false)).doesNotThrowAnyException();
    }
  }

  @Test
  void areTakenByAServerOnAllInterfacesToo() throws IOException {
    try (ServerSocket other = new ServerSocket(0)) {
      StackPorts ports =
          StackPorts.of(Map.of("FLINK_REST_PORT", Integer.toString(other.getLocalPort())));
      assertThatThrownBy(() -> ports.expectFree(port -> port == StackPort.FLINK_REST_PORT))
          .isInstanceOf(IllegalStateException.class);
    }
  }
}
