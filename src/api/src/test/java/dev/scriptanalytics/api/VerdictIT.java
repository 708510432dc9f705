package dev.scriptanalytics.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.testkit.process.Repository;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code deploy/verdict}, as a pipeline runs it. */
@Timeout(120)
class VerdictIT {
  private static final String WORSE = "worse/\"quoted\" é'\\ %2F&account=globex #?+*";

  @RegisterExtension static final ApiStack api = new ApiStack();

  @TempDir private Path directory;

  private record Outcome(int exitCode, String output, String messages) {}

  @BeforeAll
  static void insertDeployments() {
    insertDeployment("passing", 1, 2, 1500, 15);
    insertDeployment("passing", 2, 1, 1500, 15);
    insertDeployment(WORSE, 1, 2, 1500, 15);
    insertDeployment(WORSE, 2, 1, 1500, 500);
    insertDeployment("fresh", 1, 2, 1500, 15);
    insertDeployment("fresh", 2, 1, 5, 0);
  }

  /** A deployment all of whose runs started in one minute, some hours ago. */
  private static void insertDeployment(
      String script, int version, int hoursAgo, int runs, int failed) {
    RunTable.insertRows(
        ApiStack.clickHouse(),
        List.of(
            RunTable.run(script, script + version, Instant.now().minusSeconds(3600L * hoursAgo), 50)
                .put("deployment_version", version)));
    ApiStack.clickHouse()
        .query(
            """
            INSERT INTO script_analytics.run_rollups (account, script, minute, deployment_version,
              arrival, facts, seen, succeeded, failed, response_time_sum, response_time_min,
              response_time_max, means, weights)
            WITH arrayMap(i -> 50 + i / 10, range(%4$d - %5$d)) AS times
            SELECT 'acme', '%1$s', toStartOfMinute(now('UTC') - INTERVAL %3$d HOUR), %2$d,
              toStartOfHour(now('UTC')), 2 * %4$d, %4$d, length(times), %5$d, arraySum(times),
              arrayMin(times), arrayMax(times), times, arrayMap(time -> 1, times)
            """
                .formatted(
                    script.replace("\\", "\\\\").replace("'", "\\'"),
                    version,
                    hoursAgo,
                    runs,
                    failed));
  }

  @Test
  void aDeploymentThatIsAsGoodAsTheLastPasses() throws Exception {
    Outcome outcome = ask("passing", "2");

    assertThat(outcome)
        .isEqualTo(new Outcome(0, "pass: In 1500 finished runs nothing got worse\n", ""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"2", "v2"})
  void aDeploymentThatFailsMoreOftenIsWorse(String version) throws Exception {
    Outcome outcome = ask(WORSE, version);

    assertThat(outcome.exitCode()).as(outcome.messages()).isEqualTo(1);
    assertThat(outcome.output())
        .isEqualTo("worse: Failures: 33.33 % of 1500 finished runs, after 1 % of 1500\n");
    assertThat(outcome.messages()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"2", "77", "a/b c", "é'\"", "--help"})
  void aDeploymentOfFewRunsOrNoneIsInconclusive(String version) throws Exception {
    Outcome outcome = ask("fresh", version);

    assertThat(outcome.exitCode()).as(outcome.messages()).isEqualTo(2);
    assertThat(outcome.output()).startsWith("inconclusive: ").hasLineCount(1);
    assertThat(outcome.messages()).isEmpty();
  }

  @Test
  void theKeyMayBeInAFile() throws Exception {
    Path file = Files.writeString(directory.resolve("key"), ApiStack.MIA + "\n");

    Outcome outcome =
        run(
            Map.of(
                "SCRIPT_ANALYTICS_URL",
                api.address("/").toString(),
                "SCRIPT_ANALYTICS_KEY_FILE",
                file.toString(),
                "SCRIPT_ANALYTICS_ACCOUNT",
                "acme"),
            "passing",
            "2");

    assertThat(outcome.exitCode()).as(outcome.messages()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SCRIPT_ANALYTICS_KEY=sa_bm9ib2R5OnNlY3JldA | The key is not valid (status 401)",
        "SCRIPT_ANALYTICS_ACCOUNT=globex | (status 403)",
        "SCRIPT_ANALYTICS_KEY= | SCRIPT_ANALYTICS_KEY or SCRIPT_ANALYTICS_KEY_FILE must give a key",
        "SCRIPT_ANALYTICS_KEY=secret | the key is none",
        "SCRIPT_ANALYTICS_KEY_FILE=/none | are both set",
        "SCRIPT_ANALYTICS_URL=ftp://x | SCRIPT_ANALYTICS_URL must be an address",
        "SCRIPT_ANALYTICS_URL=http://x\"y | SCRIPT_ANALYTICS_URL must be an address",
        "SCRIPT_ANALYTICS_URL=http://127.0.0.1:1 | http://127.0.0.1:1 cannot be asked",
        "SCRIPT_ANALYTICS_TIMEOUT=soon | SCRIPT_ANALYTICS_TIMEOUT must be",
      })
  void whatIsWrongIsSaidInOneLine(String variable, String message) throws Exception {
    Map<String, String> environment = new HashMap<>(environment(ApiStack.DORA));
    String[] nameAndValue = variable.split("=", 2);
    environment.put(nameAndValue[0], nameAndValue[1]);

    refused(run(environment, "passing", "2"), message);
  }

  @Test
  void aKeyThatMayNotReadLogsIsTold() throws Exception {
    refused(run(environment(ApiStack.RUTH), "passing", "2"), "Logs access requires logs:read");
  }

  @ParameterizedTest
  @ValueSource(strings = {"no-such-script", "..", "a\nb"})
  void aScriptThatDoesNotExistIsNoVerdict(String script) throws Exception {
    refused(ask(script, "2"), "There is no such script (status 404)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "passing", "passing 2 3"})
  void aWrongCommandLineIsNoVerdict(String arguments) throws Exception {
    String[] words = arguments.isEmpty() ? new String[0] : arguments.split(" ", -1);

    refused(ask(words), "deploy/verdict takes SCRIPT and VERSION");
  }

  private static void refused(Outcome outcome, String message) {
    assertThat(outcome.exitCode()).isEqualTo(3);
    assertThat(outcome.output()).isEmpty();
    assertThat(outcome.messages())
        .startsWith("no verdict: ")
        .contains(message)
        .hasLineCount(1)
        .doesNotContain(ApiStack.DORA);
  }

  @Test
  void noProgramHasTheKeyAmongItsArgumentsOrVariables() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Map<String, String> environment = new HashMap<>(environment(ApiStack.DORA));
      environment.put("SCRIPT_ANALYTICS_URL", "http://127.0.0.1:" + silent.getLocalPort());
      Process process = start(environment, "passing", "2");
      Path curl;
      try (Socket asked = silent.accept()) {
        // The request has come, so all programs run.
        assertThat(asked.getInputStream().read()).isEqualTo('G');
        List<ProcessHandle> programs = process.descendants().toList();
        assertThat(programs).isNotEmpty();
        curl =
            programs.stream()
                .map(program -> Path.of("/proc/" + program.pid()))
                .filter(program -> text(program, "comm").equals("curl\n"))
                .findFirst()
                .orElseThrow();
        assertThat(text(curl, "environ")).doesNotContain(ApiStack.DORA);
        for (ProcessHandle program : programs) {
          assertThat(text(Path.of("/proc/" + program.pid()), "cmdline"))
              .isNotEmpty()
              .doesNotContain(ApiStack.DORA);
        }
      }
      refused(outcome(process), "cannot be asked");
    }
  }

  private static String text(Path program, String file) {
    try {
      return Files.readString(program.resolve(file));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void helpTellsEveryVariableAndExitCode() throws Exception {
    Outcome help = run(Map.of(), "--help");

    assertThat(help.exitCode()).isZero();
    Matcher variables =
        Pattern.compile("SCRIPT_ANALYTICS_[A-Z_]+")
            .matcher(Files.readString(Repository.path("deploy/verdict")));
    while (variables.find()) {
      assertThat(help.output()).contains(variables.group());
    }
    assertThat(help.output()).contains("  0   pass", "  1   worse", "  2   inconclusive", "  3  ");
  }

  private static Map<String, String> environment(String key) {
    return Map.of("SCRIPT_ANALYTICS_URL", api.address("").toString(), "SCRIPT_ANALYTICS_KEY", key);
  }

  private Outcome ask(String... arguments) throws IOException, InterruptedException {
    return run(environment(ApiStack.DORA), arguments);
  }

  private Outcome run(Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    return outcome(start(environment, arguments));
  }

  private Process start(Map<String, String> environment, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Repository.path("deploy/verdict").toString());
    command.addAll(List.of(arguments));
    ProcessBuilder script =
        new ProcessBuilder(command).redirectError(directory.resolve("messages").toFile());
    script.environment().putAll(environment);
    return script.start();
  }

  private Outcome outcome(Process process) throws IOException, InterruptedException {
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Outcome(process.waitFor(), output, Files.readString(directory.resolve("messages")));
  }
}
