package dev.scriptanalytics.bench.verdict;

import dev.scriptanalytics.bench.sql.SqlFile;
import dev.scriptanalytics.testkit.clickhouse.TestClickHouse;
import dev.scriptanalytics.testkit.command.Commands;
import dev.scriptanalytics.testkit.process.DirectoryTree;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Asks for verdicts on simulated deployments after each of 60 minutes, and counts which ones are
 * called worse: of those that are not, at most one in a hundred may be; of those that are clearly
 * slower, nearly all must be.
 *
 * <p>Asking the view 600,000 times would take hours. So its text judges all deployments at once,
 * with figures that ClickHouse makes of simulated runs as it makes them of rollups. The rows of a
 * few deployments are also inserted into the tables, and the view itself must say the same of them.
 */
public final class VerdictSimulation {
  private static final int BATCH = 500;
  private static final String SCENARIO = "scenario";

  private final TestClickHouse clickHouse;
  private final long seed;
  private final String judgeAll;

  VerdictSimulation(TestClickHouse clickHouse, long seed) {
    this.clickHouse = clickHouse;
    this.seed = seed;
    judgeAll =
        "INSERT INTO benchmark.simulated_verdicts SELECT {scenario:String}, candidate_version,"
            + " baseline_version, verdict, worse_in, candidate_failed, candidate_response_times,"
            + " [failure_p_value, p50_p_value, p90_p_value, p99_p_value, new_error_p_value] FROM ("
            + ViewText.read().ofSimulated()
            + ")";
    file("simulation.sql").statements().forEach(clickHouse::query);
  }

  /**
   * How many deployments were called worse after any of the minutes.
   *
   * @param deployments that were simulated
   * @param everWorse for any reason
   * @param reasons each reason's share of them, in the order of the view
   * @param worseAtEnd after the last minute
   * @param passedAtEnd after the last minute
   */
  record Outcome(
      int deployments, int everWorse, List<Integer> reasons, int worseAtEnd, int passedAtEnd) {}

  public static void main(String[] args) {
    Commands.main(new Arguments(), args);
  }

  @Command(
      name = "deploy/local/verdict-simulation",
      description =
          "Asks for the verdict on simulated deployments once a minute for an hour, on a ClickHouse"
              + " server of its own, and prints a table in Markdown: how many are called worse. Takes"
              + " ten minutes on two cores.")
  private static final class Arguments implements Callable<Integer> {
    @Option(
        names = "--deployments",
        paramLabel = "N",
        defaultValue = "10000",
        description = "of each of the first two scenarios; default ${DEFAULT-VALUE}")
    private int deployments;

    @Option(
        names = "--others",
        paramLabel = "N",
        defaultValue = "1000",
        description = "deployments of each other scenario; default ${DEFAULT-VALUE}")
    private int others;

    @Option(
        names = "--checked",
        paramLabel = "N",
        defaultValue = "10",
        description =
            "deployments of each scenario of which the view itself is asked, too; default"
                + " ${DEFAULT-VALUE}")
    private int checked;

    @Option(
        names = "--seed",
        paramLabel = "N",
        defaultValue = "1",
        description = "other runs for another number; default ${DEFAULT-VALUE}")
    private long seed;

    @Override
    public Integer call() throws IOException {
      Path directory = Files.createTempDirectory("verdict-simulation");
      TestClickHouse clickHouse = TestClickHouse.start(directory);
      try {
        clickHouse.applySql();
        VerdictSimulation simulation = new VerdictSimulation(clickHouse, seed);
        System.out.println(
            "| deployments whose | simulated | worse within the hour | failures | P50 | P90 | P99"
                + " | new errors | worse at the end | passed at the end |");
        System.out.println("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
        simulation.print(Scenario.NO_DIFFERENCE, deployments, checked, System.out);
        simulation.print(Scenario.SLOWER, deployments, checked, System.out);
        for (Scenario scenario : Scenario.OTHERS) {
          simulation.print(scenario, others, checked, System.out);
        }
      } finally {
        clickHouse.stop();
        DirectoryTree.delete(directory);
      }
      return 0;
    }
  }

  private void print(Scenario scenario, int deployments, int checked, PrintStream out) {
    Outcome outcome = run(scenario, deployments);
    out.printf(
        "| %s | %,d | %s |", scenario.name(), deployments, share(outcome.everWorse(), deployments));
    for (int reason : outcome.reasons()) {
      out.printf(" %s |", share(reason, deployments));
    }
    out.printf(
        " %s | %s |%n",
        share(outcome.worseAtEnd(), deployments), share(outcome.passedAtEnd(), deployments));
    requireThatTheViewAgrees(scenario, Math.min(checked, deployments));
  }

  private static String share(int count, int of) {
    return "%.2f %%".formatted(100.0 * count / of);
  }

  /** Simulates deployments and judges them after each minute. */
  Outcome run(Scenario scenario, int deployments) {
    for (int first = 0; first < deployments; first += BATCH) {
      simulateRuns(scenario, first, Math.min(BATCH, deployments - first));
      ask(judgeAll, Map.of(SCENARIO, scenario.name(), "version", "v2"));
    }
    String[] counts =
        ask(file("results.sql").statement(SCENARIO), Map.of(SCENARIO, scenario.name())).split("\t");
    List<Integer> numbers = List.of(counts).stream().map(Integer::valueOf).toList();
    return new Outcome(
        numbers.get(0),
        numbers.get(1),
        numbers.subList(2, numbers.size() - 2),
        numbers.get(numbers.size() - 2),
        numbers.get(numbers.size() - 1));
  }

  /**
   * Inserts the rows of the first deployments and asks the view about them.
   *
   * @throws IllegalStateException if it says another thing than the simulation after the last
   *     minute
   */
  void requireThatTheViewAgrees(Scenario scenario, int deployments) {
    simulateRuns(scenario, 0, deployments);
    Instant begin = Instant.now().truncatedTo(ChronoUnit.HOURS).minus(Duration.ofHours(5));
    for (String table : List.of("runs", "logs", "run_rollups", "deployments")) {
      clickHouse.query("TRUNCATE TABLE script_analytics." + table);
    }
    for (String insert : file("rows_of_view.sql").statements()) {
      ask(
          insert,
          Map.of(
              "begin", Long.toString(begin.getEpochSecond()),
              "deployments", Integer.toString(deployments)));
    }
    for (int i = 1; i <= deployments; i++) {
      String deployment = Integer.toString(i);
      String disagreement =
          ask(
              file("results.sql").statement("disagreements"),
              Map.of(SCENARIO, scenario.name(), "deployment", deployment, "script", deployment));
      if (!disagreement.isEmpty()) {
        throw new IllegalStateException(
            "Of deployment %s of \"%s\" the simulation and the view say: %s"
                .formatted(deployment, scenario.name(), disagreement));
      }
    }
  }

  private void simulateRuns(Scenario scenario, int before, int count) {
    clickHouse.query("TRUNCATE TABLE benchmark.simulated_runs");
    Map<String, String> parameters = new HashMap<>(scenario.parameters());
    parameters.put("first", Integer.toString(before + 1));
    parameters.put("count", Integer.toString(count));
    parameters.put("seed", Long.toString(seed));
    ask(file("simulate_runs.sql").statement(), parameters);
  }

  private String ask(String statement, Map<String, String> parameters) {
    Map<String, String> named = new HashMap<>();
    parameters.forEach((name, value) -> named.put("param_" + name, value));
    return clickHouse.http().queryAs("default", "", statement, named);
  }

  private static SqlFile file(String name) {
    return SqlFile.beside(VerdictSimulation.class, name);
  }
}
