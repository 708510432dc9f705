package dev.scriptanalytics.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.testkit.clickhouse.ClickHouseProgram;
import dev.scriptanalytics.testkit.clickhouse.SqlStatements;
import dev.scriptanalytics.testkit.clickhouse.TestClickHouse;
import dev.scriptanalytics.testkit.process.Ports;
import dev.scriptanalytics.testkit.process.Repository;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A cluster of two servers, each a shard, with the files of {@code deploy/clickhouse} and the
 * schema; without replicas and Keeper, which the ClickHouse of the tests does not have.
 */
public record TwoShards(List<TestClickHouse> servers) implements AutoCloseable {
  /** The cluster's name in {@code deploy/clickhouse/cluster.xml}. */
  public static final String NAME = "script_analytics";

  private static final String PASSWORD = "of servers";

  public static TwoShards start(Path directory) throws Exception {
    List<Integer> tcpPorts = List.of(Ports.free(), Ports.free());
    TwoShards shards = new TwoShards(new ArrayList<>());
    for (int i = 0; i < 2; i++) {
      shards.servers.add(startShard(directory.resolve("shard" + i), tcpPorts.get(i), tcpPorts));
    }
    for (TestClickHouse server : shards.servers) {
      statements("--cluster", NAME, "--no-keeper").forEach(server::query);
    }
    return shards;
  }

  /** What {@code apply-sql} prints with these options. */
  public static List<String> statements(String... options) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Repository.path("deploy/clickhouse/apply-sql").toString());
    command.add("--print");
    command.addAll(List.of(options));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    return SqlStatements.of(printed);
  }

  @Override
  public void close() {
    servers.forEach(TestClickHouse::close);
  }

  private static TestClickHouse startShard(Path home, int tcpPort, List<Integer> tcpPorts)
      throws IOException {
    Files.createDirectories(home.resolve("config.d"));
    Files.createDirectories(home.resolve("users.d"));
    for (String file : List.of("config.xml", "users.xml")) {
      Files.copy(Repository.path("deploy/clickhouse/" + file), home.resolve(file));
    }
    Files.copy(
        Repository.path("deploy/clickhouse/cluster-users.xml"),
        home.resolve("users.d/cluster-users.xml"));
    Files.writeString(home.resolve("config.d/cluster.xml"), remoteServers(tcpPorts));
    return TestClickHouse.start(
        new ClickHouseProgram(
            home.resolve("server"),
            home.resolve("config.xml"),
            Map.of(
                "SCRIPT_SHARDS_PASSWORD",
                PASSWORD,
                "SCRIPT_SHARDS_PASSWORD_SHA256",
                ClickHouseProgram.sha256(PASSWORD)),
            Ports.free(),
            tcpPort));
  }

  /** The shards of cluster.xml on loopback, with one replica each and without Keeper. */
  private static String remoteServers(List<Integer> tcpPorts) throws IOException {
    String servers =
        Files.readString(Repository.path("deploy/clickhouse/cluster.xml"))
            .replaceAll("(?s)</replica>\\s*<replica>.*?</replica>", "</replica>")
            .replaceFirst("(?s)<macros>.*</zookeeper>", "");
    for (int i = 0; i < tcpPorts.size(); i++) {
      servers =
          servers.replaceFirst(
              "clickhouse-" + (i + 1) + "-1</host>\\s*<port>9000<",
              "127.0.0.1</host><port>" + tcpPorts.get(i) + "<");
    }
    return servers;
  }
}
