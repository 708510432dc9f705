package dev.scriptanalytics.testkit.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

class CommandsTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream messages = new ByteArrayOutputStream();
  private final Sleep sleep = new Sleep();

  @ParameterizedTest
  @CsvSource({
    "90, 90000",
    "90s, 90000",
    "30m, 1800000",
    "2h, 7200000",
    "1d, 86400000",
    "250ms, 250",
    "PT1H30M, 5400000",
    "pt1s, 1000"
  })
  void readsDurations(String text, long millis) {
    assertThat(run("--for", text)).isZero();
    assertThat(sleep.duration).isEqualTo(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"soon", "-1s", "-PT1S", "1w", "99999999999999999999", "9999999999999999d"})
  void refusesWhatIsNotADuration(String text) {
    assertThat(run("--for=" + text)).isEqualTo(2);
    assertThat(messages.toString(UTF_8).lines())
        .singleElement()
        .asString()
        .startsWith("deploy/local/sleep: ")
        .contains("--for", "'" + text + "' is not a duration like 90s, 30m, 2h or 1d")
        .endsWith("; see deploy/local/sleep --help");
  }

  @Test
  void refusesUnknownOptionsInOneLine() {
    assertThat(run("--fro", "1s")).isEqualTo(2);
    assertThat(messages.toString(UTF_8))
        .isEqualTo(
            "deploy/local/sleep: Unknown option: '--fro'; see deploy/local/sleep --help%n"
                .formatted());
  }

  @Test
  void takesArgumentsAsTheyAre() {
    assertThat(run("-", "@file", "\"quoted\"")).isZero();
    assertThat(sleep.others).containsExactly("-", "@file", "\"quoted\"");
  }

  @Test
  void takesTheLastValueOfAnOption() {
    assertThat(run("--for", "1s", "--for", "2s")).isZero();
    assertThat(sleep.duration).isEqualTo(Duration.ofSeconds(2));
  }

  @Test
  void takesTheAddressesOfServers() {
    assertThat(run("--bootstrap-servers", "kafka:1", "--clickhouse", "http://clickhouse:2"))
        .isZero();
    assertThat(sleep.kafka.bootstrapServers()).isEqualTo("kafka:1");
    assertThat(sleep.clickHouse.reader()).isNotNull();
  }

  @Test
  void namesAnUnknownArgument() {
    assertThat(Commands.run(new Parent(), print(out), print(messages), "child", "extra"))
        .isEqualTo(2);
    assertThat(messages.toString(UTF_8))
        .startsWith("deploy/local/child: Unknown argument: 'extra';");
  }

  @Test
  void showsDefaultsInTheHelp() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString(UTF_8))
        .contains("Usage: deploy/local/sleep", "--help", "--bootstrap-servers=HOST:PORT")
        .contains("default http://127.0.0.1:$CLICKHOUSE_HTTP_PORT, now http://127.0.0.1:")
        .contains("default reader;");
    assertThat(messages.toString(UTF_8)).isEmpty();
  }

  @Test
  void namesSubcommandsByTheirPath() {
    assertThat(Commands.run(new Parent(), print(out), print(messages), "child", "--none"))
        .isEqualTo(2);
    assertThat(messages.toString(UTF_8)).contains("deploy/local/child: ");
  }

  @Test
  void printsTheMessageOfAFailureOfTheOutsideWorld() {
    sleep.failure = new IOException("The disk is full.");
    assertThat(run()).isEqualTo(1);
    assertThat(messages.toString(UTF_8)).isEqualTo("The disk is full.%n".formatted());
  }

  @Test
  void printsTheStackTraceOfAnErrorInTheProgram() {
    sleep.failure = new NullPointerException("bug");
    assertThat(run()).isEqualTo(1);
    assertThat(messages.toString(UTF_8)).contains("NullPointerException: bug", "\tat ");
  }

  private int run(String... arguments) {
    return Commands.run(sleep, print(out), print(messages), arguments);
  }

  private static PrintStream print(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, UTF_8);
  }

  @Command(name = "deploy/local/sleep")
  private static final class Sleep implements Callable<Integer> {
    @Option(names = "--for", defaultValue = "1s")
    private Duration duration;

    // Their options are parsed, and nothing asks for the values.
    @SuppressWarnings("UnusedVariable")
    @Mixin
    private KafkaOptions kafka;

    @SuppressWarnings("UnusedVariable")
    @Mixin
    private ClickHouseOptions clickHouse = new ClickHouseOptions("reader", "");

    @Parameters private List<String> others = new ArrayList<>();

    private Exception failure;

    @Override
    public Integer call() throws Exception {
      if (failure != null) {
        throw failure;
      }
      return 0;
    }
  }

  @Command(name = "deploy/local", subcommands = Child.class)
  private static final class Parent {}

  @Command(name = "child")
  private static final class Child implements Callable<Integer> {
    @Override
    public Integer call() {
      return 0;
    }
  }
}
