package dev.scriptanalytics.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import com.tdunning.math.stats.Centroid;
import com.tdunning.math.stats.MergingDigest;
import dev.scriptanalytics.event.Script;
import dev.scriptanalytics.rollup.RollupRow;
import dev.scriptanalytics.rollup.RollupRowSerializer;
import dev.scriptanalytics.testkit.junit.ClickHouseExtension;
import dev.scriptanalytics.testkit.junit.Log;
import dev.scriptanalytics.testkit.process.Ports;
import dev.scriptanalytics.testkit.process.Waiting;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.flink.util.FlinkRuntimeException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Runs in a time zone with an offset of half an hour and daylight saving time. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class RollupSinkIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final float[] NO_MEANS = {};
  private static final long[] NO_WEIGHTS = {};

  /** A minute in the hour that the clocks of St. John's skipped. */
  private static final long MINUTE = Instant.parse("2026-03-08T05:45:00Z").getEpochSecond();

  private static final long HOUR = Instant.parse("2026-03-08T06:00:00Z").getEpochSecond();

  // Without a TTL, since the dates below grow old.
  @RegisterExtension
  static final ClickHouseExtension clickHouse =
      new ClickHouseExtension()
          .withSchema()
          .withStatement("ALTER TABLE script_analytics.run_rollups REMOVE TTL");

  private static TimeZones zone;

  @BeforeAll
  static void changeTimeZone() {
    zone = new TimeZones("America/St_Johns");
  }

  @AfterAll
  static void restoreTimeZone() {
    zone.close();
  }

  @BeforeEach
  void emptyTable() {
    clickHouse.query("TRUNCATE TABLE script_analytics.run_rollups");
  }

  @Test
  void writesEveryColumn() throws Exception {
    write(
        new RollupRow(
            Script.of("acme", "Qbalance"),
            MINUTE,
            -1,
            "",
            HOUR,
            new RollupRow.Counts(MINUTE, MINUTE, 6, -2, 5, 1, 10.25, 0.125, 9.5),
            new float[] {0.125f, 1.5f, 9.5f},
            new long[] {1, 3, 1}));

    assertThat(
            select(
                "account, script, toString(minute), deployment_version, toString(arrival), facts,"
                    + " seen, succeeded, failed, response_time_sum, response_time_min,"
                    + " response_time_max, finalizeAggregation(digest)"))
        .isEqualTo(
            "acme\tQbalance\t2026-03-08 05:45:00\t4294967295\t2026-03-08 06:00:00\t6\t-2\t5\t1"
                + "\t10.25\t0.125\t9.5\t[9.5,9.5]");
  }

  @Test
  void writesNamesAsTheyAre() throws Exception {
    List<String> names =
        List.of(
            "it's",
            "\"x\"",
            "\\",
            "\\'",
            "a\nb\tc\r",
            "nul\0nul",
            "😀 é \u2028",
            "?",
            "{x:Int8}",
            "';--",
            "`",
            "${A}");
    write(names.stream().map(name -> countsOf(name, 1)).toArray(RollupRow[]::new));

    assertThat(
            names.stream()
                .map(
                    name ->
                        clickHouse
                            .http()
                            .queryAs(
                                "default",
                                "",
                                "SELECT account = unhex({hex:String}) FROM"
                                    + " script_analytics.run_rollups WHERE script ="
                                    + " unhex({hex:String})",
                                Map.of("param_hex", hex(name)))))
        .containsOnly("1");
    assertThat(select("count()")).isEqualTo(Integer.toString(names.size()));
  }

  @Test
  void writesNullWhereNoResponseTimeIsKnown() throws Exception {
    write(countsOf("Qbalance", 3));

    assertThat(
            select(
                "facts, response_time_min, response_time_max, quantilesTDigestWeightedMerge(0.9,"
                    + " 0.99)(digest) OVER ()"))
        .isEqualTo("3\t\\N\t\\N\t[nan,nan]");
  }

  @Test
  void mergesDigestsToTheRightQuantiles() throws Exception {
    Random random = new Random(7);
    List<Double> all = new ArrayList<>();
    List<RollupRow> rows = new ArrayList<>();
    for (int cell = 0; cell < 300; cell++) {
      MergingDigest digest = new MergingDigest(160);
      int count = 1 + random.nextInt(2000);
      for (int i = 0; i < count; i++) {
        double time = Math.exp(4 + random.nextGaussian());
        all.add(time);
        digest.add(time);
      }
      rows.add(rowOf(MINUTE + 60L * cell, digest));
    }
    write(rows.toArray(RollupRow[]::new));

    double[] sorted = all.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    double[] quantiles =
        Arrays.stream(
                clickHouse
                    .query(
                        "SELECT arrayJoin(quantilesTDigestWeightedMerge(0.9, 0.99)(digest)) FROM"
                            + " script_analytics.run_rollups FINAL")
                    .split("\n", -1))
            .mapToDouble(Double::parseDouble)
            .toArray();
    assertThat(rank(sorted, quantiles[0])).isCloseTo(0.9, within(0.005));
    assertThat(rank(sorted, quantiles[1])).isCloseTo(0.99, within(0.005));
  }

  @Test
  void letsTheFullerRowWinWhateverTheOrder() throws Exception {
    write(countsOf("Qbalance", 2));
    write(countsOf("Qbalance", 5), countsOf("Qbalance", 4));
    write(countsOf("Qbalance", 3));

    assertThat(clickHouse.query("SELECT facts FROM script_analytics.run_rollups FINAL"))
        .isEqualTo("5");
  }

  @Test
  void writesManyFullRows() throws Exception {
    float[] means = new float[256];
    long[] weights = new long[256];
    Arrays.setAll(weights, i -> i + 1L);
    for (int i = 0; i < means.length; i++) {
      means[i] = (float) Math.exp(i / 20.0) / 3;
    }
    RollupRow[] rows = new RollupRow[10_000];
    for (int i = 0; i < rows.length; i++) {
      rows[i] =
          new RollupRow(
              Script.of("acme", "s" + i),
              MINUTE,
              1,
              "",
              HOUR,
              new RollupRow.Counts(MINUTE, MINUTE, 1, 1, 1, 0, 1, 1, 1),
              means,
              weights);
    }
    write(rows);

    assertThat(select("uniqExact(script), sum(response_times)"))
        .isEqualTo("10000\t" + 10_000L * 256 * 257 / 2);
  }

  @Test
  void flushesWhatHasWaitedForTheIntervalAndEverythingAtTheEnd() throws Exception {
    try (WriterHarness<RollupRow> writer = writer()) {
      writer.write(countsOf("a", 1));
      writer.passTime(999);
      assertThat(writer.gauge(InsertRetries.ROWS_IN_FLIGHT).getValue()).isEqualTo(0);
      writer.passTime(1);
      awaitTrue(() -> stored() == 1);
      writer.write(countsOf("b", 1));
      writer.endInput();
      assertThat(select("count()")).isEqualTo("2");
      assertThat(writer.counter("numRecordsSend").getCount()).isEqualTo(2);
    }
  }

  @Test
  void asksNothingOfTheServerWhenThereAreNoRows() throws Exception {
    try (WriterHarness<RollupRow> writer =
        writer("--clickhouse.url=http://127.0.0.1:" + Ports.free())) {
      writer.checkpoint();
      writer.passTime(10_000);
      writer.endInput();
    }
  }

  @Test
  void losesNothingWhenTheServerIsKilledAndStartedAgain() throws Exception {
    try (WriterHarness<RollupRow> writer = writer("--sink.batch-rows=50");
        Log log = new Log(InsertRetries.class)) {
      CompletableFuture<Void> outage =
          CompletableFuture.runAsync(
              () -> {
                awaitTrue(() -> stored() > 500);
                clickHouse.server().kill();
                awaitTrue(() -> writer.counter(InsertRetries.RETRIES).getCount() >= 2);
                clickHouse.server().restart();
              });
      int n = 0;
      while (!outage.isDone()) {
        writer.write(countsOf("s" + n++, 1));
      }
      outage.join();
      writer.checkpoint();

      assertThat(stored()).isEqualTo(n);
      assertThat(clickHouse.query("SELECT count() FROM script_analytics.run_rollups FINAL"))
          .isEqualTo(Integer.toString(n));
      assertThat(log.lines())
          .extracting(line -> line.split(" ", 2)[0])
          .containsExactly("WARN", "INFO");
    }
  }

  @Test
  void waitsForAServerThatIsFrozen() throws Exception {
    try (WriterHarness<RollupRow> writer = writer("--clickhouse.socket_timeout=300")) {
      writer.write(countsOf("Qbalance", 1));
      Signals.freeze(clickHouse.server());
      CompletableFuture<Void> thaw =
          CompletableFuture.runAsync(
              () -> {
                awaitTrue(() -> writer.counter(InsertRetries.RETRIES).getCount() >= 2);
                Signals.thaw(clickHouse.server());
              });
      writer.checkpoint();

      assertThat(thaw).isDone();
      assertThat(clickHouse.query("SELECT count() FROM script_analytics.run_rollups FINAL"))
          .isEqualTo("1");
    }
  }

  @Test
  void startsWhileTheServerIsAwayAndWaitsForIt() throws Exception {
    clickHouse.server().stop();
    try (WriterHarness<RollupRow> writer = writer()) {
      CompletableFuture<Void> start =
          CompletableFuture.runAsync(
              () -> {
                awaitTrue(() -> writer.counter(InsertRetries.RETRIES).getCount() >= 2);
                clickHouse.server().restart();
              });
      writer.write(countsOf("Qbalance", 1));
      writer.checkpoint();
      start.join();
      assertThat(select("script")).isEqualTo("Qbalance");
    }
  }

  @Test
  void letsItselfBeCancelledWhileTheServerIsAway() throws Exception {
    Thread task = Thread.currentThread();
    try (WriterHarness<RollupRow> writer =
        writer(
            "--clickhouse.url=http://127.0.0.1:" + Ports.free(),
            "--sink.retry-backoff-initial=1 min",
            "--sink.retry-backoff-max=2 min")) {
      writer.write(countsOf("Qbalance", 1));
      CompletableFuture<Void> cancel =
          CompletableFuture.runAsync(
              () -> {
                awaitTrue(() -> writer.counter(InsertRetries.RETRIES).getCount() == 1);
                task.interrupt();
              });
      assertThatExceptionOfType(InterruptedException.class).isThrownBy(writer::checkpoint);
      cancel.join();
    }
  }

  @Test
  void failsAtOnceAndSaysWhyWhenTheTableIsNotThere() throws Exception {
    clickHouse.query("RENAME TABLE script_analytics.run_rollups TO script_analytics.hidden");
    try (WriterHarness<RollupRow> writer = writer()) {
      writer.write(countsOf("Qbalance", 1));
      assertThatExceptionOfType(FlinkRuntimeException.class)
          .isThrownBy(writer::checkpoint)
          .havingCause()
          .withMessageStartingWith("ClickHouse refuses 1 rows for table run_rollups")
          .withMessageContaining("Code: 60.");
      assertThat(writer.counter(InsertRetries.RETRIES).getCount()).isZero();
    } finally {
      clickHouse.query("RENAME TABLE script_analytics.hidden TO script_analytics.run_rollups");
    }
  }

  private static void write(RollupRow... rows) throws Exception {
    try (WriterHarness<RollupRow> writer = writer()) {
      for (RollupRow row : rows) {
        writer.write(row);
      }
      writer.checkpoint();
    }
  }

  private static WriterHarness<RollupRow> writer(String... arguments) throws Exception {
    var configuration = Settings.ofWriter(clickHouse.httpUrl().toString(), arguments);
    return new WriterHarness<>(
        RollupSink.ofMinutes(ClickHouseConnection.of(configuration), Batching.of(configuration)),
        RollupRowSerializer.TYPE);
  }

  /** A row of failures only. */
  private static RollupRow countsOf(String name, long failed) {
    return new RollupRow(
        Script.of(name, name),
        MINUTE,
        3,
        "",
        HOUR,
        new RollupRow.Counts(MINUTE, MINUTE, failed, 0, 0, failed, 0, Double.NaN, Double.NaN),
        NO_MEANS,
        NO_WEIGHTS);
  }

  private static RollupRow rowOf(long minute, MergingDigest digest) {
    List<Centroid> centroids = List.copyOf(digest.centroids());
    float[] means = new float[centroids.size()];
    long[] weights = new long[means.length];
    for (int i = 0; i < means.length; i++) {
      means[i] = (float) centroids.get(i).mean();
      weights[i] = centroids.get(i).count();
    }
    return new RollupRow(
        Script.of("acme", "Qbalance"),
        minute,
        3,
        "",
        HOUR,
        new RollupRow.Counts(
            minute,
            minute,
            digest.size(),
            0,
            digest.size(),
            0,
            1,
            digest.getMin(),
            digest.getMax()),
        means,
        weights);
  }

  private static double rank(double[] sorted, double value) {
    return Arrays.stream(sorted).filter(other -> other <= value).count() / (double) sorted.length;
  }

  private static String select(String columns) {
    return clickHouse.query("SELECT " + columns + " FROM script_analytics.run_rollups");
  }

  private static String hex(String text) {
    return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The number of scripts in the table; -1 while the server is away. */
  private static long stored() {
    try {
      return Long.parseLong(select("uniqExact(script)"));
    } catch (RuntimeException away) {
      return -1;
    }
  }

  private static void awaitTrue(BooleanSupplier condition) {
    if (!Waiting.until(PATIENCE, condition)) {
      throw new AssertionError("did not happen in " + PATIENCE);
    }
  }
}
