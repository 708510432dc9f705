package dev.scriptanalytics.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LogLevelTest {
  @ParameterizedTest
  @CsvSource({
    "STDOUT, stdout",
    "STDERR, stderr",
    "DEBUG, trace debug verbose silly finest finer fine config",
    "DEBUG, trce dbug V D vrb dbg TRACE TRACE2 TRACE4 DEBUG2 DEBUG4 T",
    "INFO, info information notice notset default log http success I inf INFO2 INFO4 informational N",
    "WARNING, warning warn W wrn WARN3",
    "ERROR, error err severe E fail ERROR3",
    "FATAL, fatal critical crit alert emerg emergency panic dpanic F A C assert wtf ftl FATAL4",
  })
  void knowsTheWordsOfAllLoggersInAnyCase(LogLevel level, String words) {
    for (String word : words.split(" ", -1)) {
      assertThat(LogLevel.ofWord(word)).as(word).isEqualTo(level);
      assertThat(LogLevel.ofWord(word.toUpperCase(Locale.ROOT))).as(word).isEqualTo(level);
      assertThat(LogLevel.ofWord(word.toLowerCase(Locale.ROOT))).as(word).isEqualTo(level);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ERROR ",
        "  error",
        "\tError\n",
        "\u001b[31mERROR\u001b[0m",
        "\u001b[1;38;5;9m error \u001b[39;49m",
        " \u001b[31m ERROR\u001b[m "
      })
  void ignoresBlanksAndColoursAroundAWord(String word) {
    assertThat(LogLevel.ofWord(word)).isEqualTo(LogLevel.ERROR);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "informational note", "NOTE", "INFO5", "10", "X", "null"})
  void knowsNoOtherWord(String word) {
    assertThat(LogLevel.ofWord(word)).isNull();
    assertThat(LogLevel.ofPrintedWord(word)).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"f", "E", "log", "Http", "config", "success", "fail", "default", "warn2"})
  void takesWhatMayBeginAnyLineForALevelOnlyWhereOneIsExpected(String word) {
    assertThat(LogLevel.ofPrintedWord(word)).isNull();
    assertThat(LogLevel.ofWord(word)).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"DEBUG", "Info", "WARNING", "error", "CRITICAL", "notice", "stdout"})
  void knowsTheOtherWordsInPrintedLinesToo(String word) {
    assertThat(LogLevel.ofPrintedWord(word)).isNotNull().isEqualTo(LogLevel.ofWord(word));
  }

  @ParameterizedTest
  @CsvSource({
    "1, DEBUG",
    "4, DEBUG",
    "5, DEBUG",
    "8, DEBUG",
    "9, INFO",
    "12, INFO",
    "13, WARNING",
    "16, WARNING",
    "17, ERROR",
    "20, ERROR",
    "21, FATAL",
    "24, FATAL"
  })
  void knowsTheSeverityNumbersOfOpenTelemetry(int number, LogLevel level) {
    assertThat(LogLevel.ofSeverityNumber(number)).isEqualTo(level);
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 25, Integer.MAX_VALUE})
  void knowsNoOtherSeverityNumber(int number) {
    assertThat(LogLevel.ofSeverityNumber(number)).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "10, DEBUG",
    "20, DEBUG",
    "30, INFO",
    "35, INFO",
    "40, WARNING",
    "50, ERROR",
    "60, FATAL"
  })
  void knowsTheNumbersOfPino(int number, LogLevel level) {
    assertThat(LogLevel.ofNumber(number)).isEqualTo(level);
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, -10, 0, 9, 70, 800, Integer.MAX_VALUE})
  void knowsNoOtherNumber(int number) {
    assertThat(LogLevel.ofNumber(number)).isNull();
  }

  @Test
  void neverChangesTheNumbersThatRowsHold() {
    assertThat(LogLevel.values()).extracting(LogLevel::code).containsExactly(1, 2, 3, 4, 5, 6, 7);
  }
}
