package dev.scriptanalytics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.testkit.clickhouse.ClickHouse;
import dev.scriptanalytics.testkit.clickhouse.ClickHouseProcess;
import dev.scriptanalytics.testkit.kafka.KafkaProcess;
import dev.scriptanalytics.testkit.ledger.ClickHouseReader;
import dev.scriptanalytics.testkit.ledger.Ledger;
import dev.scriptanalytics.testkit.ledger.LedgerComparison;
import dev.scriptanalytics.testkit.process.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Savepoints of released versions, each of which every later version must restore; {@code
 * src/test/resources/savepoints/README.md} says how one is added.
 *
 * <p>Every time in the test is one of the records', Kafka's timestamps among them, and what would
 * remove old records and rows is switched off: so it gives the same in any year.
 */
class KeptSavepointsIT {
  private static final Path KEPT = Repository.path("src/test/resources/savepoints");
  private static final String NEW_VERSION = "kept-savepoint.version";
  private static final int PARTITIONS = 2;

  // The savepoints know the topics by name.
  private static final String RUNS = "runs";
  private static final String LOGS = "logs";
  private static final List<String> TOPICS = List.of(RUNS, LOGS);

  // A century: raw rows carry it, and would else be too old to be inserted one day.
  private static final String[] OPTIONS = {"--retention.days", "36500"};

  /**
   * @param restored whether a restored job reads it; else the job that the savepoint is of has
   */
  private record Sent(
      boolean restored, String topic, int partition, long timestamp, String value) {}

  @TempDir private Path directory;
  private KafkaProcess kafka;
  private ClickHouseProcess clickHouse;

  @BeforeEach
  void start() {
    kafka = KafkaProcess.start(directory.resolve("kafka"));
    clickHouse = ClickHouseProcess.start(directory.resolve("clickhouse"));
    clickHouse.applySql();
    for (String table : List.of("runs", "logs", "run_rollups", "dead_letters")) {
      clickHouse.query("ALTER TABLE script_analytics." + table + " REMOVE TTL");
    }
  }

  @AfterEach
  void stop() {
    clickHouse.close();
    kafka.close();
  }

  static Stream<Arguments> keptSavepoints() throws IOException {
    try (Stream<Path> files = Files.list(KEPT)) {
      return files
          .filter(Files::isDirectory)
          .sorted()
          .flatMap(
              version -> Stream.of(1, 3).map(parallelism -> Arguments.of(version, parallelism)))
          .toList()
          .stream();
    }
  }

  @DisabledIfSystemProperty(named = NEW_VERSION, matches = ".+")
  @ParameterizedTest(name = "{0} by {1}")
  @MethodSource("keptSavepoints")
  void goesOnFromASavepointOfThatVersionAsIfItHadReadEverything(Path savepoint, int parallelism)
      throws Exception {
    List<Sent> all = records();
    createTopics("whole-");
    send("whole-", all);
    try (RunningPipeline job = start("whole-", null, 2)) {
      job.awaitEverythingWritten();
      awaitTheLedger();
    }
    List<String> expected = everyRow();
    truncateTables();

    // What the savepoint's own job wrote, up to its savepoint; then the restored job.
    createTopics("before-");
    send("before-", all.stream().filter(record -> !record.restored()).toList());
    try (RunningPipeline job = start("before-", null, 2)) {
      job.awaitEverythingWritten();
      RunningPipeline.awaitRollupsOfAllRuns(clickHouse);
    }
    createTopics("");
    // Were it read again, what stands before the savepoint's offsets would be a dead letter.
    send("", all.stream().map(KeptSavepointsIT::unreadable).toList());
    try (RunningPipeline job = start("", savepoint, parallelism)) {
      job.awaitEverythingWritten();
      awaitTheLedger();
    }

    assertThat(everyRow()).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(
            clickHouse.query(
                "SELECT reason, count() FROM script_analytics.dead_letters FINAL"
                    + " GROUP BY reason ORDER BY reason"))
        .isEqualTo("contradicting_end\t20\nnot_json\t4");
  }

  @EnabledIfSystemProperty(named = NEW_VERSION, matches = ".+")
  @Test
  void makesASavepointToKeepOfThisVersion() throws Exception {
    createTopics("");
    send("", records().stream().filter(record -> !record.restored()).toList());
    Path target = KEPT.resolve(System.getProperty(NEW_VERSION));
    assertThat(target).doesNotExist();
    try (RunningPipeline job = start("", null, 2)) {
      job.awaitEverythingWritten();
      RunningPipeline.awaitRollupsOfAllRuns(clickHouse);
      Path savepoint = job.stopWithSavepoint(directory.resolve("savepoints"));
      Files.createDirectories(target);
      Files.copy(savepoint.resolve("_metadata"), target.resolve("_metadata"));
      try (Stream<Path> files = Files.list(savepoint)) {
        assertThat(files).as("all is in one file").hasSize(1);
      }
    }
  }

  private static Sent unreadable(Sent record) {
    return record.restored()
        ? record
        : new Sent(false, record.topic(), record.partition(), record.timestamp(), "read again");
  }

  private static List<Sent> records() throws IOException {
    List<Sent> records = new ArrayList<>();
    for (String line : Files.readAllLines(KEPT.resolve("records.tsv"))) {
      String[] fields = line.split("\t", -1);
      records.add(
          new Sent(
              fields[0].equals("after"),
              fields[1],
              Integer.parseInt(fields[2]),
              Long.parseLong(fields[3]),
              fields[4]));
    }
    return records;
  }

  private void createTopics(String prefix) {
    for (String topic : TOPICS) {
      kafka.createTopic(prefix + topic, PARTITIONS, Map.of("retention.ms", "-1"));
    }
  }

  private void send(String prefix, List<Sent> records) throws Exception {
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", kafka.bootstrapServers()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      for (Sent record : records) {
        sent.add(
            producer.send(
                new ProducerRecord<>(
                    prefix + record.topic(),
                    record.partition(),
                    record.timestamp(),
                    null,
                    record.value().getBytes(UTF_8))));
      }
      for (Future<RecordMetadata> record : sent) {
        record.get();
      }
    }
  }

  private RunningPipeline start(String prefix, Path savepoint, int parallelism) throws Exception {
    return RunningPipeline.start(
        kafka,
        clickHouse,
        directory.resolve("checkpoints"),
        prefix + RUNS,
        prefix + LOGS,
        prefix + "group",
        savepoint,
        parallelism,
        OPTIONS);
  }

  private void awaitTheLedger() throws Exception {
    RunningPipeline.awaitRollupsOfAllRuns(clickHouse);
    LedgerComparison comparison =
        LedgerComparison.of(
            Ledger.read(KEPT.resolve("ledger.jsonl")),
            new ClickHouseReader(
                clickHouse.httpUrl(), "script_reader", ClickHouse.READER_PASSWORD));
    assertThat(comparison.differences()).as(comparison.table()).isEmpty();
  }

  /**
   * All that the job has said; but not when, not a digest's bytes, which the ledger judges, and not
   * how complete an entry's run was when it told no more than was known.
   */
  private List<String> everyRow() {
    List<String> rows = new ArrayList<>();
    for (String columns :
        List.of(
            "* EXCEPT (ingested_at) FROM script_analytics.runs",
            "* EXCEPT (ingested_at, version) FROM script_analytics.logs",
            "* EXCEPT (digest) FROM script_analytics.run_rollups",
            "* EXCEPT (topic, kafka_offset) FROM script_analytics.dead_letters")) {
      clickHouse.query("SELECT " + columns + " FINAL ORDER BY ALL").lines().forEach(rows::add);
    }
    return rows;
  }

  private void truncateTables() {
    for (String table : List.of("runs", "logs", "run_rollups", "dead_letters")) {
      clickHouse.query("TRUNCATE TABLE script_analytics." + table);
    }
  }
}
