package dev.scriptanalytics.shape;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ShapesTest {
  private final Shapes shapes = new Shapes();

  @ParameterizedTest(name = "{0} > {1}")
  @CsvSource(
      delimiterString = " > ",
      quoteCharacter = '\0',
      value = {
        "Server started > Server started",
        "Loaded 15 rows in 3.5 s > Loaded * rows in * s",
        "Loaded 15 rows in 3.5s. > Loaded * rows in *.",
        "delta is -5 or +5 > delta is * or *",
        "1,234,567.89 bytes free > * bytes free",
        "at 92% of $12.50 > at *% of $*",
        "worker-3 is idle > * is idle",
        "mid-sized well-known words stay > mid-sized well-known words stay",
        "block blk_-6952295868487656571 is lost > block * is lost",
        "address 0x7f3a is free > address * is free",
        "commit deadbeef is on main > commit * is on main",
        "a bad facade faded > a bad facade faded",
        "run 38101a0b-2096-447d-96ea-a692162415ae ended > run * ended",
        "from 10.0.0.1:8080 to [fe80::dead:beef] > from * to [*]",
        "link aa:bb:cc:dd:ee:ff is up > link * is up",
        "at 2025-05-14T06:07:27.100+02:00 it began > at * it began",
        "at 12:30:45,123 it began > at * it began",
        "at Sun Jul 17 15:09:20 2005 it began > at * it began",
        "at Sun, 06 Nov 1994 08:49:37 GMT > at * GMT",
        "on Wednesday, September 3, 2025 at 5 > on * at *",
        "5 Mar > * Mar",
        "5 Mar 6 > *",
        "(Sun 5) Jul > (*) Jul",
        "may 5 users be in at Sun (Jul 17) > may * users be in at Sun (*)",
        "Wed and Julia 5 > Wed and Julia *",
        "GET https://a.example/b(c)?d=e,f&g=h#i, then (http://[::1]/x) > GET *, then (*)",
        "url:http://a.example. > url:*.",
        "read /var/lib/data.csv: denied > read *: denied",
        "read ./data ../data ~/data > read *",
        "read path=/day=one/part-0, size=5 > read path=*, size=*",
        "read C:\\Users\\me and \\\\share\\x > read * and *",
        "read src/main.py:12 and a/b/c > read * and *",
        "text/html and/or I/O stays > text/html and/or I/O stays",
        "protocol HTTP/1.1 > protocol HTTP/*",
        "mail to <jane.doe@example.com> and mailto:a@b.org > mail to <*> and mailto:*",
        "user@host has java.lang.Object@1f2e > user@host has java.lang.Object@*",
        "user=jane uid=0 rhost= > user=jane uid=* rhost=",
        "dev.example.Job.run() of log4j.Logger > dev.example.Job.run() of *.Logger",
        "said \"hello 5 worlds\" and 'bye' > said \"hello * worlds\" and 'bye'",
        "ids 1, 2, 3 and [4,5] of (6) > ids * and [*] of (*)",
        "x 1 2 3. > x *.",
        "a:1 2 b > a:* b",
        "line file.py:12 > line file.py:*",
        "用户123登录失败 > 用户*登录失败",
        "  two   blanks\tand a tab > two blanks and a tab",
        "SELECT * FROM t > SELECT * FROM t",
        "Wait... what?! 5... > Wait... what?! *...",
      })
  void masksWhatLooksVariable(String message, String shape) {
    assertThat(shapeOf(message)).isEqualTo(shape);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\n", " \r\n\t\n", "\0"})
  void hasNoShapeForAMessageThatSaysNothing(String message) {
    assertThat(shapeOf(message)).isEmpty();
    assertThat(shapes.hash()).isZero();
  }

  @Test
  void readsTheFirstLineThatIsNotBlank() {
    assertThat(shapeOf("\n \r\nStep 5 failed\r\nfor reason 6\n")).isEqualTo("Step * failed");
  }

  @Test
  void readsTheLineThatNamesTheErrorOfATraceback() {
    assertThat(
            shapeOf(
                """
                Traceback (most recent call last):
                  File "/app/main.py", line 12, in run
                    pay(order)
                KeyError: 'order 4711'
                """))
        .isEqualTo("KeyError: 'order *'");
  }

  @Test
  void readsAtMost3000BytesAndNoPartOfACharacter() {
    assertThat(shapeOf("x".repeat(5000))).isEqualTo("x".repeat(3000));
    assertThat(shapeOf("x".repeat(2998) + "€")).isEqualTo("x".repeat(2998));
    assertThat(shapeOf("x".repeat(2997) + "€€")).isEqualTo("x".repeat(2997) + "€");
  }

  @Test
  void readsOnlyWhatLiesBetweenItsBounds() {
    byte[] utf8 = utf8("12 apples and pears");
    shapes.of(utf8, 3, 9);

    assertThat(text()).isEqualTo("apples");
  }

  /** A change here makes stored shapes strangers to new ones. */
  @Test
  void hashesAlikeInEveryRelease() {
    assertThat(List.of(hashOf("Server started"), hashOf("Loaded 15 rows"), hashOf("Größe 7")))
        .containsExactly(-7952114799095972938L, 3859975435526691261L, 6220231268842559723L);
  }

  @Test
  void givesOneShapeToMessagesThatDifferInTheirValues() {
    Random random = new Random(1);
    for (int round = 0; round < 2_000; round++) {
      StringBuilder one = new StringBuilder();
      StringBuilder other = new StringBuilder();
      for (int i = 0; i < 6; i++) {
        String word = List.of("job ", "took ", "state=", "(from ", "at: ").get(random.nextInt(5));
        int kind = random.nextInt(9);
        one.append(word).append(value(kind, random)).append(" end) ");
        other.append(word).append(value(kind, random)).append(" end) ");
      }
      assertThat(shapeOf(one.toString())).as("%s", one).isEqualTo(shapeOf(other.toString()));
    }
  }

  @Test
  void dependsOnTheTextAloneAndNotOnTheMessagesBefore() {
    forRandomMessages(
        (message, shape) -> {
          long hash = shapes.hash();
          Shapes fresh = new Shapes();
          fresh.of(message, 0, message.length);

          assertThat(Arrays.copyOf(fresh.text(), fresh.length())).isEqualTo(shape);
          assertThat(fresh.hash()).isEqualTo(hash);
        });
  }

  @Test
  void isNeverLongerThanTheMessage() {
    forRandomMessages(
        (message, shape) -> assertThat(shape.length).isLessThanOrEqualTo(message.length));
  }

  @Test
  void isItsOwnShape() {
    forRandomMessages(
        (message, shape) -> {
          long hash = shapes.hash();
          shapes.of(shape, 0, shape.length);

          assertThat(text()).isEqualTo(new String(shape, StandardCharsets.UTF_8));
          assertThat(shapes.hash()).isEqualTo(hash);
        });
  }

  /** Checks a rule; in its failure stands the message. */
  private void forRandomMessages(BiConsumer<byte[], byte[]> rule) {
    Random random = new Random(2);
    for (int round = 0; round < 100_000; round++) {
      String message = randomMessage(random);
      byte[] utf8 = utf8(message);
      shapes.of(utf8, 0, utf8.length);
      byte[] shape = Arrays.copyOf(shapes.text(), shapes.length());
      try {
        rule.accept(utf8, shape);
      } catch (AssertionError e) {
        throw new AssertionError("Message: " + message, e);
      }
    }
  }

  private static String value(int kind, Random random) {
    return switch (kind) {
      case 0 -> Integer.toString(random.nextInt());
      case 1 -> Double.toString(random.nextGaussian());
      case 2 -> new UUID(random.nextLong(), random.nextLong()).toString();
      case 3 -> random.nextInt(256) + "." + random.nextInt(256) + ".0.1:" + random.nextInt(9999);
      case 4 -> "/var/" + Integer.toString(random.nextInt(1 << 20), 36) + "/data";
      case 5 -> "https://example.com/" + Integer.toString(random.nextInt(1 << 20), 36);
      case 6 -> Integer.toString(random.nextInt(1 << 20), 36) + "@mail.example.com";
      case 7 -> "0x" + Integer.toHexString(random.nextInt());
      default -> "[" + "1, ".repeat(random.nextInt(5)) + "2]";
    };
  }

  /** Made of the pieces that rules look at, so that these meet in every order. */
  private static String randomMessage(Random random) {
    String[] pieces = {
      "a",
      "b.c",
      "1",
      "2x",
      "/",
      ":",
      ".",
      "@",
      "-",
      "=",
      ",",
      " ",
      "(",
      ")",
      "[",
      "]",
      "\"",
      "*",
      "://",
      "\\",
      "C:",
      "deadbeef",
      "::",
      "é",
      "用",
      "~",
      "..",
      "%",
      "?",
      "|",
      "\t",
      "_",
      "http",
      "Sun",
      " July ",
    };
    StringBuilder message = new StringBuilder();
    int count = random.nextInt(12);
    for (int i = 0; i < count; i++) {
      message.append(pieces[random.nextInt(pieces.length)]);
    }
    return message.toString();
  }

  private long hashOf(String message) {
    shapeOf(message);
    return shapes.hash();
  }

  private String shapeOf(String message) {
    byte[] utf8 = utf8(message);
    shapes.of(utf8, 0, utf8.length);
    return text();
  }

  private String text() {
    return new String(shapes.text(), 0, shapes.length(), StandardCharsets.UTF_8);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
