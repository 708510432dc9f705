package dev.scriptanalytics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptanalytics.testkit.clickhouse.ClickHouseProgram;
import dev.scriptanalytics.testkit.junit.ClickHouseExtension;
import dev.scriptanalytics.testkit.junit.KafkaExtension;
import dev.scriptanalytics.testkit.kafka.EventSender;
import dev.scriptanalytics.testkit.kafka.KafkaProgram;
import dev.scriptanalytics.testkit.ledger.ClickHouseReader;
import dev.scriptanalytics.testkit.ledger.Ledger;
import dev.scriptanalytics.testkit.ledger.LedgerComparison;
import dev.scriptanalytics.testkit.ledger.RunStatus;
import dev.scriptanalytics.testkit.sample.Delivery;
import dev.scriptanalytics.testkit.sample.Malformation;
import dev.scriptanalytics.testkit.sample.RunEventWriter;
import dev.scriptanalytics.testkit.sample.RunGenerator;
import dev.scriptanalytics.testkit.sample.Sample;
import dev.scriptanalytics.testkit.sample.SampleRun;
import dev.scriptanalytics.testkit.sample.Timing;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** From Kafka to ClickHouse: a real broker, the real topology, a real server. */
class PipelineIT {
  private static final long SEED = 20_261_121;
  private static final int RUNS = 20_000;

  @RegisterExtension static final KafkaExtension kafka = new KafkaExtension();

  @RegisterExtension final ClickHouseExtension clickHouse = new ClickHouseExtension().withSchema();

  @TempDir private Path checkpoints;
  private String topic;

  @BeforeEach
  void createTopic(TestInfo test) {
    topic = test.getTestMethod().orElseThrow().getName();
    kafka.createTopic(topic, 4, KafkaProgram.LOG_APPEND_TIME);
  }

  @Test
  void countsEveryRunOnceThoughEventsAreDuplicatedDisorderedLateAndMixedWithGarbage()
      throws Exception {
    Sample sample = Sample.of(generator(), RUNS);
    send(sample.deliveries());

    readEverything();

    expectTheFiguresOf(sample.ledger());
    // The events that the generator corrupts, and those that contradict their run.
    assertThat(deadLetters()).isEqualTo(sample.ledger().deadLetters());
  }

  @Test
  void changesNoFigureWhenEverythingIsReadAgainWithoutState() throws Exception {
    Sample sample = Sample.of(generator(), RUNS);
    send(sample.deliveries());

    readEverything();
    String rows = clickHouse.query("SELECT count() FROM script_analytics.runs FINAL");
    Map<String, Long> deadLetters = deadLetters();
    readEverything();

    expectTheFiguresOf(sample.ledger());
    assertThat(clickHouse.query("SELECT count() FROM script_analytics.runs FINAL")).isEqualTo(rows);
    assertThat(deadLetters()).isEqualTo(deadLetters);
  }

  @Test
  void countsEveryRunOnceThoughAllEventsComeThreeTimesInRandomOrder() throws Exception {
    RunEventWriter writer = new RunEventWriter();
    Ledger ledger = new Ledger();
    List<Delivery> deliveries = new ArrayList<>();
    RunGenerator generator = RunGenerator.ofRunsInAnyOrder(SEED, start(), 5_000);
    for (int i = 0; i < RUNS; i++) {
      SampleRun run = generator.next().run();
      ledger.add(run.outcome());
      for (int copy = 0; copy < 3; copy++) {
        deliveries.add(new Delivery(0, run.runId(), writer.start(run)));
        if (run.status() != RunStatus.IN_PROGRESS) {
          deliveries.add(new Delivery(0, run.runId(), writer.end(run)));
        }
      }
    }
    Collections.shuffle(deliveries, new Random(SEED));
    send(deliveries);

    readEverything();

    expectTheFiguresOf(ledger);
    assertThat(deadLetters()).isEmpty();
    assertThat(
            clickHouse.query("SELECT count() FROM script_analytics.runs FINAL WHERE version = 2"))
        .as("ends that were not merged with their start")
        .isEqualToIgnoringNewLines("0");
  }

  @Test
  void keepsEachBadRecordWithItsReasonAndCountsEachGoodOne() throws Exception {
    RunEventWriter writer = new RunEventWriter();
    Malformation[] kinds = Malformation.values();
    assertThat(kinds).hasSizeGreaterThanOrEqualTo(30);
    Ledger ledger = new Ledger();
    List<Delivery> deliveries = new ArrayList<>();
    RunGenerator generator = RunGenerator.ofRunsInAnyOrder(SEED, start(), 5_000);
    for (int i = 0; i < 100_000; i++) {
      SampleRun run = generator.next().run();
      ledger.add(run.outcome());
      byte[] event = run.status() == RunStatus.IN_PROGRESS ? writer.start(run) : writer.end(run);
      if (run.timing() == Timing.END) {
        deliveries.add(new Delivery(0, run.runId(), writer.start(run)));
      }
      deliveries.add(new Delivery(0, run.runId(), event));
      if (i % 10 == 0) {
        Malformation kind = kinds[i / 10 % kinds.length];
        deliveries.add(new Delivery(0, null, kind.spoil(event)));
        ledger.addDeadLetter(kind.reason());
      }
    }
    send(deliveries);

    readEverything();

    expectTheFiguresOf(ledger);
    assertThat(deadLetters()).isEqualTo(ledger.deadLetters());
  }

  @Test
  void waitsWhileClickHouseIsAwayAndLosesNothing() throws Exception {
    Sample sample = Sample.of(generator(), RUNS);
    try (RunningPipeline pipeline =
        RunningPipeline.between(kafka.bootstrapServers(), clickHouse.httpUrl(), checkpoints)
            .readingRuns(topic)
            .start()) {
      send(sample.deliveries().subList(0, 5_000));
      pipeline.awaitEverythingWritten();
      clickHouse.server().kill();
      send(sample.deliveries().subList(5_000, sample.deliveries().size()));
      clickHouse.server().restart();
      pipeline.awaitEverythingWritten();
      pipeline.awaitRollupsOfAllRuns();
    }

    expectTheFiguresOf(sample.ledger());
  }

  private static RunGenerator generator() {
    return new RunGenerator(SEED, start(), 5_000);
  }

  private static Instant start() {
    return Instant.now().minus(Duration.ofHours(2));
  }

  private void send(List<Delivery> deliveries) throws Exception {
    PrintStream silent = new PrintStream(OutputStream.nullOutputStream(), true, UTF_8);
    try (EventSender sender = new EventSender(kafka.bootstrapServers(), topic, silent)) {
      for (Delivery delivery : deliveries) {
        sender.send(delivery);
      }
      sender.flush();
    }
  }

  private void readEverything() throws Exception {
    try (RunningPipeline pipeline =
        RunningPipeline.between(kafka.bootstrapServers(), clickHouse.httpUrl(), checkpoints)
            .readingRuns(topic)
            .start()) {
      pipeline.awaitEverythingWritten();
      pipeline.awaitRollupsOfAllRuns();
    }
  }

  private void expectTheFiguresOf(Ledger ledger) throws Exception {
    LedgerComparison comparison = LedgerComparison.of(ledger.scripts(), reader());
    assertThat(comparison.differences()).as(comparison.table()).isEmpty();
  }

  private Map<String, Long> deadLetters() throws Exception {
    Map<String, Long> byReason = new TreeMap<>();
    for (JsonNode row :
        new ClickHouseReader(clickHouse.httpUrl(), "default", "")
            .read(
                "SELECT reason, count() AS letters FROM script_analytics.dead_letters FINAL"
                    + " GROUP BY reason",
                Map.of())) {
      byReason.put(row.get("reason").asText(), row.get("letters").asLong());
    }
    return byReason;
  }

  private ClickHouseReader reader() {
    return new ClickHouseReader(
        clickHouse.httpUrl(), "script_reader", ClickHouseProgram.READER_PASSWORD);
  }
}
