package dev.scriptanalytics.shape;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TopFrameTest {
  private final TopFrame topFrame = new TopFrame();

  @Test
  void isTheFirstFrameOfJavaOutsideLibraries() {
    assertThat(
            frameOf(
                """
                Exception in thread "main" java.lang.RuntimeException: at 5
                \tat java.base/java.util.HashMap.get(HashMap.java:1)
                \tat org.springframework.web.Servlet.service(Servlet.java:2)
                \tat com.acme.Job$$EnhancerBySpringCGLIB$$1a2b.run(<generated>)
                \tat app//com.acme.Job.lambda$run$3(Job.java:12) ~[job.jar:1.0]
                \tat com.acme.Main.main(Main.java:4)
                Caused by: java.io.IOException: gone
                \tat com.acme.Disk.read(Disk.java:3)
                """))
        .isEqualTo("com.acme.Job.lambda$run$");
  }

  @Test
  void isTheLastFrameOfPythonOutsideLibraries() {
    assertThat(
            frameOf(
                """
                Traceback (most recent call last):
                  File "/app/main.py", line 1, in <module>
                    run()
                  File "/app/jobs/work.py", line 22, in step_2
                    get(url)
                  File "/usr/lib/python3.11/site-packages/requests/api.py", line 73, in get
                    raise ConnectionError()
                requests.ConnectionError: refused
                """))
        .isEqualTo("step_2 in work.py");
  }

  @Test
  void isAFrameOfTheGroupInAnExceptionGroup() {
    assertThat(
            frameOf(
                """
                  + Exception Group Traceback (most recent call last):
                  |   File "/app/main.py", line 9, in main
                  |     raise ExceptionGroup("two", errors)
                  | ExceptionGroup: two (2 sub-exceptions)
                  +-+---------------- 1 ----------------
                    | Traceback (most recent call last):
                    |   File "/app/part.py", line 3, in part
                    | ValueError: 1
                    +------------------------------------
                """))
        .isEqualTo("main in main.py");
  }

  @Test
  void isTheFirstFrameOfNodeOutsideLibraries() {
    assertThat(
            frameOf(
                """
                TypeError: x is undefined
                    at JSON.parse (<anonymous>)
                    at Router.next (/app/node_modules/express/router.js:1:2)
                    at node:internal/main:1:2
                    at async Order.save [as store] (file:///app/src/order.js:10:5)
                    at /app/src/index.js:3:1
                """))
        .isEqualTo("Order.save in order.js");
    assertThat(frameOf("Error: x\n    at internal/main.js:1:2\n    at /app/src/index.js:3:1"))
        .isEqualTo(" in index.js");
  }

  @Test
  void isTheFirstFrameOfGoOutsideLibraries() {
    assertThat(
            frameOf(
                """
                panic: index out of range [5] with length 3

                goroutine 1 [running]:
                panic({0x45f3a0?, 0xc000012345?})
                \t/usr/local/go/src/runtime/panic.go:770 +0x132
                github.com/lib/pq.(*conn).query(0xc00001)
                \t/go/pkg/mod/github.com/lib/pq@v1.10.0/conn.go:9 +0x1d
                main.(*Server).handle.func1.2({0xc000, 0x2})
                \t/app/internal/main.go:12 +0x1d
                main.main()
                \t/app/main.go:5 +0x1d
                """))
        .isEqualTo("main.(*Server).handle.func.");
  }

  @Test
  void isTheFirstFrameOfRubyOutsideLibraries() {
    assertThat(
            frameOf(
                """
                /usr/lib/ruby/3.0.0/json.rb:5:in `parse': unexpected token (JSON::ParserError)
                \tfrom /app/lib/reader.rb:12:in `read_all'
                \tfrom main.rb:3:in `<main>'
                """))
        .isEqualTo("read_all in reader.rb");
    assertThat(frameOf("main.rb:3:in 'Foo#bar': no (RuntimeError)"))
        .isEqualTo("Foo#bar in main.rb");
  }

  @Test
  void isTheLastFrameUnderTheTracebackOfRuby() {
    assertThat(
            frameOf(
                """
                Traceback (most recent call last):
                \t1: from main.rb:9:in `<main>'
                main.rb:3:in `check': no (RuntimeError)
                """))
        .isEqualTo("check in main.rb");
  }

  @Test
  void isTheFirstFrameOfDotNetOutsideLibraries() {
    assertThat(
            frameOf(
                """
                Unhandled exception. System.FormatException: bad
                   at System.Number.Parse(String s)
                   at Microsoft.Extensions.Host.Run()
                   at Acme.Job.<>c__DisplayClass0_0.<Run>b__1(String s) in C:\\src\\Job.cs:line 5
                   at Acme.Program.Main() in C:\\src\\Program.cs:line 9
                """))
        .isEqualTo("Acme.Job.<>c__DisplayClass.<Run>b__");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "at a.B$$Lambda$14/0x0000000800c03000.run(B.java) | at a.B$$Lambda$9/0x00f.run(B.java)",
        "at f (/app/main.3f2a1b9c.js:1:2) | at f (/app/main.0aa2bb41.js:1:2)",
        "at lambda_method5(Closure c) | at lambda_method12(Closure c)",
        "at a.B$1.run(B.java:5) | at a.B$2.run(B.java:50)",
        "at f (/app/1/x.js:1:2) | at f (/app/2/x.js:3:4)",
        "File \"/a/x.py\", line 1, in f | File \"C:\\b\\x.py\", line 2, in f",
        "at A.<Run>d__3.MoveNext() in /a.cs:line 1 | at A.<Run>d__4.MoveNext()",
      })
  void countsNeitherLinesNorAddressesNorDirectoriesNorCounters(String one, String other) {
    assertThat(frameOf(one)).isEqualTo(frameOf(other)).isNotEmpty();
  }

  @Test
  void keepsTheNumbersThatNamesHave() {
    assertThat(frameOf("File \"/a/step2.py\", line 1, in load_v2"))
        .isEqualTo("load_v2 in step2.py");
    assertThat(frameOf("at a.B2.my_func3(B2.java:1)")).isEqualTo("a.B2.my_func3");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "at 12:30 it stopped",
        "at 12:30",
        "at startup (phase 1)",
        "nothing in particular",
        "\tat java.util.List.of(List.java:1)",
        "    at native (native)",
        "at ",
        "at (",
        "at  ()",
        "File \"",
        ":in '",
        ".go:5",
      })
  void isMissingWhereNoFrameOfTheUserIs(String text) {
    assertThat(frameOf(text)).isEmpty();
  }

  @Test
  void readsWhateverText() {
    String[] pieces = {
      "at ",
      "a.b",
      "(",
      ")",
      " (",
      "x.js:1:2",
      "\n",
      "\t",
      "File \"",
      "\"",
      ", in ",
      ":in ",
      "'",
      "3",
      "x.go:1",
      "+-+-",
      "Traceback (most recent call last)",
      "/",
      "\\",
      "$",
      "|",
      "[",
      "__",
      "€",
    };
    Random random = new Random(3);
    for (int round = 0; round < 100_000; round++) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(15); i > 0; i--) {
        text.append(pieces[random.nextInt(pieces.length)]);
      }
      String first = frameOf(text.toString());
      assertThat(first.length()).isLessThanOrEqualTo(text.length() + 4);
    }
    assertThat(frameOf("at " + "a".repeat(5_000) + "()")).hasSize(1_000);
  }

  private String frameOf(String text) {
    topFrame.find(text.getBytes(StandardCharsets.UTF_8));
    return new String(topFrame.text(), 0, topFrame.length(), StandardCharsets.UTF_8)
        .replace("\0", " in ");
  }
}
