package dev.scriptanalytics.pattern;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TemplateTest {
  private final Template comparison = new Template();

  @ParameterizedTest(name = "{0} | {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "user * is in | user * is in | 4",
        "user * is in | user * is out | 3",
        "a | b | 0",
        "a b c | c b a | 1",
      })
  void countsEqualWords(String template, String shape, int equal) {
    compare(template, shape);

    assertThat(comparison.equal()).isEqualTo(equal);
  }

  @ParameterizedTest(name = "{0} | {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "VM Started | VM Paused | 1",
        "(Started) | [Paused], | 1",
        "user 'anna' | user \"bob\": | 1",
        "用户 | 系统 | 1",
        "it's | well-known | 1",
        "VM Started | VM * | 0",
        "VM user=root | VM user=anna | 0",
        "from a.example | from b.example | 0",
        "GET: 4xx | GET: ok | 0",
        "say ... | say !? | 0",
      })
  void tellsPlainWordsFromValues(String template, String shape, int plain) {
    compare(template, shape);

    assertThat(comparison.plain()).isEqualTo(plain);
  }

  @Test
  void knowsTheOnlyPlaceOfADifference() {
    compare("a * c", "a b c");
    assertThat(comparison.differsOnce()).isTrue();
    assertThat(comparison.place()).isEqualTo(1);
    assertThat(comparison.isVariable()).isTrue();

    compare("a b c", "a * c");
    assertThat(comparison.differsOnce()).isTrue();
    assertThat(comparison.isVariable()).isFalse();

    compare("a b c", "x b y");
    assertThat(comparison.differsOnce()).isFalse();
  }

  @ParameterizedTest(name = "{0} | {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "a b c | a b c | a b c",
        "a b c | a longer c | a * c",
        "a * c | a b d | a * *",
        "long b | x b | * b",
        "a | b | *",
      })
  void putsAStarWhereTheyDiffer(String template, String shape, String common) {
    assertThat(new String(Template.common(utf8(template), utf8(shape)), UTF_8)).isEqualTo(common);
  }

  private void compare(String template, String shape) {
    comparison.compare(utf8(template), utf8(shape));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(UTF_8);
  }
}
