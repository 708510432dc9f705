package dev.scriptanalytics.testkit.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.scriptanalytics.testkit.command.CommandLine.BadArgument;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CommandLineTest {
  @Test
  void takesValuesFlagsAndOthersApart() throws BadArgument {
    CommandLine line = parse("--rate", "12.5", "file", "--quick");

    assertThat(line.number("--rate", 1)).isEqualTo(12.5);
    assertThat(line.has("--quick")).isTrue();
    assertThat(line.others()).containsExactly("file");
    assertThat(line.duration("--history", Duration.ZERO)).isZero();
  }

  @Test
  void readsDurationsShortAndInIso() throws BadArgument {
    assertThat(parse("--history", "90s").duration("--history", null)).hasSeconds(90);
    assertThat(parse("--history", "90").duration("--history", null)).hasSeconds(90);
    assertThat(parse("--history", "250ms").duration("--history", null)).hasMillis(250);
    assertThat(parse("--history", "2h").duration("--history", null)).hasHours(2);
    assertThat(parse("--history", "PT1H30M").duration("--history", null)).hasMinutes(90);
  }

  @Test
  void namesAnOptionThatDoesNotExist() {
    assertThatExceptionOfType(BadArgument.class)
        .isThrownBy(() -> parse("--raet", "1"))
        .withMessage("there is no option --raet");
  }

  @Test
  void namesAnOptionWhoseValueIsMissing() {
    assertThatExceptionOfType(BadArgument.class)
        .isThrownBy(() -> parse("--rate"))
        .withMessage("--rate needs a value");
  }

  @Test
  void saysWhatAValueMustBe() {
    assertThatExceptionOfType(BadArgument.class)
        .isThrownBy(() -> parse("--rate", "-1").number("--rate", 1))
        .withMessage("--rate must be a number, 0 or more, not \"-1\"");
    assertThatExceptionOfType(BadArgument.class)
        .isThrownBy(() -> parse("--rate", "NaN").number("--rate", 1));
    assertThatExceptionOfType(BadArgument.class)
        .isThrownBy(() -> parse("--history", "soon").duration("--history", null))
        .withMessageContaining("--history must be a duration like");
    assertThatExceptionOfType(BadArgument.class)
        .isThrownBy(() -> parse("--history", "-PT1S").duration("--history", null));
    assertThatExceptionOfType(BadArgument.class)
        .isThrownBy(() -> parse("--end", "now").instant("--end", null))
        .withMessageContaining("2026-05-14T06:00:00Z");
  }

  private static CommandLine parse(String... arguments) throws BadArgument {
    return CommandLine.parse(arguments, Set.of("--rate", "--history", "--end"), Set.of("--quick"));
  }
}
