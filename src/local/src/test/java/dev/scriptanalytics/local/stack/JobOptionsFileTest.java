package dev.scriptanalytics.local.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.configuration.JobConfiguration;
import dev.scriptanalytics.configuration.JobOptions;
import dev.scriptanalytics.testkit.clickhouse.ClickHouseProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobOptionsFileTest {

  @TempDir Path home;

  @Test
  void isAllThatTheJobNeedsToReadEveryTopicAndToWrite() throws IOException {
    Path file = JobOptionsFile.in(home);
    JobConfiguration options =
        JobConfiguration.fromArgs(
            new String[] {"--config", file.toString()},
            Map.of(
                "KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:9092",
                "CLICKHOUSE_URL", "http://127.0.0.1:8123",
                "CLICKHOUSE_PASSWORD", ClickHouseProgram.WRITER_PASSWORD));
    assertThat(options.get(JobOptions.CLICKHOUSE_PASSWORD))
        .isEqualTo(ClickHouseProgram.WRITER_PASSWORD);
    assertThat(options.get(JobOptions.OTLP_LOGS_TOPICS)).containsExactly(Stack.OTLP_LOGS_TOPIC);
    assertThat(options.get(JobOptions.OTLP_SPANS_TOPICS)).containsExactly(Stack.OTLP_SPANS_TOPIC);
    assertThat(options.redaction())
        .asString()
        .isEqualTo("{email=\\b[\\w.%+-]{1,64}@example\\.(?:com|net|org)\\b}");
    assertThat(Files.readString(file)).doesNotContain(ClickHouseProgram.WRITER_PASSWORD);
  }

  @Test
  void staysAsItsOwnerChangedIt() throws IOException {
    Path file = JobOptionsFile.in(home);
    Files.writeString(file, "job.name=mine");
    assertThat(JobOptionsFile.in(home)).isEqualTo(file).hasContent("job.name=mine");
  }
}
