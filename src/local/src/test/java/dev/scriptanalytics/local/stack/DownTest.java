package dev.scriptanalytics.local.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DownTest {
  @TempDir private Path home;

  @Test
  void keepsAllDataUnlessItIsAskedToDeleteIt() throws IOException {
    List<String> data =
        List.of(
            "clickhouse/store/part",
            "kafka/topic/log",
            "flink/checkpoints/c",
            "run/job.properties");
    List<String> others = List.of("logs/clickhouse.log", "script-analytics.properties");
    for (List<String> files : List.of(data, others)) {
      for (String file : files) {
        Files.createDirectories(home.resolve(file).getParent());
        Files.writeString(home.resolve(file), "");
      }
    }

    down(false);
    assertThat(data).allSatisfy(file -> assertThat(home.resolve(file)).exists());

    assertThat(down(true)).contains("All data in " + home + " is deleted");
    assertThat(List.of("clickhouse", "kafka", "flink", "run/job.properties"))
        .allSatisfy(file -> assertThat(home.resolve(file)).doesNotExist());
    assertThat(others).allSatisfy(file -> assertThat(home.resolve(file)).exists());
  }

  private String down(boolean deleteData) {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    Down.run(home, new Report(new PrintStream(said, true, StandardCharsets.UTF_8)), deleteData);
    return said.toString(StandardCharsets.UTF_8);
  }
}
