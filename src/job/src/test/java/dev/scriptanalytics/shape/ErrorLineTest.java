package dev.scriptanalytics.shape;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ErrorLineTest {
  private final ErrorLine line = new ErrorLine();

  @Test
  void isTheFirstLineOfAJavaTrace() {
    assertThat(lineOf("java.lang.Error: no\n\tat a.B.c(B.java:1)\nCaused by: x"))
        .isEqualTo("java.lang.Error: no");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "ERROR :: ", "2025-05-14 06:07 [main] "})
  void isTheOneBelowThePythonFramesWhateverStandsBeforeTheHeader(String prefix) {
    assertThat(
            lineOf(
                prefix
                    + """
                    Traceback (most recent call last):
                      File "/app/main.py", line 1, in <module>
                        run()

                    ValueError: first line
                    of two
                    """))
        .isEqualTo("ValueError: first line");
  }

  @Test
  void isThatOfTheLastOfChainedTracebacks() {
    assertThat(
            lineOf(
                """
                Traceback (most recent call last):
                  File "a.py", line 1, in f
                KeyError: 'a'

                During handling of the above exception, another exception occurred:

                Traceback (most recent call last):
                  File "a.py", line 3, in f
                RuntimeError: no a
                """))
        .isEqualTo("RuntimeError: no a");
  }

  @Test
  void isThatOfTheGroupInAnExceptionGroup() {
    assertThat(
            lineOf(
                """
                  + Exception Group Traceback (most recent call last):
                  |   File "a.py", line 9, in main
                  |     raise ExceptionGroup("two", errors)
                  | ExceptionGroup: two (2 sub-exceptions)
                  +-+---------------- 1 ----------------
                    | Traceback (most recent call last):
                    |   File "a.py", line 3, in part
                    | ValueError: 1
                    +------------------------------------
                """))
        .isEqualTo("ExceptionGroup: two (2 sub-exceptions)");
  }

  @Test
  void isTheOneBelowTheCaretsOfNode() {
    assertThat(
            lineOf(
                """
                /app/main.js:3
                throw new TypeError('bad');
                      ^

                TypeError: bad
                    at Object.<anonymous> (/app/main.js:3:7)
                """))
        .isEqualTo("TypeError: bad");
  }

  @Test
  void isTheFirstLineIfTheTraceNamesNoError() {
    assertThat(lineOf("Traceback (most recent call last):\n  File \"a.py\"\n"))
        .isEqualTo("Traceback (most recent call last):");
    assertThat(lineOf("Traceback (most recent call last):"))
        .isEqualTo("Traceback (most recent call last):");
    assertThat(lineOf("listening on host:80\nready\ngo")).isEqualTo("listening on host:80");
    assertThat(lineOf("host:80\nready\n  ^\n \n")).isEqualTo("host:80");
  }

  @Test
  void isTheMessageAboveATrace() {
    assertThat(lineOf("job failed\nTraceback (most recent call last):\n  x\nValueError: 1"))
        .isEqualTo("job failed");
  }

  private String lineOf(String message) {
    byte[] utf8 = message.getBytes(StandardCharsets.UTF_8);
    line.find(utf8, 0, utf8.length);
    return new String(utf8, line.from(), line.to() - line.from(), StandardCharsets.UTF_8);
  }
}
