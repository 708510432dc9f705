package dev.scriptanalytics.event;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LevelScaleTest {
  @ParameterizedTest
  @CsvSource({
    "PINO, DEBUG, 10 20 29",
    "PINO, INFO, 30 35",
    "PINO, WARNING, 40",
    "PINO, ERROR, 50",
    "PINO, FATAL, 60 69",
    "PINO, , -30 0 4 7 9 70 800",
    "PYTHON, DEBUG, 1 5 10 15",
    "PYTHON, INFO, 20 25",
    "PYTHON, WARNING, 30 35",
    "PYTHON, ERROR, 40",
    "PYTHON, FATAL, 50 60 99",
    "PYTHON, , -10 0 100",
    "OTEL, DEBUG, 1 4 5 8",
    "OTEL, INFO, 9 12",
    "OTEL, WARNING, 13 16",
    "OTEL, ERROR, 17 20",
    "OTEL, FATAL, 21 24",
    "OTEL, , -1 0 25 30",
    "SYSLOG, FATAL, 0 1 2",
    "SYSLOG, ERROR, 3",
    "SYSLOG, WARNING, 4",
    "SYSLOG, INFO, 5 6",
    "SYSLOG, DEBUG, 7",
    "SYSLOG, , -1 8 30",
  })
  void knowsTheNumbersOfItsLibraryAndNoOthers(LevelScale scale, LogLevel level, String numbers) {
    for (String number : numbers.split(" ", -1)) {
      assertThat(scale.levelOf(Long.parseLong(number))).as(number).isEqualTo(level);
      assertThat(scale.levelOf(number)).as(number).isEqualTo(level);
    }
  }

  @ParameterizedTest
  @EnumSource
  void knowsTheLargeNumbersOfLog4jAndLogback(LevelScale scale) {
    assertThat(scale.levelOf(5_000)).isEqualTo(LogLevel.DEBUG);
    assertThat(scale.levelOf(10_000)).isEqualTo(LogLevel.DEBUG);
    assertThat(scale.levelOf(20_000)).isEqualTo(LogLevel.INFO);
    assertThat(scale.levelOf(30_000)).isEqualTo(LogLevel.WARNING);
    assertThat(scale.levelOf("40000")).isEqualTo(LogLevel.ERROR);
    assertThat(scale.levelOf(50_000)).isEqualTo(LogLevel.FATAL);
    assertThat(scale.levelOf(4_999)).isNull();
    assertThat(scale.levelOf(60_000)).isNull();
    assertThat(scale.levelOf(Long.MAX_VALUE)).isNull();
    assertThat(scale.levelOf(Long.MIN_VALUE)).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"50", " 50 ", "50.0", "\u001b[31m50\u001b[39m", "error", " ERROR3\t"})
  void readsATextThatIsANumberOrAWord(String text) {
    assertThat(LevelScale.PINO.levelOf(text)).isEqualTo(LogLevel.ERROR);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        ".",
        "50.",
        ".5",
        "50.5",
        "+50",
        "5 0",
        "50x",
        "5e1",
        "99999999999999999999"
      })
  void readsNoOtherText(String text) {
    assertThat(LevelScale.PINO.levelOf(text)).isNull();
  }
}
