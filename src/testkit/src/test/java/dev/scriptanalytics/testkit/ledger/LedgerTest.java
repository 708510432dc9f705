package dev.scriptanalytics.testkit.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerTest {
  private static final long NOON = 1_763_640_000_000L;

  @TempDir Path folder;
  private final Ledger ledger = new Ledger();

  @Test
  void countsRunsByScriptOfAnAccount() {
    ledger.add(run("acme", "a", NOON + 5, RunStatus.SUCCESS, 30.5));
    ledger.add(run("acme", "a", NOON, RunStatus.FAILED, Double.NaN));
    ledger.add(run("acme", "a", NOON + 9, RunStatus.IN_PROGRESS, Double.NaN));
    ledger.add(run("acme", "a", NOON + 7, RunStatus.SUCCESS, 10));
    ledger.add(run("acme", "a", NOON + 7, RunStatus.SUCCESS, Double.NaN));
    ledger.add(run("globex", "a", NOON, RunStatus.FAILED, Double.NaN));

    assertThat(ledger.scripts()).hasSize(2);
    ScriptLedger acme = ledger.scripts().get(0);
    assertThat(acme.from()).isEqualTo(NOON);
    assertThat(acme.to()).isEqualTo(NOON + 10);
    assertThat(acme.succeeded()).isEqualTo(3);
    assertThat(acme.failed()).isEqualTo(1);
    assertThat(acme.inProgress()).isEqualTo(1);
    assertThat(acme.totalRuns()).isEqualTo(5);
    assertThat(acme.failureRate()).isCloseTo(25, within(1e-12));
    assertThat(acme.responseTimes()).containsExactly(10, 30.5);
    assertThat(ledger.scripts().get(1).failureRate()).isEqualTo(100);
  }

  @Test
  void tellsDeploymentsApartByNumberAndWhereThereIsNoneById() throws IOException {
    for (DeploymentKey deployment :
        List.of(
            DeploymentKey.of(3, "deploy_1"),
            DeploymentKey.of(3, "deploy_2"),
            DeploymentKey.of(0, "v1.4.0"),
            DeploymentKey.of(0, ""))) {
      ledger.add(
          new RunOutcome("acme", "a", "run_1", deployment, NOON, RunStatus.FAILED, Double.NaN));
    }
    Path file = folder.resolve("ledger");
    ledger.write(file);

    assertThat(Ledger.read(file)).usingRecursiveComparison().isEqualTo(ledger.scripts());
    Map<DeploymentKey, RunCounts> deployments = ledger.scripts().get(0).deployments();
    assertThat(deployments.keySet())
        .extracting(DeploymentKey::toString)
        .containsExactly("unknown", "v1.4.0", "3");
    assertThat(deployments.get(new DeploymentKey(3, "")).failed()).isEqualTo(2);
    assertThat(deployments.get(new DeploymentKey(0, "v1.4.0")).failed()).isEqualTo(1);
  }

  @Test
  void countsDeadLettersByReason() {
    ledger.addDeadLetter("not_json");
    ledger.addDeadLetter("contradicting_end");
    ledger.addDeadLetter("not_json");

    assertThat(ledger.deadLetters()).isEqualTo(Map.of("contradicting_end", 1L, "not_json", 2L));
  }

  @Test
  void isReadBackFromItsFileAsItWas() throws IOException {
    for (int i = 0; i < 1000; i++) {
      ledger.add(run("acme", "quo\"ted", NOON + i, RunStatus.SUCCESS, i / 1000.0));
      ledger.add(run("acme", "b", NOON + i, RunStatus.FAILED, Double.NaN));
    }
    Path file = folder.resolve("ledger");
    ledger.write(file);

    assertThat(Files.readAllLines(file)).hasSize(2);
    assertThat(Ledger.read(file)).usingRecursiveComparison().isEqualTo(ledger.scripts());
  }

  @Test
  void countsLogEntriesOfEveryScriptOnceThereAreAny() throws IOException {
    ledger.add(run("acme", "silent", NOON, RunStatus.SUCCESS, 1));
    assertThat(ledger.scripts().get(0).logs()).isNull();

    ledger.add(log("acme", "a", 1_999, LogLevel.WARNING, "slow"));
    ledger.add(log("acme", "a", 500, LogLevel.WARNING, "slow"));
    ledger.add(log("acme", "a", 7_000, LogLevel.STDOUT, "hello"));
    Path file = folder.resolve("ledger");
    ledger.write(file);

    assertThat(Ledger.read(file)).usingRecursiveComparison().isEqualTo(ledger.scripts());
    assertThat(ledger.scripts().get(0).logs().counts()).isEqualTo(LogCounts.NONE);
    LogLedger logs = ledger.scripts().get(1).logs();
    assertThat(logs.from()).isEqualTo(NOON);
    assertThat(logs.to()).isEqualTo(NOON + 8);
    assertThat(logs.counts().byLevel()).isEqualTo(Map.of("Stdout", 1L, "Warning", 2L));
  }

  @Test
  void hasAnotherChecksumForAnotherTextRunVersionOrLevelAndNotForAnotherOrder() {
    LogOutcome one = log("acme", "a", 1, LogLevel.INFO, "one");
    LogOutcome two = log("acme", "a", 2, LogLevel.INFO, "two");

    assertThat(LogCounts.NONE.with(one).with(two)).isEqualTo(LogCounts.NONE.with(two).with(one));
    assertThat(
            Stream.of(
                    one,
                    two,
                    log("acme", "a", 1, LogLevel.ERROR, "one"),
                    new LogOutcome("acme", "a", "run_2", 3, 1, LogLevel.INFO, "one"),
                    new LogOutcome("acme", "a", "run_1", 4, 1, LogLevel.INFO, "one"))
                .map(log -> LogCounts.NONE.with(log).checksum()))
        .doesNotHaveDuplicates();
  }

  private static RunOutcome run(
      String account, String script, long startedAt, RunStatus status, double responseTime) {
    return new RunOutcome(
        account,
        script,
        "run_" + startedAt,
        new DeploymentKey(3, ""),
        startedAt,
        status,
        responseTime);
  }

  private static LogOutcome log(
      String account, String script, long micros, LogLevel level, String message) {
    return new LogOutcome(account, script, "run_1", 3, NOON * 1000 + micros, level, message);
  }

  @Test
  void namesTheLineThatIsNoLedgerOfAScript() throws IOException {
    ledger.add(run("acme", "a", NOON, RunStatus.SUCCESS, 1));
    Path file = folder.resolve("ledger");
    ledger.write(file);
    Files.write(file, List.of(Files.readString(file).strip(), "{\"account\":\"acme\"}"));

    assertThatIOException()
        .isThrownBy(() -> Ledger.read(file))
        .withMessageContaining(file + ", line 2 is not a script's ledger");
  }
}
