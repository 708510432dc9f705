package dev.scriptanalytics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.testkit.process.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The jar that is submitted: what the cluster brings must not be in it a second time. */
class JobJarIT {
  @Test
  void bringsItsConnectorsAndNothingElseOfFlink() throws IOException {
    assertThat(classes())
        .contains(
            "dev/scriptanalytics/ScriptAnalyticsJob.class",
            "org/apache/flink/connector/kafka/source/KafkaSource.class")
        .noneMatch(
            name ->
                name.startsWith("org/apache/flink/")
                    && !name.startsWith("org/apache/flink/connector/")
                    && !name.startsWith("org/apache/flink/streaming/connectors/kafka/")
                    // Kafka's connector too, in spite of its name.
                    && !name.startsWith("org/apache/flink/streaming/util/serialization/"));
  }

  @Test
  void bringsNoLoggingNoSignaturesAndNothingOfTheLocalStack() throws IOException {
    assertThat(entries())
        .noneMatch(name -> name.startsWith("org/slf4j/"))
        .noneMatch(name -> name.startsWith("org/apache/logging/"))
        .noneMatch(name -> name.startsWith("ch/qos/"))
        .noneMatch(name -> name.matches("META-INF/.*\\.(SF|DSA|RSA)"))
        .noneMatch(name -> name.startsWith("dev/scriptanalytics/local/"))
        .noneMatch(name -> name.startsWith("dev/scriptanalytics/testkit/"));
  }

  private static List<String> classes() throws IOException {
    return entries().stream().filter(name -> name.endsWith(".class")).toList();
  }

  private static List<String> entries() throws IOException {
    Path jar;
    try (Stream<Path> built = Files.list(Repository.path("src/job/target"))) {
      jar =
          built
              .filter(file -> file.getFileName().toString().matches("script-analytics-.*\\.jar"))
              .findFirst()
              .orElseThrow();
    }
    try (JarFile file = new JarFile(jar.toFile())) {
      return file.stream().map(JarEntry::getName).toList();
    }
  }
}
