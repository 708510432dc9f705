package dev.scriptanalytics.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.testkit.clickhouse.ClickHouseHttp;
import dev.scriptanalytics.testkit.clickhouse.SqlStatements;
import dev.scriptanalytics.testkit.clickhouse.TestClickHouse;
import dev.scriptanalytics.testkit.junit.ClickHouseExtension;
import dev.scriptanalytics.testkit.process.JavaProgram;
import dev.scriptanalytics.testkit.process.Repository;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code deploy/clickhouse/apply-sql} with the tables of {@code sql/} and a stand-in for
 * ClickHouse's client, which the library of the tests does not have.
 */
class ApplySqlIT {
  private static final String SCHEMA =
      "SELECT name, create_table_query FROM system.tables WHERE database = 'script_analytics'"
          + " ORDER BY name";

  @RegisterExtension final ClickHouseExtension clickHouse = new ClickHouseExtension();

  @TempDir private Path directory;
  private Path sql;

  private record Outcome(int exitCode, String output) {}

  /** Runs the statements of its input, and prints their answers, as the client does. */
  public static final class Client {
    private Client() {}

    public static void main(String[] args) throws IOException {
      ClickHouseHttp server = new ClickHouseHttp(URI.create(args[0]));
      for (String statement : SqlStatements.of(new String(System.in.readAllBytes(), UTF_8))) {
        String answer = server.query(statement);
        if (!answer.isEmpty()) {
          System.out.println(answer);
        }
      }
    }
  }

  @BeforeEach
  void takeTheTables() throws IOException {
    sql = Files.createDirectory(directory.resolve("sql"));
    try (Stream<Path> files = Files.list(Repository.path("sql"))) {
      for (Path file : (Iterable<Path>) files::iterator) {
        if (file.getFileName().toString().matches("0\\d_.*\\.sql")) {
          Files.copy(file, sql.resolve(file.getFileName()));
        }
      }
    }
  }

  @Test
  void createsTheTablesAndChangesNothingTheNextTime() throws Exception {
    assertThat(apply()).satisfies(first -> assertThat(first.exitCode()).isZero());
    String schema = clickHouse.query(SCHEMA);

    Outcome again = apply();

    assertThat(again.exitCode()).as(again.output()).isZero();
    assertThat(clickHouse.query(SCHEMA)).isEqualTo(schema).contains("rollup_progress");
  }

  @Test
  void stopsBeforeItChangesAnythingWhereATableHasAnotherLayoutThanItsFile() throws Exception {
    clickHouse.query("CREATE DATABASE script_analytics ENGINE = Atomic");
    clickHouse.query(
        """
        CREATE TABLE script_analytics.run_rollups_hourly
        (
            account String, script LowCardinality(String), hour DateTime('UTC'), deployment_version UInt32,
            arrival DateTime('UTC'), first_minute DateTime('UTC'), last_minute DateTime('UTC'), facts UInt64, seen Int64,
            succeeded UInt64, failed UInt64, response_time_sum Float64, response_time_min Nullable(Float64),
            response_time_max Nullable(Float64), means Array(Float32) EPHEMERAL, weights Array(UInt64) EPHEMERAL,
            response_times UInt64 DEFAULT 0,
            digest AggregateFunction(quantilesTDigestWeighted(0.9, 0.99), Float32, UInt64)
                DEFAULT arrayReduce('quantilesTDigestWeightedState(0.9, 0.99)', means, weights),
            mine UInt8
        )
        ENGINE = ReplacingMergeTree
        PARTITION BY toDate(hour)
        ORDER BY (account, script, hour DESC, deployment_version, arrival)
        SETTINGS allow_experimental_reverse_key = 1
        """);
    String schema = clickHouse.query(SCHEMA);

    Outcome refused = apply();

    assertThat(refused.exitCode()).as(refused.output()).isEqualTo(1);
    assertThat(refused.output().lines())
        .contains(
            "script_analytics.run_rollups_hourly: column account is String, in sql/ LowCardinality(String)",
            "script_analytics.run_rollups_hourly: column deployment_id is missing, in sql/ LowCardinality(String)",
            "script_analytics.run_rollups_hourly: column mine is UInt8, in sql/ missing",
            "script_analytics.run_rollups_hourly: column response_times is UInt64 DEFAULT 0,"
                + " in sql/ UInt64 DEFAULT arraySum(weights)",
            "script_analytics.run_rollups_hourly: engine is ReplacingMergeTree, in sql/ ReplacingMergeTree(facts)",
            "script_analytics.run_rollups_hourly: PARTITION BY is toDate(hour), in sql/ toYYYYMM(hour)",
            "script_analytics.run_rollups_hourly: ORDER BY is (account, script, hour DESC, deployment_version, arrival),"
                + " in sql/ (account, script, hour, deployment_version, deployment_id, arrival)")
        .allMatch(
            line ->
                !line.contains("script_analytics.")
                    || line.contains("hourly:")
                    || line.contains("database"));
    assertThat(refused.output()).contains("Nothing was changed", "ALTER TABLE");
    assertThat(clickHouse.query(SCHEMA)).isEqualTo(schema);
  }

  @Test
  void theLayoutIsTheSameWithAnotherRetentionCommentCodecIndexOrSetting() throws Exception {
    assertThat(apply().exitCode()).isZero();
    for (String change :
        List.of(
            "runs COMMENT COLUMN script 'mine'",
            "runs MODIFY COLUMN input String CODEC(ZSTD(9))",
            "runs DROP INDEX arrivals",
            "run_rollups_hourly MODIFY TTL toDate(hour) + toIntervalDay(200)",
            "deployments MODIFY SETTING min_age_to_force_merge_seconds = 60")) {
      clickHouse.query("ALTER TABLE script_analytics." + change);
    }
    clickHouse.query("CREATE TABLE script_analytics.mine (x UInt8) ORDER BY x");

    Outcome again = apply();

    assertThat(again.exitCode()).as(again.output()).isZero();
  }

  @Test
  void onAClusterTheTablesOfTheRowsAreCompared() throws Exception {
    try (TwoShards cluster = TwoShards.start(directory.resolve("cluster"))) {
      TestClickHouse server = cluster.servers().get(0);
      String[] options = {"--cluster", TwoShards.NAME, "--no-keeper"};
      Outcome again = apply(server.httpUrl(), options);
      assertThat(again.exitCode()).as(again.output()).isZero();
      server.query("ALTER TABLE script_analytics.deployments_local ADD COLUMN mine UInt8");

      Outcome refused = apply(server.httpUrl(), options);

      assertThat(refused.exitCode()).as(refused.output()).isEqualTo(1);
      assertThat(refused.output())
          .contains("script_analytics.deployments: column mine is UInt8, in sql/ missing");
    }
  }

  private Outcome apply() throws Exception {
    return apply(clickHouse.httpUrl());
  }

  private Outcome apply(URI server, String... options) throws Exception {
    Path client = directory.resolve("clickhouse");
    Files.writeString(
        client,
        "#!/usr/bin/env bash\nexec '%s' -XX:TieredStopAtLevel=1 -cp '%s' '%s' %s\n"
            .formatted(
                Path.of(System.getProperty("java.home"), "bin/java"),
                JavaProgram.ownClassPath(),
                Client.class.getName(),
                server));
    assertThat(client.toFile().setExecutable(true)).isTrue();
    List<String> command = new ArrayList<>();
    command.add(Repository.path("deploy/clickhouse/apply-sql").toString());
    command.addAll(List.of(options));
    command.add(sql.toString());
    ProcessBuilder program = new ProcessBuilder(command).redirectErrorStream(true);
    program.environment().merge("PATH", directory + ":", (path, first) -> first + path);
    Process process = program.start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Outcome(process.waitFor(), output);
  }
}
