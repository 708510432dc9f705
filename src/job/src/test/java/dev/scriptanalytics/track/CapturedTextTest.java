package dev.scriptanalytics.track;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.event.LogLevel;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CapturedTextTest {
  private static final Pattern DEFAULT_FORMAT = Pattern.compile("^([A-Za-z]+)\\s+:: ?(.*)$");

  private CapturedText text = new CapturedText(DEFAULT_FORMAT);

  private record Entry(int line, LogLevel level, String levelWord, String message) {}

  // Lines

  @Test
  void makesAnEntryOfEachPlainLine() {
    assertThat(split("Checking print function...\nPrint function is working!\n"))
        .containsExactly(
            plain(1, "Checking print function..."), plain(2, "Print function is working!"));
  }

  @Test
  void makesAnEntryOfALastLineWithoutNewline() {
    assertThat(split("a\nb")).containsExactly(plain(1, "a"), plain(2, "b"));
    assertThat(split("a")).containsExactly(plain(1, "a"));
  }

  @Test
  void treatsCarriageReturnAndNewlineAsOneLineEnd() {
    assertThat(split("a\r\nINFO :: b\r\n\tc\r\nd\r"))
        .containsExactly(plain(1, "a"), library(2, "INFO", "b\n\tc"), plain(4, "d"));
  }

  @Test
  void makesNoEntryOfBlankLinesButCountsThem() {
    assertThat(split("")).isEmpty();
    assertThat(split("\n\r\n \n\t\n")).isEmpty();
    assertThat(split("\n\na\n   \r\n\nb\n\n")).containsExactly(plain(3, "a"), plain(6, "b"));
  }

  @Test
  void keepsLinesOfAnyCharacters() {
    assertThat(split("ä\u2028€\u0085😀\n\u0000\n"))
        .containsExactly(plain(1, "ä\u2028€\u0085😀"), plain(2, "\u0000"));
  }

  @Test
  void showsTheLastStateOfAProgressBar() {
    assertThat(split("10%\r20%\r30%\r\n 10%|#  |\r100%|###|\ndone\n"))
        .containsExactly(plain(1, "30%"), plain(2, "100%|###|"), plain(3, "done"));
  }

  @Test
  void makesNoEntryOfABarThatIsWipedOut() {
    assertThat(split("10%\r   \r\n20%\r\u001b[K\ndone\n")).containsExactly(plain(3, "done"));
  }

  @Test
  void skipsAByteOrderMark() {
    assertThat(split("\ufeffINFO :: a\n\ufeff\n"))
        .containsExactly(library(1, "INFO", "a"), plain(2, "\ufeff"));
  }

  @Test
  void readsTheLevelOfAColouredLine() {
    assertThat(split("\u001b[31mERROR\u001b[0m :: \u001b[1mred\u001b[m\n50%\r\u001b[2KINFO :: x"))
        .containsExactly(library(1, "ERROR", "red"), library(2, "INFO", "x"));
  }

  // The library's lines

  @Test
  void readsLevelAndMessageOfTheLibrarysLines() {
    assertThat(
            split(
                """
                DEBUG :: Debug log using korelogger
                INFO :: Info log using korelogger
                WARNING :: Warning log using korelogger
                ERROR :: Error log using korelogger
                """))
        .containsExactly(
            library(1, "DEBUG", "Debug log using korelogger"),
            library(2, "INFO", "Info log using korelogger"),
            library(3, "WARNING", "Warning log using korelogger"),
            library(4, "ERROR", "Error log using korelogger"));
  }

  @ParameterizedTest
  @CsvSource({
    "Info,INFO",
    "warn,WARNING",
    "CRITICAL,FATAL",
    "trace,DEBUG",
    "stdout,STDOUT",
    "Stderr,STDERR",
    "Fatal,FATAL"
  })
  void readsALevelInAnyCaseAndKeepsTheWord(String word, LogLevel level) {
    assertThat(split(word + " :: m")).containsExactly(new Entry(1, level, word, "m"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"NOTE :: x", "INFO: x", "INFO::x", " INFO :: x", "2025 INFO :: x", "INFO 1 :: x"})
  void takesALineThatOnlyLooksLikeOneOfTheLibraryForPlain(String line) {
    assertThat(split(line)).containsExactly(plain(1, line));
  }

  @ParameterizedTest
  @ValueSource(strings = {"INFO     :: x", "INFO\t:: x", "INFO ::x"})
  void readsALevelThatIsPadded(String line) {
    assertThat(split(line)).containsExactly(library(1, "INFO", "x"));
  }

  @Test
  void keepsTheRestOfALibraryLineUnchanged() {
    assertThat(split("INFO :: a :: b\nINFO :: \nINFO :: 20%\u2028x\u0085\n"))
        .containsExactly(
            library(1, "INFO", "a :: b"),
            library(2, "INFO", ""),
            library(3, "INFO", "20%\u2028x\u0085"));
  }

  @Test
  void usesTheConfiguredFormat() {
    text = new CapturedText(Pattern.compile("\\s*\\[(\\w+)\\] (.*)"));

    assertThat(split("[info] a\n  [error] b\n  more\nINFO :: c\n"))
        .containsExactly(
            new Entry(1, LogLevel.INFO, "info", "a"),
            new Entry(2, LogLevel.ERROR, "error", "b\n  more"),
            plain(4, "INFO :: c"));
  }

  @Test
  void takesALineForPlainIfAGroupOfTheFormatMatchedNothing() {
    text = new CapturedText(Pattern.compile("(\\w+)? ?::(?: (.+))?"));

    assertThat(split("INFO ::\n:: a\nINFO :: b"))
        .containsExactly(plain(1, "INFO ::"), plain(2, ":: a"), library(3, "INFO", "b"));
  }

  // Continuing lines

  @Test
  void continuesALibraryLineWithWhatIsIndented() {
    assertThat(split("INFO :: {\n  \"a\": 1\n\n\t\"b\": 2\n}\n  after\n"))
        .containsExactly(
            library(1, "INFO", "{\n  \"a\": 1\n\t\"b\": 2"), plain(5, "}"), plain(6, "  after"));
  }

  @Test
  void continuesALibraryLineWithAStackTrace() {
    assertThat(
            split(
                """
                ERROR :: failed
                Traceback (most recent call last):
                  File "a.py", line 1, in <module>
                    f()
                INFO :: next
                Caused by: java.lang.Error
                \tat A.b(A.java:1)
                """))
        .containsExactly(
            library(
                1,
                "ERROR",
                """
                failed
                Traceback (most recent call last):
                  File "a.py", line 1, in <module>
                    f()"""),
            library(5, "INFO", "next\nCaused by: java.lang.Error\n\tat A.b(A.java:1)"));
  }

  @Test
  void doesNotContinueAPlainLine() {
    assertThat(split("a\n  b\n\tc\nCaused by: d\n at"))
        .containsExactly(
            plain(1, "a"),
            plain(2, "  b"),
            plain(3, "\tc"),
            plain(4, "Caused by: d"),
            plain(5, " at"));
  }

  @Test
  void keepsAStackTraceOfPythonTogether() {
    assertThat(
            split(
                """
                starting
                Traceback (most recent call last):
                  File "a.py", line 1, in <module>
                    f()
                ValueError: no
                  not part of it
                """))
        .containsExactly(
            plain(1, "starting"),
            plain(
                2,
                """
                Traceback (most recent call last):
                  File "a.py", line 1, in <module>
                    f()
                ValueError: no"""),
            plain(6, "  not part of it"));
  }

  @Test
  void keepsAStackTraceOfJavaTogether() {
    assertThat(
            split(
                """
                Exception in thread "main" java.lang.Error: a
                \tat A.b(A.java:1)
                \tSuppressed: java.lang.Error: b
                \t\tat A.c(A.java:2)
                Caused by: java.lang.Error: d
                \tat A.e(A.java:3)
                \t... 3 more
                done
                """))
        .containsExactly(
            plain(
                1,
                """
                Exception in thread "main" java.lang.Error: a
                \tat A.b(A.java:1)
                \tSuppressed: java.lang.Error: b
                \t\tat A.c(A.java:2)
                Caused by: java.lang.Error: d
                \tat A.e(A.java:3)
                \t... 3 more"""),
            plain(8, "done"));
  }

  @Test
  void beginsWithALineThatWouldContinueSomething() {
    assertThat(split("  a\n")).containsExactly(plain(1, "  a"));
    assertThat(split("Traceback x\n  b\nTraceback y"))
        .containsExactly(plain(1, "Traceback x\n  b\nTraceback y"));
  }

  @Test
  void carriesNothingOverToTheNextText() {
    split("ERROR :: a\n  b");

    assertThat(split("  c")).containsExactly(plain(1, "  c"));
  }

  @Test
  void splitsAMillionLines() {
    StringBuilder lines = new StringBuilder();
    for (int i = 1; i <= 1_000_000; i++) {
      lines.append(i % 3 == 0 ? "INFO :: " : i % 3 == 1 ? "  " : "").append(i).append('\n');
    }
    int[] entries = new int[1];
    long[] lineSum = new long[1];
    text.split(
        lines.toString().getBytes(UTF_8),
        (line, level, word, message, errorType) -> {
          entries[0]++;
          lineSum[0] += line;
        });

    // Every third line except the first continues the library's line above it.
    assertThat(entries[0]).isEqualTo(1_000_000 - 333_333);
    assertThat(lineSum[0]).isEqualTo(333_333_333_334L);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", " ", "\t", "INFO :: ", "  at ", "A :: ", "a.", "9", ":1:in `'"})
  void splitsALineOfMillionsOfCharacters(String part) {
    String line = "x" + part.repeat(4_000_000 / part.length()) + "x";

    assertThat(split(line)).containsExactly(plain(1, line));
    assertThat(split("INFO :: " + line)).containsExactly(library(1, "INFO", line));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\r", "\u001b[31m", "\u001b]0;", "\u001b[", "\u001b", "\b", "\u001b[9C", "\u001b[1K",
        "\u001b[9P", "\u001b[9@", "\u001b[999X", "\u001b[Ka", "\u0301", "\u200d", "👩\u200d", "日\b"
      })
  void splitsALineOfAMillionControls(String control) {
    assertThat(split(control.repeat(1_000_000) + "x")).hasSizeLessThanOrEqualTo(1);
    assertThat(split("x".repeat(1_000_000) + "\b" + control.repeat(1_000_000) + "x"))
        .hasSizeLessThanOrEqualTo(1);
  }

  @Test
  void splitsALineOfAMillionFormFeeds() {
    assertThat(split("\fa".repeat(1_000_000))).hasSize(1_000_000);
  }

  @Test
  void beginsALineBehindAVerticalTabAndAFormFeed() {
    assertThat(split("one\ftwo\u000bthree\r\n\fINFO :: four\f"))
        .containsExactly(
            plain(1, "one"), plain(2, "two"), plain(3, "three"), library(5, "INFO", "four"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Traceback",
        "  File \"a\"",
        "    at a(b)",
        "Error: x",
        "panic: x",
        "goroutine 1 [x]:",
        "a.rb:1:in `b': c",
        "\tfrom a.rb:1:in `b'",
        "/a/b.js:1",
        "Caused by: x",
        "  | x",
        "Unhandled exception",
        ""
      })
  void splitsAHundredThousandLinesOfATrace(String line) {
    for (String begin :
        new String[] {"", "INFO :: a\n", "ERROR :: a\n", "Traceback\n  b\nE: c\n"}) {
      assertThat(split(begin + (line + "\n").repeat(100_000))).hasSizeLessThanOrEqualTo(100_001);
    }
  }

  private List<Entry> split(String captured) {
    List<Entry> entries = new ArrayList<>();
    text.split(
        captured.getBytes(UTF_8),
        (line, level, word, message, errorType) ->
            entries.add(new Entry(line, level, word, message)));
    return entries;
  }

  private static Entry plain(int line, String message) {
    return new Entry(line, null, "", message);
  }

  private static Entry library(int line, String level, String message) {
    return new Entry(line, LogLevel.valueOf(level), level, message);
  }
}
