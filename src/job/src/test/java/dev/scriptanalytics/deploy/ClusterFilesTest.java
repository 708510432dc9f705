package dev.scriptanalytics.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What a cluster needs of {@code cluster.xml} because {@code config.xml} has no word of it. */
class ClusterFilesTest {
  private static final String FILE = "deploy/clickhouse/cluster.xml";

  @Test
  void serversListenToEachOther() {
    assertThat(cluster("listen_host")).isEqualTo("::");
  }

  // https://clickhouse.com/docs/reference/settings/server-settings/settings/interserver-http
  @Test
  void replicasFetchPartsFromEachOtherAndFromNobodyElse() {
    assertThat(cluster("interserver_http_port")).isEqualTo("9009");
    assertThat(cluster("interserver_http_credentials/user")).isNotEmpty();
    assertThat(cluster("interserver_http_credentials/password/@from_env"))
        .isEqualTo(cluster("remote_servers/*/shard/replica/password/@from_env"));
  }

  @Test
  void statementsOnClusterHaveAPlaceInKeeper() {
    assertThat(cluster("distributed_ddl/path")).startsWith("/");
    assertThat(cluster("zookeeper/node/host")).isNotEmpty();
  }

  private static String cluster(String path) {
    return DeployedFiles.xml(FILE, "/clickhouse/" + path);
  }
}
