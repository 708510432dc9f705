package dev.scriptanalytics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.deploy.TwoShards;
import dev.scriptanalytics.testkit.clickhouse.ClickHouseProgram;
import dev.scriptanalytics.testkit.clickhouse.TestClickHouse;
import dev.scriptanalytics.testkit.junit.KafkaExtension;
import dev.scriptanalytics.testkit.kafka.EventSender;
import dev.scriptanalytics.testkit.kafka.KafkaProgram;
import dev.scriptanalytics.testkit.ledger.ClickHouseReader;
import dev.scriptanalytics.testkit.ledger.LedgerComparison;
import dev.scriptanalytics.testkit.sample.Delivery;
import dev.scriptanalytics.testkit.sample.RunGenerator;
import dev.scriptanalytics.testkit.sample.Sample;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** From Kafka into a cluster of two shards, through one of them and then through the other. */
class ClusterPipelineIT {
  private static final int RUNS = 10_000;

  @RegisterExtension static final KafkaExtension kafka = new KafkaExtension();

  @TempDir private Path directory;

  @Test
  void countsEveryRunOnceOnWhicheverShardAndThoughItIsReadAgainThroughTheOther() throws Exception {
    Sample sample =
        Sample.of(new RunGenerator(7, Instant.now().minus(Duration.ofHours(2)), 5_000), RUNS);
    try (TwoShards cluster = TwoShards.start(directory.resolve("cluster"))) {
      kafka.createTopic("runs", 4, KafkaProgram.LOG_APPEND_TIME);
      PrintStream silent = new PrintStream(OutputStream.nullOutputStream(), true, UTF_8);
      try (EventSender sender = new EventSender(kafka.bootstrapServers(), "runs", silent)) {
        for (Delivery delivery : sample.deliveries()) {
          sender.send(delivery);
        }
        sender.flush();
      }

      for (TestClickHouse server : cluster.servers()) {
        try (RunningPipeline pipeline =
            RunningPipeline.between(
                    kafka.bootstrapServers(), server.httpUrl(), directory.resolve("checkpoints"))
                .readingRuns("runs")
                .start()) {
          pipeline.awaitEverythingWritten();
          pipeline.awaitRollupsOfAllRuns();
        }
        for (TestClickHouse asked : cluster.servers()) {
          LedgerComparison comparison =
              LedgerComparison.of(
                  sample.ledger().scripts(),
                  new ClickHouseReader(
                      asked.httpUrl(), "script_reader", ClickHouseProgram.READER_PASSWORD));
          assertThat(comparison.differences()).as(comparison.table()).isEmpty();
          assertThat(asked.query("SELECT count() > 0 FROM script_analytics.dead_letters_local"))
              .isEqualTo("1");
        }
      }
    }
  }
}
