package dev.scriptanalytics.sink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.event.DeadLetter;
import dev.scriptanalytics.event.DeadLetterReason;
import dev.scriptanalytics.event.DeadLetterSerializer;
import dev.scriptanalytics.testkit.junit.ClickHouseExtension;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs in a time zone with an offset of half an hour and daylight saving time. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class DeadLetterSinkIT {
  // Without a TTL, since the dates below grow old.
  @RegisterExtension
  static final ClickHouseExtension clickHouse =
      new ClickHouseExtension()
          .withSchema()
          .withStatement("ALTER TABLE script_analytics.dead_letters REMOVE TTL");

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
    clickHouse.query("TRUNCATE TABLE script_analytics.dead_letters");
  }

  @Test
  void writesEveryColumnAndEveryByte() throws Exception {
    byte[] bytes = new byte[256];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) i;
    }
    String detail = "it's \\ \"said\"\n\0😀 ? {x:Int8}";
    write(
        new DeadLetter(
            "script-runs",
            11,
            1L << 40,
            7,
            arrivedAt("2026-11-20T12:34:56.789Z"),
            "it's \\ acme",
            "{\"a\":\"😀\\n\"}",
            DeadLetterReason.NOT_JSON,
            detail,
            bytes));

    assertThat(
            select(
                "topic, kafka_partition, kafka_offset, item, toString(arrived_at),"
                    + " lower(hex(account)), lower(hex(resource)), reason, lower(hex(detail)), lower(hex(bytes))"))
        .isEqualTo(
            String.join(
                "\t",
                "script-runs",
                "11",
                "1099511627776",
                "7",
                "2026-11-20 12:34:56.789",
                hex("it's \\ acme"),
                hex("{\"a\":\"😀\\n\"}"),
                "not_json",
                hex(detail),
                HexFormat.of().formatHex(bytes)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2026-11-01T04:15:00.001Z", // the hour that comes twice in St. John's
        "2026-11-01T05:15:00.001Z",
        "2026-11-15T05:45:00.999Z",
        "2026-11-20T23:59:59.999Z",
      })
  void writesTheInstantWhateverTheZoneOfTheJvm(String instant) throws Exception {
    write(letter(1, arrivedAt(instant), new byte[0]));

    assertThat(select("toUnixTimestamp64Milli(arrived_at), length(bytes)"))
        .isEqualTo(arrivedAt(instant) + "\t0");
  }

  @Test
  void writesLettersOfTheLargestSizeInSeveralInserts() throws Exception {
    byte[] bytes = new byte[64 * 1024];
    new Random(3).nextBytes(bytes);
    long now = System.currentTimeMillis();
    DeadLetter[] letters = new DeadLetter[300];
    for (int i = 0; i < letters.length; i++) {
      letters[i] = letter(i, now, bytes);
    }
    write(letters);

    assertThat(select("count(), sum(length(bytes)), uniqExact(cityHash64(bytes))"))
        .isEqualTo("300\t" + 300L * bytes.length + "\t1");
  }

  @Test
  void keepsALetterThatIsWrittenTwiceOnce() throws Exception {
    long now = System.currentTimeMillis();
    write(letter(1, now, new byte[1]), letter(2, now, new byte[1]));
    write(letter(2, now, new byte[1]));

    assertThat(clickHouse.query("SELECT count() FROM script_analytics.dead_letters FINAL"))
        .isEqualTo("2");
  }

  @Test
  void keepsTheLettersOfATopicThatIsCreatedAnew() throws Exception {
    long now = System.currentTimeMillis();
    write(letter(0, now - 1, new byte[] {'o'}));
    write(letter(0, now, new byte[] {'n'}));

    clickHouse.query("OPTIMIZE TABLE script_analytics.dead_letters FINAL");
    assertThat(
            clickHouse.query(
                "SELECT arraySort(groupArray(bytes)) FROM script_analytics.dead_letters FINAL"))
        .isEqualTo("['n','o']");
  }

  @Test
  void writesEveryReason() throws Exception {
    long now = System.currentTimeMillis();
    DeadLetterReason[] reasons = DeadLetterReason.values();
    DeadLetter[] letters = new DeadLetter[reasons.length];
    for (int i = 0; i < letters.length; i++) {
      letters[i] = new DeadLetter("t", 0, i, 0, now, "", "", reasons[i], "", new byte[0]);
    }
    write(letters);

    assertThat(select("uniqExact(reason)")).isEqualTo(Integer.toString(reasons.length));
  }

  private static long arrivedAt(String instant) {
    return Instant.parse(instant).toEpochMilli();
  }

  private static DeadLetter letter(long offset, long arrivedAt, byte[] bytes) {
    return new DeadLetter(
        "script-runs",
        0,
        offset,
        0,
        arrivedAt,
        "acme",
        "",
        DeadLetterReason.TOO_LARGE,
        "too large",
        bytes);
  }

  private static String hex(String text) {
    return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
  }

  private static void write(DeadLetter... letters) throws Exception {
    var configuration = Settings.ofWriter(clickHouse.httpUrl().toString());
    try (WriterHarness<DeadLetter> writer =
        new WriterHarness<>(
            DeadLetterSink.of(ClickHouseConnection.of(configuration), Batching.of(configuration)),
            DeadLetterSerializer.TYPE)) {
      for (DeadLetter letter : letters) {
        writer.write(letter);
      }
      writer.checkpoint();
    }
  }

  private static String select(String columns) {
    return clickHouse.query("SELECT " + columns + " FROM script_analytics.dead_letters");
  }
}
