package dev.scriptanalytics.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.scriptanalytics.row.RowBinaryBuffer;
import dev.scriptanalytics.testkit.junit.ClickHouseExtension;
import dev.scriptanalytics.testkit.junit.Log;
import dev.scriptanalytics.testkit.process.Ports;
import dev.scriptanalytics.testkit.process.Waiting;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.util.FlinkRuntimeException;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(value = 3, unit = TimeUnit.MINUTES)
class RowBinarySinkIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String SECRET = "tr0ub4dor";

  @RegisterExtension
  static final ClickHouseExtension clickHouse =
      new ClickHouseExtension()
          .withUsers(
              """
        <clickhouse>
          <users>
            <guarded>
              <password>%s</password><networks><ip>127.0.0.1</ip></networks>
              <profile>default</profile><quota>default</quota>
              <grants><query>GRANT INSERT ON script_analytics.numbers</query></grants>
            </guarded>
          </users>
        </clickhouse>
        """
                  .formatted(SECRET))
          .withStatement("CREATE DATABASE script_analytics ENGINE = Atomic");

  @TempDir Path directory;

  @BeforeEach
  void createTable() {
    clickHouse.query("DROP TABLE IF EXISTS script_analytics.numbers");
    clickHouse.query(
        "CREATE TABLE script_analytics.numbers (n UInt64, `a``b\\\\c` String, at DateTime DEFAULT"
            + " now()) ENGINE = ReplacingMergeTree ORDER BY n");
  }

  @Test
  void writesTextsByteByByte() throws Exception {
    String text = "it's \"quoted\" \\ `b`\n\r\t\0 ?{x} 😀 \u2028 é";
    try (WriterHarness<byte[]> writer = writer()) {
      writer.write(row(1, text.getBytes(StandardCharsets.UTF_8)));
      writer.write(row(2, new byte[] {(byte) 0xff, 0, (byte) 0xfe}));
      writer.write(row(3, new byte[0]));
      writer.checkpoint();
    }

    assertThat(
            clickHouse.query(
                "SELECT lower(hex(`a``b\\\\c`)) FROM numbers_in_order()"
                    .replace("numbers_in_order()", "script_analytics.numbers ORDER BY n")))
        .isEqualTo(HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8)) + "\nff00fe\n");
  }

  @Test
  void sendsABatchAsSoonAsItHasItsRows() throws Exception {
    try (WriterHarness<byte[]> writer = writer("--sink.batch-rows=10")) {
      writeNumbers(writer, 0, 10);
      assertThat(becomesTrue(() -> stored() == 10)).isTrue();
    }
  }

  @Test
  void sendsABatchAsSoonAsItHasItsBytes() throws Exception {
    try (WriterHarness<byte[]> writer = writer("--sink.batch-bytes=10 kb")) {
      writer.write(row(1, new byte[6 * 1024]));
      writer.write(row(2, new byte[6 * 1024]));
      assertThat(becomesTrue(() -> stored() == 1)).isTrue();
      writer.checkpoint();
      assertThat(stored()).isEqualTo(2);
    }
  }

  @Test
  void sendsARowThatIsLargerThanABatchAlone() throws Exception {
    try (WriterHarness<byte[]> writer = writer("--sink.batch-bytes=10 kb")) {
      writer.write(row(1, new byte[10]));
      writer.write(row(2, new byte[40 << 20]));
      writer.write(row(3, new byte[10]));
      writer.checkpoint();
    }

    assertThat(clickHouse.query("SELECT sum(length(`a``b\\\\c`)) FROM script_analytics.numbers"))
        .isEqualTo(Integer.toString(20 + (40 << 20)));
    assertThat(
            clickHouse.query(
                "SELECT count() FROM system.parts WHERE table = 'numbers' AND level = 0 AND"
                    + " database = 'script_analytics'"))
        .isEqualTo("3");
  }

  @Test
  void sendsWhatHasWaitedForTheInterval() throws Exception {
    try (WriterHarness<byte[]> writer = writer("--sink.batch-interval=1 s")) {
      writeNumbers(writer, 0, 3);
      writer.passTime(999);
      assertThat(writer.gauge(InsertRetries.ROWS_IN_FLIGHT).getValue()).isEqualTo(0);
      writer.passTime(1);
      assertThat(becomesTrue(() -> stored() == 3)).isTrue();
    }
  }

  @Test
  void awaitsEveryRowAtACheckpointAndAtTheEndOfInput() throws Exception {
    try (WriterHarness<byte[]> writer = writer("--sink.batch-rows=1000")) {
      writeNumbers(writer, 0, 12_345);
      writer.checkpoint();
      assertThat(stored()).isEqualTo(12_345);
      writeNumbers(writer, 12_345, 54_321);
      writer.endInput();
      assertThat(stored()).isEqualTo(54_321);

      assertThat(writer.counter("numRecordsSend").getCount()).isEqualTo(54_321);
      assertThat(writer.counter("numBytesSend").getCount()).isGreaterThan(54_321 * 9L);
      assertThat(writer.counter(InsertRetries.RETRIES).getCount()).isZero();
      assertThat(writer.histogram(InsertRetries.INSERT_MILLIS).getCount()).isEqualTo(55);
    }
    assertThat(sum()).isEqualTo(54_321L * 54_320 / 2);
  }

  @Test
  void asksNothingOfTheServerWhenThereAreNoRows() throws Exception {
    try (WriterHarness<byte[]> writer =
        writer("--clickhouse.url=http://127.0.0.1:" + Ports.free())) {
      writer.checkpoint();
      writer.passTime(10_000);
      writer.endInput();
    }
  }

  @Test
  void losesNothingWhenTheServerIsKilledAndStartedAgain() throws Exception {
    try (WriterHarness<byte[]> writer = writer("--sink.batch-rows=500");
        Log log = new Log(InsertRetries.class)) {
      CompletableFuture<Void> outage =
          CompletableFuture.runAsync(
              () -> {
                awaitTrue(() -> stored() > 5_000);
                clickHouse.server().kill();
                awaitTrue(() -> writer.counter(InsertRetries.RETRIES).getCount() >= 2);
                clickHouse.server().restart();
              });
      int n = 0;
      while (!outage.isDone()) {
        writeNumbers(writer, n, n + 100);
        n += 100;
      }
      outage.join();
      writer.checkpoint();

      assertThat(stored()).isEqualTo(n);
      assertThat(sum()).isEqualTo((long) n * (n - 1) / 2);
      assertThat(log.lines()).hasSize(2);
      assertThat(log.lines().get(0))
          .startsWith("WARN ClickHouse does not take 500 rows for table numbers at http://")
          .contains("Trying again for 10 min; nothing is lost");
      assertThat(log.lines().get(1)).startsWith("INFO ClickHouse takes rows for table numbers");
    }
  }

  @Test
  void waitsAtTheCheckpointForAServerThatIsFrozen() throws Exception {
    try (WriterHarness<byte[]> writer = writer("--clickhouse.socket_timeout=300")) {
      writeNumbers(writer, 0, 1000);
      Signals.freeze(clickHouse.server());
      CompletableFuture<Void> thaw =
          CompletableFuture.runAsync(
              () -> {
                try {
                  awaitTrue(() -> writer.counter(InsertRetries.RETRIES).getCount() >= 2);
                } finally {
                  Signals.thaw(clickHouse.server());
                }
              });
      writer.checkpoint();

      assertThat(writer.counter(InsertRetries.RETRIES).getCount()).isGreaterThanOrEqualTo(2);
      thaw.join();
      assertThat(sum()).isEqualTo(1000L * 999 / 2);
      assertThat(clickHouse.query("SELECT count() FROM script_analytics.numbers FINAL"))
          .isEqualTo("1000");
    }
  }

  @Test
  void closesAtOnceWhileTheServerIsFrozen() throws Exception {
    // A close that waited for the answer would exceed the time limit of this class.
    WriterHarness<byte[]> writer =
        writer("--sink.batch-rows=1", "--clickhouse.socket_timeout=600000");
    Signals.freeze(clickHouse.server());
    try {
      writer.write(row(1, new byte[1]));
      assertThat(becomesTrue(() -> writer.gauge(InsertRetries.ROWS_IN_FLIGHT).getValue().equals(1)))
          .isTrue();
      writer.close();
    } finally {
      Signals.thaw(clickHouse.server());
    }
  }

  @Test
  void closesAtOnceWhileItWaitsToTryAgain() throws Exception {
    WriterHarness<byte[]> writer =
        writer(
            "--clickhouse.url=http://127.0.0.1:" + Ports.free(),
            "--sink.batch-rows=1",
            "--sink.retry-backoff-initial=1 min",
            "--sink.retry-backoff-max=2 min");
    writer.write(row(1, new byte[1]));
    assertThat(becomesTrue(() -> writer.counter(InsertRetries.RETRIES).getCount() == 1)).isTrue();
    writer.close();
    assertThat(becomesTrue(() -> writer.gauge(InsertRetries.ROWS_IN_FLIGHT).getValue().equals(0)))
        .isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "no_such_table | n     | Code: 60.",
        "numbers       | m     | Code: 16.",
        "numbers       | n,at  | Code: 33."
      })
  void failsAtOnceAndSaysWhyWhenTheRowsCanNeverBeTaken(String table, String columns, String words)
      throws Exception {
    try (WriterHarness<byte[]> writer =
        new WriterHarness<>(
            RowBinarySink.of(connection(), table, List.of(columns.split(",", -1)), batching()),
            PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO)) {
      writer.write(new byte[8]);
      assertThatExceptionOfType(FlinkRuntimeException.class)
          .isThrownBy(writer::checkpoint)
          .havingCause()
          .withMessageStartingWith(
              "ClickHouse refuses 1 rows for table %s at %s/script_analytics as default, and would"
                      .formatted(table, clickHouse.httpUrl())
                  + " again: ")
          .withMessageContaining(words);
      assertThat(writer.counter(InsertRetries.RETRIES).getCount()).isZero();
    }
  }

  @Test
  void failsWhenTheServerStaysAwayForTooLong() throws Exception {
    try (WriterHarness<byte[]> writer =
        writer(
            "--clickhouse.url=http://127.0.0.1:" + Ports.free(), "--sink.retry-timeout=500 ms")) {
      writeNumbers(writer, 0, 7);
      assertThatExceptionOfType(FlinkRuntimeException.class)
          .isThrownBy(writer::checkpoint)
          .havingCause()
          .withMessageStartingWith("ClickHouse has not taken 7 rows for table numbers")
          .withMessageContaining("(sink.retry-timeout)")
          .withMessageContaining("Connection refused");
      assertThat(writer.counter(InsertRetries.RETRIES).getCount()).isPositive();
    }
  }

  @Test
  void takesTheNewPasswordWhenItsFileChanges() throws Exception {
    Path file = Files.writeString(directory.resolve("password"), "old\n");
    try (WriterHarness<byte[]> writer =
            writer("--clickhouse.username=guarded", "--clickhouse.password-file=" + file);
        Log log = new Log(InsertRetries.class)) {
      writeNumbers(writer, 0, 5);
      CompletableFuture<Void> rotation =
          CompletableFuture.runAsync(
              () -> {
                awaitTrue(() -> writer.counter(InsertRetries.RETRIES).getCount() >= 1);
                write(file, SECRET + "\n");
              });
      writer.checkpoint();

      rotation.join();
      assertThat(stored()).isEqualTo(5);
      assertThat(log.lines()).noneMatch(line -> line.contains(SECRET));
    }
  }

  @Test
  void doesNotCarryTheContentOfAPasswordFileAndNeverShowsAPassword() throws IOException {
    Path file = Files.writeString(directory.resolve("secret"), SECRET);
    Path properties =
        Files.writeString(directory.resolve("job.properties"), "clickhouse.password=" + SECRET);

    assertThat(serialized(connection("--clickhouse.password-file=" + file))).doesNotContain(SECRET);
    assertThat(connection("--config", properties.toString()).toString())
        .isEqualTo(clickHouse.httpUrl() + "/script_analytics as default");
  }

  private static WriterHarness<byte[]> writer(String... arguments) throws Exception {
    return new WriterHarness<>(
        RowBinarySink.of(
            connection(arguments), "numbers", List.of("n", "a`b\\c"), batching(arguments)),
        PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO);
  }

  private static ClickHouseConnection connection(String... arguments) {
    return ClickHouseConnection.of(Settings.of(clickHouse.httpUrl().toString(), arguments));
  }

  private static Batching batching(String... arguments) {
    return Batching.of(Settings.of(clickHouse.httpUrl().toString(), arguments));
  }

  private static void writeNumbers(WriterHarness<byte[]> writer, int from, int to)
      throws Exception {
    for (int n = from; n < to; n++) {
      writer.write(row(n, "x".getBytes(StandardCharsets.UTF_8)));
    }
  }

  private static byte[] row(long number, byte[] text) {
    RowBinaryBuffer row = new RowBinaryBuffer();
    row.int64(number);
    row.string(text);
    return row.copy();
  }

  /** The number of rows in the table; -1 while the server is away. */
  private static long stored() {
    try {
      return Long.parseLong(clickHouse.query("SELECT uniqExact(n) FROM script_analytics.numbers"));
    } catch (RuntimeException away) {
      return -1;
    }
  }

  private static long sum() {
    return Long.parseLong(clickHouse.query("SELECT sum(n) FROM script_analytics.numbers FINAL"));
  }

  private static boolean becomesTrue(BooleanSupplier condition) {
    return Waiting.until(PATIENCE, condition);
  }

  private static void awaitTrue(BooleanSupplier condition) {
    if (!becomesTrue(condition)) {
      throw new AssertionError("did not happen in " + PATIENCE);
    }
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String serialized(ClickHouseConnection connection) throws IOException {
    return new String(InstantiationUtil.serializeObject(connection), StandardCharsets.ISO_8859_1);
  }
}
