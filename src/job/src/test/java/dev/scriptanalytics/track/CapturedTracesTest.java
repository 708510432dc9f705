package dev.scriptanalytics.track;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.event.LogLevel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CapturedTracesTest {
  private static final List<String> ORDINARY =
      List.of(
          "starting",
          "  name    count",
          "  ------  -----",
          "  at home    12",
          "\tat a loss (of words)",
          "{",
          "  \"error\": \"ValueError: no\",",
          "  \"at\": 3",
          "}",
          "jobs:",
          "  - name: load",
          "    from: app.rb",
          "http://localhost:8080",
          "",
          "Error: retrying",
          "don't panic",
          "1 + 1",
          "  | a | b |",
          "done (3)");

  private final CapturedText text = new CapturedText(Pattern.compile("^([A-Za-z]+)\\s+:: ?(.*)$"));

  private record Entry(LogLevel level, String message) {}

  static Stream<Arguments> traces() {
    return Traces.ALL.entrySet().stream()
        .map(trace -> Arguments.of(trace.getKey(), trace.getValue()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("traces")
  void makesOneEntryOfATrace(String name, String trace) {
    assertThat(split(trace)).containsExactly(plain(trace));
    assertThat(split(trace.replace("\n", "\r\n") + "\r\n")).containsExactly(plain(trace));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("traces")
  void makesOneEntryOfATraceWithinOrdinaryOutput(String name, String trace) {
    List<Entry> expected = new ArrayList<>(ordinary());
    expected.add(plain(trace));
    expected.addAll(ordinary());

    String output = String.join("\n", ORDINARY);
    assertThat(split(output + "\n" + trace + "\n" + output)).isEqualTo(expected);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("traces")
  void takesATraceForThatOfTheErrorAboveIt(String name, String trace) {
    assertThat(split("ERROR :: job failed\n" + trace + "\nINFO :: next\ndone"))
        .containsExactly(
            new Entry(LogLevel.ERROR, "job failed\n" + shown(trace)),
            new Entry(LogLevel.INFO, "next"),
            plain("done"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("traces")
  void readsATraceThatBeginsBehindALevel(String name, String trace) {
    assertThat(split("INFO :: a\nERROR :: " + trace + "\nafter\nINFO :: next"))
        .containsExactly(
            new Entry(LogLevel.INFO, "a"),
            new Entry(LogLevel.ERROR, shown(trace)),
            plain("after"),
            new Entry(LogLevel.INFO, "next"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("traces")
  void takesNoTraceForThatOfALineThatIsNoWarning(String name, String trace) {
    if (!TraceFormat.isIndented(trace)) {
      assertThat(split("INFO :: step 3\n" + trace))
          .containsExactly(new Entry(LogLevel.INFO, "step 3"), plain(trace));
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("traces")
  void readsAColouredTrace(String name, String trace) {
    String coloured =
        trace.lines().map(line -> "\u001b[1;31m" + line + "\u001b[0m").collect(joining("\n"));

    assertThat(split(coloured)).containsExactly(plain(trace));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("traces")
  void separatesATraceFromTheNextOne(String name, String trace) {
    Traces.ALL.forEach(
        (other, next) -> {
          // Ruby's causes follow without any mark, and indented lines continue a trace.
          if (!(name.startsWith("ruby") && other.startsWith("ruby"))
              && !TraceFormat.isIndented(next)) {
            assertThat(split(trace + "\n" + next))
                .as("%s, %s", name, other)
                .containsExactly(plain(trace), plain(next));
          }
        });
  }

  @ParameterizedTest
  @CsvSource({
    "python, ZeroDivisionError",
    "'python, a name with dots', __main__.make.<locals>.QuotaError",
    "'python, during handling', RuntimeError",
    "'python, the fields of Pydantic', pydantic_core._pydantic_core.ValidationError",
    "'python, a group', ExceptionGroup",
    "'python, a syntax error', SyntaxError",
    "java, java.lang.IllegalStateException",
    "'java, a message of many lines', org.example.QueryException",
    "'node, an uncaught error', Error",
    "'node, a message of many lines', AssertionError",
    "'node, a rejection', UnhandledPromiseRejection",
    "go, ''",
    "ruby, ZeroDivisionError",
    "'ruby, the source and a cause', NameError",
    "'ruby 2 on a terminal', RuntimeError",
    "dotnet, System.InvalidOperationException",
    "'dotnet, the type on its own line', System.AggregateException",
    "'java, a nested class and a message of many lines', "
        + "org.example.HttpClientErrorException$NotFound",
    "'java, a cause without frames above it', java.lang.ExceptionInInitializerError",
    "'java, another name', org.example.OutOfStock",
    "'java, another name and a message of many lines', org.example.OutOfStock",
    "deno, TypeError",
    "'python, a crash', ''",
    "'python, of another process', ValueError",
    "'go, logged', ''",
    "'ruby, logged', ZeroDivisionError",
    "'ruby, the top level', RuntimeError"
  })
  void tellsTheTypeOfTheError(String name, String type) {
    String trace = Traces.ALL.get(name);

    assertThat(errorTypes(trace)).containsExactly(type);
    assertThat(errorTypes("ERROR :: job failed\n" + trace)).containsExactly(type);
    assertThat(errorTypes("ERROR :: " + trace + "\nValueError: b")).containsExactly(type, "");
  }

  @Test
  void leavesOrdinaryOutputAlone() {
    assertThat(split(String.join("\n", ORDINARY))).isEqualTo(ordinary());
  }

  @Test
  void takesOnlyOneTraceForThatOfAnError() {
    String trace = Traces.ALL.get("python");

    assertThat(split("ERROR :: a\n" + trace + "\n" + trace))
        .containsExactly(new Entry(LogLevel.ERROR, "a\n" + trace), plain(trace));
    assertThat(split("ERROR :: " + trace + "\n" + trace))
        .containsExactly(new Entry(LogLevel.ERROR, trace), plain(trace));
  }

  @Test
  void dividesATraceOfManyThousandsOfLines() {
    List<Entry> entries = split("Error: deep\n" + "    at f (/a.js:1:2)\n".repeat(12_000) + "end");

    assertThat(entries).hasSize(4);
    assertThat(entries.get(0).message().lines()).hasSize(TraceFormat.MAX_LINES);
    assertThat(entries.get(3)).isEqualTo(plain("end"));
  }

  @Test
  void dividesATraceOfPythonBetweenItsFrames() {
    String frame = "  File \"/app/job.py\", line 3, in f\n    return g()\n           ~^^\n";
    String trace = "Traceback (most recent call last):\n" + frame.repeat(4_000) + "QuotaError: 5";

    List<Entry> entries = split("before\n" + trace + "\nafter");

    assertThat(entries).hasSize(5);
    assertThat(entries.subList(1, 4))
        .allSatisfy(
            entry ->
                assertThat(entry.message().lines())
                    .hasSizeBetween(2_000, TraceFormat.MAX_LINES + 1));
    assertThat(entries.get(3).message()).endsWith("QuotaError: 5");
    assertThat(entries.get(4)).isEqualTo(plain("after"));
    assertThat(errorTypes(trace)).containsExactly("", "", "QuotaError");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/srv/app.js:21\nINFO :: a\n    ^\nError: b",
        "Traceback (most\n  b\nE: 1 validation error for C\nINFO :: a\n  b [type=int]"
      })
  void looksBehindNoLineOfTheLibrary(String output) {
    List<Entry> entries = split(output);

    assertThat(entries).extracting(Entry::level).contains(LogLevel.INFO);
    assertThat(entries).extracting(Entry::message).noneMatch(text -> text.contains("INFO"));
  }

  @Test
  void keepsAPrintedStackOfPythonTogether() {
    String stack =
        "  File \"/app/job.py\", line 3, in <module>\n    f()\n"
            + "  File \"/app/job.py\", line 2, in f\n    traceback.print_stack()";

    assertThat(split("before\n" + stack + "\ndone\n"))
        .containsExactly(plain("before"), plain(stack), plain("done"));
  }

  @Test
  void leavesLinesBelowAnErrorAloneThatMayBeOtherOutput() {
    String trace = Traces.ALL.get("python");

    assertThat(split(trace + "\na note\nretrying\n"))
        .containsExactly(plain(trace), plain("a note"), plain("retrying"));
    assertThat(split(trace + "\n\n  step 2")).containsExactly(plain(trace), plain("  step 2"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Traceback: see the log\nLoading: x",
        "panic: no goroutine follows\ngoroutines\n  a",
        "Error: one\nError: two\nthree",
        "app.rb:2:in `f': boom (RuntimeError)\nfrom here",
        "/srv/app.js:21\n    a\n    b",
        "  File \"a.txt\"\n  File \"b.txt\"\nSyntaxHighlighter: on",
        "Node.js v20.11.1\nexit status 2",
        "see\n  at the end of line 3\n  at noon",
        "app.rb:2:in `f' is slow\napp.rb:3:in test",
        "Fatal Python error: none\nCurrent thread: 1",
        "main.go\n\tsrc/main.go",
        "users.csv:3:in review\nsee app.rb:2:in 'x'",
        "see notes.txt\n\t/app/main.c:5"
      })
  void doesNotGlueWhatOnlyBeginsAsATrace(String output) {
    assertThat(split(output)).isEqualTo(output.lines().map(CapturedTracesTest::plain).toList());
  }

  @Test
  void losesNothingOfAnyMixture() {
    Random random = new Random(17);
    for (int i = 0; i < 3000; i++) {
      assertThat(joined(mixture(random))).isTrue();
    }
  }

  @Test
  void losesNothingOfMutatedTraces() {
    Random random = new Random(18);
    for (int i = 0; i < 3000; i++) {
      StringBuilder mixture = new StringBuilder(mixture(random));
      for (int change = 0; change < 20; change++) {
        int at = random.nextInt(mixture.length());
        switch (random.nextInt(4)) {
          case 0 -> mixture.deleteCharAt(at).append('x');
          case 1 -> mixture.insert(at, "\n \t:^{}()|+'`".charAt(random.nextInt(13)));
          case 2 -> mixture.setLength(Math.max(1, at));
          default -> mixture.insert(at, mixture.substring(at, Math.min(at + 40, mixture.length())));
        }
      }
      assertThat(joined(mixture.toString())).isTrue();
    }
  }

  /** Some lines of traces and of ordinary output, in any order or in their own. */
  private static String mixture(Random random) {
    List<String> traces = List.copyOf(Traces.ALL.values());
    List<String> lines = new ArrayList<>();
    for (int i = 1 + random.nextInt(8); i > 0; i--) {
      List<String> trace = traces.get(random.nextInt(traces.size())).lines().toList();
      int begin = random.nextInt(trace.size());
      switch (random.nextInt(5)) {
        case 0 -> lines.addAll(trace);
        case 1 -> lines.addAll(trace.subList(begin, trace.size()));
        case 2 -> lines.addAll(trace.subList(0, begin));
        case 3 -> lines.add((random.nextBoolean() ? "ERROR :: " : "INFO :: ") + trace.get(begin));
        default -> lines.add(ORDINARY.get(random.nextInt(ORDINARY.size())));
      }
    }
    return String.join("\n", lines) + "\n";
  }

  /** Whether the entries, one behind the other, have every character that is not blank. */
  private boolean joined(String output) {
    StringBuilder joined = new StringBuilder();
    text.split(
        output.getBytes(UTF_8),
        (line, level, word, message, errorType) -> {
          joined.append(level == null ? "" : word + " :: ").append(message);
        });
    String got = joined.toString().replaceAll("\\s+", "");
    assertThat(got).isEqualTo(output.replaceAll("\\s+", ""));
    return got.length() > 0 || output.isBlank();
  }

  private List<Entry> split(String captured) {
    List<Entry> entries = new ArrayList<>();
    text.split(
        captured.getBytes(UTF_8),
        (line, level, word, message, errorType) -> entries.add(new Entry(level, message)));
    return entries;
  }

  private List<String> errorTypes(String captured) {
    List<String> types = new ArrayList<>();
    text.split(
        captured.getBytes(UTF_8), (line, level, word, message, errorType) -> types.add(errorType));
    return types;
  }

  private static List<Entry> ordinary() {
    return ORDINARY.stream()
        .filter(line -> !line.isBlank())
        .map(CapturedTracesTest::plain)
        .toList();
  }

  private static Entry plain(String message) {
    return new Entry(null, shown(message));
  }

  /** A trace in an entry, which has no blank lines. */
  private static String shown(String trace) {
    return trace.lines().filter(line -> !line.isBlank()).collect(joining("\n"));
  }
}
