package dev.scriptanalytics.shape;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ErrorGroupsTest {
  private static final String STACK =
      "java.lang.IllegalStateException: 5\n\tat java.base/java.util.List.of(List.java:1)\n"
          + "\tat dev.example.Job.run(Job.java:12)";

  private final ErrorGroups groups = new ErrorGroups();

  @Test
  void hasNoGroupWhereThereIsNoError() {
    assertThat(group("", "", "")).isZero();
    assertThat(group("", " \n", "  ")).isZero();
  }

  @Test
  void groupsByTheShapeOfTheMessageWithoutACode() {
    assertThat(group("", "order 5 is gone", "")).isEqualTo(group("", "order 77 is gone", ""));
    assertThat(group("", "order 5 is gone", "")).isNotEqualTo(group("", "user 5 is gone", ""));
  }

  @Test
  void groupsByTheCodeWhateverTheMessage() {
    assertThat(group("E1", "one", STACK)).isEqualTo(group("E1", "another", STACK));
    assertThat(group("E1", "one", STACK)).isNotEqualTo(group("E2", "one", STACK));
  }

  @Test
  void keepsACodeApartFromAMessageOfTheSameText() {
    assertThat(group("Timeout", "", "")).isNotEqualTo(group("", "Timeout", ""));
  }

  @Test
  void tellsThePlacesOfOneErrorApart() {
    assertThat(group("E1", "", STACK)).isNotEqualTo(group("E1", "", STACK.replace("Job", "Task")));
    assertThat(group("E1", "", STACK)).isNotEqualTo(group("E1", "", ""));
  }

  @Test
  void ignoresTheLine() {
    assertThat(group("E1", "", STACK)).isEqualTo(group("E1", "", STACK.replace(":12", ":340")));
  }

  @Test
  void findsTheStackInTheMessageIfThereIsNoOther() {
    assertThat(group("", STACK, "")).isEqualTo(group("", STACK.lines().findFirst().get(), STACK));
  }

  @Test
  void doesNotDependOnTheErrorsBefore() {
    long group = group("", STACK, "");
    group("c".repeat(10_000), "m", STACK.repeat(10));

    assertThat(group("", STACK, "")).isEqualTo(group);
    assertThat(new ErrorGroups().of(utf8(""), utf8(STACK), utf8(""))).isEqualTo(group);
  }

  /** A change here makes stored groups strangers to new ones. */
  @Test
  void hashesAlikeInEveryRelease() {
    assertThat(List.of(group("E1", "", ""), group("", "order 5 is gone", ""), group("", STACK, "")))
        .containsExactly(-4329994564601867917L, -7273103452907460646L, 294165843905212788L);
  }

  private long group(String code, String message, String stack) {
    return groups.of(utf8(code), utf8(message), utf8(stack));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
