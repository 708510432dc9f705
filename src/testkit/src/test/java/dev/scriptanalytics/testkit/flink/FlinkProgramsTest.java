package dev.scriptanalytics.testkit.flink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.testkit.process.JavaProgram;
import dev.scriptanalytics.testkit.process.Repository;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlinkProgramsTest {

  @TempDir Path directory;

  @Test
  void differFromTheShippedConfigurationInAddressesAndDirectoriesOnly() {
    FlinkPrograms.configure(directory.resolve("with space"), 12_345, Map.of());
    Map<String, String> shipped = configuration(Repository.path("deploy/flink")).toMap();
    Configuration own = configuration(directory.resolve("with space/flink/conf"));

    Map<String, String> others = own.toMap();
    others.entrySet().removeAll(shipped.entrySet());
    assertThat(others)
        .containsOnlyKeys(
            "jobmanager.rpc.address",
            "jobmanager.rpc.port",
            "jobmanager.bind-host",
            "taskmanager.host",
            "taskmanager.bind-host",
            "rest.address",
            "rest.bind-address",
            "rest.port",
            "rest.bind-port",
            "execution.checkpointing.dir",
            "execution.checkpointing.savepoint-dir",
            "io.tmp.dirs",
            "web.tmpdir",
            "user.artifacts.base-dir");
    assertThat(own.toMap()).containsKeys(shipped.keySet().toArray(String[]::new));
    assertThat(own.toMap())
        .containsEntry("rest.port", "12345")
        .containsEntry(
            "execution.checkpointing.dir",
            "file://" + directory.resolve("with space/flink/checkpoints"));
  }

  @Test
  void canBeGivenOtherSettings() {
    FlinkPrograms.configure(directory, 8081, Map.of("execution.checkpointing.interval", "1 s"));
    assertThat(configuration(directory.resolve("flink/conf")).toMap())
        .containsEntry("execution.checkpointing.interval", "1 s");
  }

  @Test
  void haveTheMemoryThatTheConfigurationGivesThem() {
    JavaProgram taskManager =
        FlinkPrograms.configure(directory, 8081, Map.of("taskmanager.memory.process.size", "4g"))
            .taskManager("taskmanager");
    assertThat(taskManager.jvmOptions())
        .anyMatch(option -> option.startsWith("-Xmx"))
        .contains("-XX:+UseParallelGC")
        .contains("--add-opens=java.base/java.util=ALL-UNNAMED");
    assertThat(taskManager.arguments())
        .contains("taskmanager.cpu.cores=2.0")
        .anyMatch(argument -> argument.startsWith("taskmanager.memory.task.heap.size="));
  }

  @Test
  void seeNoClassOfTheJobOrOfItsConnectors() throws IOException {
    JavaProgram jobManager = FlinkPrograms.configure(directory, 8081, Map.of()).jobManager();
    List<String> jars =
        List.of(jobManager.classPath().split(File.pathSeparator)).stream()
            .map(entry -> Path.of(entry).getFileName().toString())
            .toList();
    assertThat(jars)
        .anyMatch(jar -> jar.startsWith("flink-runtime-web-"))
        .anyMatch(jar -> jar.startsWith("flink-statebackend-rocksdb-"))
        .anyMatch(jar -> jar.startsWith("flink-metrics-prometheus-"))
        .anyMatch(jar -> jar.startsWith("log4j-core-"))
        .allMatch(jar -> jar.endsWith(".jar"))
        .noneMatch(
            jar ->
                jar.matches(
                    "(kafka|clickhouse|t-digest|jackson|flink-connector-(kafka|jdbc)|junit).*"));
    assertThat(jobManager.classPath()).doesNotContain("/target/");
  }

  private static Configuration configuration(Path confDirectory) {
    assertThat(Files.isDirectory(confDirectory)).isTrue();
    return GlobalConfiguration.loadConfiguration(confDirectory.toString());
  }
}
