package dev.scriptanalytics.decode;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Iso8601Test {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          2026-11-28T10:15:30Z                        | 2026-11-28T10:15:30Z
          2026-11-28T10:15:30,123Z                    | 2026-11-28T10:15:30.123Z
          2026-11-28 10:15:30,123+0000                | 2026-11-28T10:15:30.123Z
          2026-11-28T10:15:30.123456789012Z           | 2026-11-28T10:15:30.123456Z
          2026-11-28T10:15,5Z                         | 2026-11-28T10:15:30Z
          2026-11-28T10Z                              | 2026-11-28T10:00:00Z
          20261128T101530Z                            | 2026-11-28T10:15:30Z
          20261128T1015Z                              | 2026-11-28T10:15:00Z
          20261128T101530.5+0530                      | 2026-11-28T04:45:30.5Z
          2026-332T10:15:30Z                          | 2026-11-28T10:15:30Z
          2026332T101530Z                             | 2026-11-28T10:15:30Z
          2026-W48-6T10:15:30Z                        | 2026-11-28T10:15:30Z
          2026W486T101530Z                            | 2026-11-28T10:15:30Z
          2026-W53-7T00:00:00Z                        | 2027-01-03T00:00:00Z
          2026-11-28T24:00:00Z                        | 2026-11-29T00:00:00Z
          2016-12-31T23:59:60Z                        | 2017-01-01T00:00:00Z
          2016-12-31T23:59:60.5Z                      | 2017-01-01T00:00:00.5Z
          2026-11-28 10:15:30 UTC                     | 2026-11-28T10:15:30Z
          2026-11-28 10:15:30 GMT                     | 2026-11-28T10:15:30Z
          2026-11-28 10:15:30 +0100                   | 2026-11-28T09:15:30Z
          2026-11-28 10:15:30 +01                     | 2026-11-28T09:15:30Z
          2026-11-28t10:15:30z                        | 2026-11-28T10:15:30Z
          2026-11-28T10:15:30+00:00[UTC]              | 2026-11-28T10:15:30Z
          2026-11-28T10:15:30+01:00[Europe/Berlin]    | 2026-11-28T09:15:30Z
          2026-11-28T10:15:30[Europe/Berlin]          | 2026-11-28T09:15:30Z
          2026-07-28T10:15:30[!Europe/Berlin][u-ca=iso8601] | 2026-07-28T08:15:30Z
          '  2026-11-28T10:15:30Z  '                  | 2026-11-28T10:15:30Z
          +12026-11-28T10:15:30Z                      | +12026-11-28T10:15:30Z
          1969-12-31T23:59:59.9999999Z                | 1969-12-31T23:59:59.999999Z
          """)
  void readsATime(String text, Instant expected) {
    assertThat(Iso8601.parseMicros(text, null)).isEqualTo(micros(expected));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "2026-11-28",
        "yesterday",
        "2026-11-28T10:15:30",
        "2026-11-31T10:15:30Z",
        "2026-02-29T10:15:30Z",
        "2026-366T10:15:30Z",
        "2026-W54-1T10:15:30Z",
        "2025-W53-1T10:15:30Z",
        "2026-11-28T24:00:01Z",
        "2026-11-28T24:00:00.1Z",
        "2026-11-28T25:00:00Z",
        "2026-11-28T10:60:00Z",
        "2026-11-28T10:15:61Z",
        "2026-11-28T10:15:30+19:00",
        "2026-11-28T10:15:30[Mars/Olympus]",
        "2026-11-28T10:15:30.Z",
        "+99999999999-11-28T10:15:30Z",
        "+9999999999-01-01T00:00:00Z",
        "Sat, 28 Nov 2026 10:15:30 GMT"
      })
  void refusesWhatIsNoTime(String text) {
    assertThat(Iso8601.parseMicros(text, null)).isEqualTo(EventTime.INVALID);
  }

  @ParameterizedTest
  @ValueSource(strings = {"2026-11-28 10:15:30,5Z", "2026-11-28T10:15:30.5Z"})
  void isReadWhereverATimeIs(String text) {
    byte[] bytes = text.getBytes(UTF_8);

    assertThat(EventTime.parseMicros(bytes, 0, bytes.length, null))
        .isEqualTo(micros(Instant.parse("2026-11-28T10:15:30.5Z")));
  }

  @ParameterizedTest
  @CsvSource({
    "2026-11-28T10:15:30, Europe/Berlin, 2026-11-28T09:15:30Z",
    "2026-07-28 10:15:30.5, Europe/Berlin, 2026-07-28T08:15:30.5Z",
    "20260728T101530, +05:30, 2026-07-28T04:45:30Z",
    "2026-11-28T10:15:30Z, Europe/Berlin, 2026-11-28T10:15:30Z",
    "2026-11-28T10:15:30[Asia/Tokyo], Europe/Berlin, 2026-11-28T01:15:30Z"
  })
  void aTimeWithoutAZoneHasTheDefaultOne(String text, String zone, Instant expected) {
    assertThat(Iso8601.parseMicros(text, ZoneId.of(zone))).isEqualTo(micros(expected));
  }

  @Test
  void aLongTextIsNoTime() {
    byte[] bytes = ("2026-11-28T10:15:30." + "0".repeat(1_000_000) + "Z").getBytes(UTF_8);

    assertThat(EventTime.parseMicros(bytes, 0, bytes.length, null)).isEqualTo(EventTime.INVALID);
  }

  private static long micros(Instant instant) {
    return Math.addExact(
        Math.multiplyExact(instant.getEpochSecond(), 1_000_000L), instant.getNano() / 1000);
  }
}
