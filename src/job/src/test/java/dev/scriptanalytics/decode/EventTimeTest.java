package dev.scriptanalytics.decode;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventTimeTest {
  @ParameterizedTest
  @CsvSource({
    "2025-05-14T06:07:27.238927Z, 1747202847238927",
    "2025-05-14T06:07:27Z, 1747202847000000",
    "2025-05-14T06:07Z, 1747202820000000",
    "2025-05-14t06:07:27z, 1747202847000000",
    "2025-05-14 06:07:27Z, 1747202847000000",
    "2025-05-14T08:07:27+02:00, 1747202847000000",
    "2025-05-14T08:07:27+0200, 1747202847000000",
    "2025-05-14T08:07:27+02, 1747202847000000",
    "2025-05-14T00:37:27-05:30, 1747202847000000",
    "2025-05-14T06:07:57+00:00:30, 1747202847000000",
    "2025-05-14T06:07:27.1Z, 1747202847100000",
    "2025-05-14T06:07:27.123456789Z, 1747202847123456",
    "2024-02-29T00:00:00Z, 1709164800000000",
    "1970-01-01T00:00:00Z, 0",
    "1969-12-31T23:59:59.9999999Z, -1",
    "-0001-01-01T00:00:00Z, -62198755200000000",
    "+12025-05-14T06:07:27Z, 317316722847000000",
    "1747202847, 1747202847000000",
    "1747202847.5, 1747202847500000",
    "2025, 2025000000",
    "-1, -1000000",
  })
  void readsTimesInText(String text, long micros) {
    assertThat(parse(text)).isEqualTo(micros);
  }

  @ParameterizedTest
  @ValueSource(strings = {" 1747202847", "1747202847000\r\n", "\t2025-05-14T06:07:27Z "})
  void ignoresBlanksAround(String text) {
    byte[] bytes = text.getBytes(UTF_8);

    assertThat(EventTime.parseMicros(bytes, 0, bytes.length, null)).isEqualTo(1747202847000000L);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Z",
        "-",
        "now",
        "2025-05-14",
        "2025-05-14T06:07:27",
        "2025-05-14T06:07:27,5Z",
        "2025-05-14T06:07:27.1234567890Z",
        "2025-05-14T06:07.5Z",
        "2025-05-14T24:00:00Z",
        "2025-05-14T23:59:60Z",
        "2025-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2025-13-01T00:00:00Z",
        "2025-00-01T00:00:00Z",
        "2025-01-00T00:00:00Z",
        "2025-04-31T00:00:00Z",
        "2025-05-14T06:60:00Z",
        "2025-05-14T06:07:27+18:01",
        "2025-05-14T06:07:27+2",
        "2025-05-14T06:07:27+02:0",
        "2025-05-14T06:07:27+02:60",
        "2025-05-14T06:07:27ZZ",
        "2025-05-14T06:07:27Z ",
        " 2025-05-14T06:07:27Z",
        "2025-5-14T06:07:27Z",
        "12025-05-14T06:07:27Z",
        "+2025-05-14T06:07:27Z",
        "-0000-05-14T06:07:27Z",
        "+999999-01-01T00:00:00Z",
        "2025-05-14T06:07:27é",
        "1747202847Z",
        "+1747202847",
        "0x10",
        "NaN",
      })
  void givesInvalidForWhatIsNoTime(String text) {
    assertThat(parse(text)).isEqualTo(EventTime.INVALID);
  }

  @Test
  void agreesWithJavaOnRandomInstantsInEveryShape() {
    Random random = new Random(1);
    for (int i = 0; i < 100_000; i++) {
      OffsetDateTime time = randomTime(random);
      String text = randomlyWritten(random, time);
      OffsetDateTime read =
          DateTimeFormatter.ISO_OFFSET_DATE_TIME.parse(text, OffsetDateTime::from);
      assertMicros(text, parse(text), micros(read));

      String loose = text.replaceFirst("[Tt]", " ").replaceFirst("([+-]\\d\\d):(\\d\\d)$", "$1$2");
      assertMicros(loose, parse(loose), micros(read));
    }
  }

  @Test
  void agreesWithJavaOnEveryDayOfEightCenturies() {
    for (LocalDateTime day = LocalDateTime.of(1600, 1, 1, 0, 0);
        day.getYear() < 2401;
        day = day.plusDays(1)) {
      String text = day + "Z";
      assertMicros(text, parse(text), day.toEpochSecond(ZoneOffset.UTC) * 1_000_000);
    }
  }

  @Test
  void agreesWithJavaOnDamagedText() {
    Random random = new Random(2);
    int valid = 0;
    for (int i = 0; i < 60_000; i++) {
      StringBuilder text = new StringBuilder(randomlyWritten(random, randomTime(random)));
      String spice = "0123456789999-+:.TZtz ,";
      int at = random.nextInt(text.length());
      char some = spice.charAt(random.nextInt(spice.length()));
      switch (random.nextInt(4)) {
        case 0 -> text.setCharAt(at, some);
        case 1 -> text.insert(at, some);
        case 2 -> text.deleteCharAt(at);
        default -> text.setLength(at);
      }
      long expected = read(text.toString());
      valid += expected == EventTime.INVALID ? 0 : 1;
      assertMicros(text.toString(), parse(text.toString()), expected);
    }
    assertThat(valid).isBetween(10_000, 50_000);
  }

  /** By java.time, with what is accepted beyond it. */
  private static long read(String text) {
    if (text.matches("-?(0|[1-9]\\d*)(\\.\\d+)?")) {
      return exactly(text);
    }
    String strict =
        text.replaceFirst("^([+-]?\\d+-..-..) ", "$1T")
            .replaceFirst("(:.*[+-]\\d\\d)(\\d\\d)$", "$1:$2");
    try {
      return micros(DateTimeFormatter.ISO_OFFSET_DATE_TIME.parse(strict, OffsetDateTime::from));
    } catch (DateTimeException e) {
      return EventTime.INVALID;
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "-0, 0",
    "-0.0e10, 0",
    "0e999999999999999999999, 0",
    "1747202847, 1747202847000000",
    "1747202847.238927, 1747202847238927",
    "1747202847.2389279, 1747202847238927",
    "1.747202847238927e9, 1747202847238927",
    "17472028472389.27E-4, 1747202847238927",
    "1747202847238, 1747202847238000",
    "1747202847238.9271, 1747202847238927",
    "1747202847238927, 1747202847238927",
    "1747202847238927.9, 1747202847238927",
    "1747202847123456789, 1747202847123456",
    "99999999999, 99999999999000000",
    "99999999999.9999999, 99999999999999999",
    "100000000000, 100000000000000",
    "99999999999999, 99999999999999000",
    "100000000000000, 100000000000000",
    "99999999999999999, 99999999999999999",
    "100000000000000000, 100000000000000",
    "9223372036854775807, 9223372036854775",
    "-1, -1000000",
    "-0.0000001, -1",
    "-1.0000005, -1000001",
    "-1747202847123456789, -1747202847123457",
    "9223372036854775807999, 9223372036854775807",
    "0.000001, 1",
    "1e-6, 1",
    "1e-7, 0",
    "1e-999999999999999999999, 0",
    "-1e-999999999999999999999, -1",
  })
  void readsNumbersByTheirSize(String number, long micros) {
    assertThat(of(number)).isEqualTo(micros);
    assertThat(parse(number)).isEqualTo(micros);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "9223372036854775808000",
        "-9223372036854775808000",
        "1e22",
        "1e999999999999999999999",
        "",
        "-",
        "01",
        "1.",
        ".5",
        "1e",
        "1e+",
        "+1",
        "1 ",
        "--1",
        "1.5.5",
        "1e5.5",
        "Infinity",
      })
  void givesInvalidForOtherNumbers(String number) {
    assertThat(of(number)).isEqualTo(EventTime.INVALID);
  }

  @Test
  void agreesWithExactArithmeticOnRandomNumbers() {
    Random random = new Random(3);
    for (int i = 0; i < 200_000; i++) {
      StringBuilder number = new StringBuilder(random.nextInt(4) == 0 ? "-" : "");
      number.append(new BigInteger(1 + random.nextInt(75), random));
      if (random.nextBoolean()) {
        number.append('.');
        for (int digits = 1 + random.nextInt(12); digits > 0; digits--) {
          number.append(random.nextInt(3) == 0 ? random.nextInt(10) : 0);
        }
      }
      if (random.nextInt(3) == 0) {
        number.append(List.of("e", "E", "e+", "e-", "E-").get(random.nextInt(5)));
        number.append(random.nextInt(4) == 0 ? "00" : "").append(random.nextInt(25));
      }
      assertMicros(number.toString(), of(number.toString()), exactly(number.toString()));
    }
  }

  @Test
  void allocatesNothing() {
    byte[] text = "2025-05-14T06:07:27.238927+02:00".getBytes(UTF_8);
    byte[] number = "1747202847.238927".getBytes(UTF_8);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long sum = readRepeatedly(text, number);
    long before = threads.getCurrentThreadAllocatedBytes();
    sum += readRepeatedly(text, number);
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;

    assertThat(sum).isPositive();
    assertThat(allocated).isLessThan(READINGS);
  }

  private static final int READINGS = 20_000;

  private static long readRepeatedly(byte[] text, byte[] number) {
    long sum = 0;
    for (int i = 0; i < READINGS; i++) {
      sum += EventTime.parseCommonForms(text, 0, text.length) >>> 20;
      sum += EventTime.microsOf(number, 0, number.length) >>> 20;
    }
    return sum;
  }

  private static long exactly(String number) {
    BigDecimal value = new BigDecimal(number);
    int unit = 6;
    for (int limit : new int[] {11, 14, 17}) {
      if (value.abs().compareTo(BigDecimal.TEN.pow(limit)) >= 0) {
        unit -= 3;
      }
    }
    BigInteger micros =
        value.scaleByPowerOfTen(unit).setScale(0, RoundingMode.FLOOR).toBigIntegerExact();
    return micros.bitLength() < Long.SIZE ? micros.longValueExact() : EventTime.INVALID;
  }

  private static void assertMicros(String text, long actual, long expected) {
    // An assertion of its own for each of so many texts would take most of the time.
    if (actual != expected) {
      assertThat(actual).as(text).isEqualTo(expected);
    }
  }

  private static OffsetDateTime randomTime(Random random) {
    int offset = random.nextInt(2 * 18 * 3600 + 1) - 18 * 3600;
    offset -= random.nextInt(4) == 0 ? 0 : offset % 900;
    long span = random.nextBoolean() ? 4_000_000_000L : 300_000_000_000L;
    long seconds = (long) (random.nextDouble() * span) - (random.nextInt(4) == 0 ? span / 2 : 0);
    int nanos = random.nextInt(1_000_000_000);
    return LocalDateTime.ofEpochSecond(seconds, nanos, ZoneOffset.UTC)
        .atOffset(random.nextInt(3) == 0 ? ZoneOffset.UTC : ZoneOffset.ofTotalSeconds(offset));
  }

  /** In a shape that java.time reads; seconds or a part of the fraction may be left out. */
  private static String randomlyWritten(Random random, OffsetDateTime time) {
    int fraction = random.nextInt(10);
    String pattern = List.of("HH:mm:ss", "HH:mm:ss", "HH:mm").get(random.nextInt(3));
    if (pattern.endsWith("ss") && fraction > 0) {
      pattern += "." + "S".repeat(fraction);
    }
    String offset = List.of("XXXXX", "xxxxx", "XXX").get(random.nextInt(3));
    String text =
        DateTimeFormatter.ISO_LOCAL_DATE.format(time)
            + DateTimeFormatter.ofPattern("'T'" + pattern + offset, Locale.ROOT).format(time);
    return random.nextInt(4) == 0 ? text.toLowerCase(Locale.ROOT) : text;
  }

  private static long micros(OffsetDateTime time) {
    if (Math.abs(time.toEpochSecond()) >= Long.MAX_VALUE / 1_000_000) {
      return EventTime.INVALID;
    }
    return time.toEpochSecond() * 1_000_000 + time.getNano() / 1000;
  }

  /** With digits around it, which must not be read. */
  private static long parse(String text) {
    byte[] bytes = ("1" + text + "1").getBytes(UTF_8);
    return EventTime.parseCommonForms(bytes, 1, bytes.length - 1);
  }

  private static long of(String number) {
    byte[] bytes = ("1" + number + "1").getBytes(UTF_8);
    return EventTime.microsOf(bytes, 1, bytes.length - 1);
  }
}
