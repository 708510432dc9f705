package dev.scriptanalytics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.scriptanalytics.testkit.clickhouse.ClickHouseHttp;
import dev.scriptanalytics.testkit.clickhouse.ClickHouseProgram;
import dev.scriptanalytics.testkit.junit.ClickHouseExtension;
import dev.scriptanalytics.testkit.junit.KafkaExtension;
import dev.scriptanalytics.testkit.ledger.ClickHouseReader;
import dev.scriptanalytics.testkit.ledger.Ledger;
import dev.scriptanalytics.testkit.ledger.LedgerComparison;
import dev.scriptanalytics.testkit.process.Repository;
import dev.scriptanalytics.testkit.sample.Delivery;
import dev.scriptanalytics.testkit.sample.RunGenerator;
import dev.scriptanalytics.testkit.sample.Sample;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The rollups of a day, rebuilt from raw rows by {@code deploy/clickhouse/rebuild-rollups.sql}. */
class RebuiltRollupsIT {
  private static final Path SQL = Repository.path("deploy/clickhouse/rebuild-rollups.sql");
  private static final String TOPIC = "runs";
  private static final int RUNS = 20_000;

  // Past days that are within every retention.
  private final Instant morning =
      Instant.now().truncatedTo(ChronoUnit.DAYS).minus(Duration.ofHours(48 - 9));
  private final LocalDate day = LocalDate.ofInstant(morning, ZoneOffset.UTC);

  @RegisterExtension final KafkaExtension kafka = new KafkaExtension();

  @RegisterExtension final ClickHouseExtension clickHouse = new ClickHouseExtension().withSchema();

  @TempDir private Path checkpoints;
  private RunningPipeline job;

  @BeforeEach
  void start() throws Exception {
    // Records keep the timestamps of the test, so that runs arrive on the day itself.
    kafka.createTopic(TOPIC, 1, Map.of());
    job =
        RunningPipeline.between(kafka.bootstrapServers(), clickHouse.httpUrl(), checkpoints)
            .readingRuns(TOPIC)
            // Events of one run arrive up to six hours apart, and some ends do not tell their
            // start.
            .with("--run.await-start", "1 d")
            .start();
  }

  @AfterEach
  void stop() {
    job.close();
  }

  @Test
  void hasTheSameFiguresAndCountsWhatArrivesLaterBesideThem() throws Exception {
    Sample sample = Sample.of(RunGenerator.ofRunsInAnyOrder(20_261_121, morning, 5_000), RUNS);
    Instant evening = morning.plus(Duration.ofHours(10));
    Instant night = evening.plus(Duration.ofHours(6));
    List<byte[]> records = sample.deliveries().stream().map(Delivery::value).toList();
    int late = records.size() / 10;
    send(evening, records.subList(late, records.size()));
    // A later event lets the cells of that evening leave the job's state.
    send(night, List.of(run("the next day", night)));
    job.awaitEverythingWritten();
    job.awaitRollupsOfAllRuns();
    String seen = rollupsOf("sum(seen), sum(succeeded), sum(failed)");

    clickHouse.query("ALTER TABLE script_analytics.run_rollups DROP PARTITION '" + day + "'");
    assertThat(rollups("count()")).isZero();
    rebuild(day);

    assertThat(rollupsOf("sum(seen), sum(succeeded), sum(failed)")).isEqualTo(seen);
    assertThat(rollups("uniqExact(arrival)")).isOne();
    assertThat(hoursOf("sum(seen), sum(succeeded), sum(failed)")).isEqualTo(seen);
    rebuild(day);
    assertThat(rollupsOf("sum(seen), sum(succeeded), sum(failed)")).isEqualTo(seen);
    assertThat(hoursOf("sum(seen), sum(succeeded), sum(failed)")).isEqualTo(seen);

    // The rest of that day's events, with duplicates and with some that have been counted.
    send(night, records.subList(0, 2 * late));
    job.awaitEverythingWritten();
    job.awaitRollupsOfAllRuns();

    expectTheFiguresOf(sample.ledger());
    assertThat(rollups("uniqExact(arrival)")).isEqualTo(2);
  }

  @Test
  void refusesADayWhoseCellsTheJobMayStillWrite() throws Exception {
    send(Instant.now(), List.of(run("late", morning)));
    job.awaitEverythingWritten();
    job.awaitRollupsOfAllRuns();

    assertThatThrownBy(() -> rebuild(day)).hasMessageContaining("arrived in the last three hours");

    assertThat(rollups("count()")).isOne();
  }

  @Test
  void refusesADayOfWhichRawRowsAreGone() throws Exception {
    send(morning, List.of(run("kept", morning), run("gone", morning)));
    job.awaitEverythingWritten();
    job.awaitRollupsOfAllRuns();
    clickHouse.query("DELETE FROM script_analytics.runs WHERE script = 'gone'");

    assertThatThrownBy(() -> rebuild(day)).hasMessageContaining("only the rollups are left");

    assertThat(rollups("count()")).isEqualTo(2);
  }

  @Test
  void saysThatADayHasNoRunsAndLeavesNothingBehind() {
    clickHouse.query(
        "CREATE TABLE script_analytics.rebuilt_rollups AS script_analytics.run_rollups");

    assertThatThrownBy(() -> rebuild(day)).hasMessageContaining("There are no runs of this day");

    assertThat(clickHouse.query("EXISTS TABLE script_analytics.rebuilt_rollups")).isEqualTo("0");
  }

  private void rebuild(LocalDate of) {
    new ClickHouseHttp(clickHouse.httpUrl()).applySql(SQL, Map.of("param_day", of.toString()));
  }

  private static byte[] run(String script, Instant at) {
    return "{\"run_id\":\"of %s\",\"script\":\"%s\",\"status\":\"ok\",\"started_at\":%d,\"response_time_ms\":5}"
        .formatted(script, script, at.toEpochMilli())
        .getBytes(UTF_8);
  }

  private void send(Instant arrival, List<byte[]> records) throws Exception {
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", kafka.bootstrapServers()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      for (byte[] record : records) {
        sent.add(
            producer.send(new ProducerRecord<>(TOPIC, 0, arrival.toEpochMilli(), null, record)));
      }
      for (Future<RecordMetadata> record : sent) {
        record.get();
      }
    }
  }

  private long rollups(String expression) {
    return Long.parseLong(rollupsOf(expression));
  }

  private String rollupsOf(String expressions) {
    return clickHouse.query(
        "SELECT %s FROM script_analytics.run_rollups FINAL WHERE toDate(minute) = '%s'"
            .formatted(expressions, day));
  }

  private String hoursOf(String expressions) {
    return clickHouse.query(
        "SELECT %s FROM script_analytics.run_rollups_hourly FINAL WHERE toDate(hour) = '%s'"
            .formatted(expressions, day));
  }

  private void expectTheFiguresOf(Ledger ledger) throws Exception {
    LedgerComparison comparison =
        LedgerComparison.of(
            ledger.scripts(),
            new ClickHouseReader(
                clickHouse.httpUrl(), "script_reader", ClickHouseProgram.READER_PASSWORD));
    assertThat(comparison.differences()).as(comparison.table()).isEmpty();
  }
}
