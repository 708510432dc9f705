package dev.scriptanalytics.bench.faults;

import dev.scriptanalytics.testkit.command.Commands;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Breaks what can break, one thing after the other, and says whether a run was lost or doubled. */
@Command(
    name = "deploy/local/fault-suite",
    description = {
      "Starts a Kafka broker, a Flink cluster with the job, and a ClickHouse server of its own, sends"
          + " sample runs and logs at a steady rate, and lets one fault after the other happen, in"
          + " random order. After each fault it compares all that was sent since the start with"
          + " ClickHouse: counts must be equal in runs, logs, rollups and dead_letters, P90 and P99"
          + " within half a percent in rank, and there must be no row that nobody sent.",
      "The exit code is 1 if anything differs."
    },
    footerHeading = "%nThe faults:%n",
    footer = "${sys:faults}")
public final class FaultSuite implements Callable<Integer> {
  private final PrintStream out;

  @Spec private CommandSpec spec;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "of the first round: of the order and of the runs; default: a random one")
  private long seed = new Random().nextInt(1_000_000);

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "1",
      description = "rounds, with the seeds that follow; default ${DEFAULT-VALUE}")
  private int rounds;

  @Option(
      names = "--faults",
      paramLabel = "NAMES",
      defaultValue = "all",
      description = "quick, all, or names, separated by commas; default ${DEFAULT-VALUE}")
  private String faults;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "200",
      description = "records per second; default ${DEFAULT-VALUE}")
  private int rate;

  @Option(names = "--away", paramLabel = "DURATION", defaultValue = "90s", description = LASTS)
  private Duration away;

  @Option(names = "--frozen", paramLabel = "DURATION", defaultValue = "30s", description = LASTS)
  private Duration frozen;

  @Option(names = "--refusing", paramLabel = "DURATION", defaultValue = "20s", description = LASTS)
  private Duration refusing;

  @Option(names = "--cut", paramLabel = "DURATION", defaultValue = "20s", description = LASTS)
  private Duration cut;

  @Option(names = "--full-disk", paramLabel = "DURATION", defaultValue = "30s", description = LASTS)
  private Duration fullDisk;

  @Option(
      names = "--lasting",
      paramLabel = "DURATION",
      defaultValue = "40s",
      description = "of three-times, shuffled and idle-partition; default ${DEFAULT-VALUE}")
  private Duration lasting;

  @Option(
      names = "--settling",
      paramLabel = "DURATION",
      defaultValue = "5s",
      description = "how long nothing happens before and after a fault; default ${DEFAULT-VALUE}")
  private Duration settling;

  @Option(
      names = "--bad-records",
      paramLabel = "N",
      defaultValue = "20000",
      description = "default ${DEFAULT-VALUE}")
  private int badRecords;

  @Option(
      names = "--home",
      paramLabel = "DIRECTORY",
      defaultValue = "${env:SCRIPT_ANALYTICS_HOME}/faults",
      description = "default faults in $$SCRIPT_ANALYTICS_HOME; its content is removed")
  private Path home;

  private static final String LASTS = "as the list of faults says; default ${DEFAULT-VALUE}";

  private FaultSuite(PrintStream out) {
    this.out = out;
  }

  public static void main(String[] args) {
    System.setProperty("faults", names());
    Commands.main(new FaultSuite(System.out), args);
  }

  /** The list of faults for the help, which is a format: picocli finds it as a property. */
  private static String names() {
    return Arrays.stream(Fault.values())
        .map(
            fault ->
                String.format(
                    Locale.ROOT,
                    "  %-18s%s%s",
                    fault.word(),
                    Fault.quickOnes().contains(fault) ? "(quick) " : "",
                    fault.description()))
        .collect(Collectors.joining("\n"))
        .replace("%", "%%");
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    FaultRounds suite =
        new FaultRounds(
            new SuiteSettings(
                seed,
                rounds,
                chosenFaults(),
                rate,
                settling,
                lasting,
                away,
                frozen,
                refusing,
                cut,
                fullDisk,
                badRecords,
                home),
            out);
    suite.run();
    out.print(suite.summary());
    return suite.isExact() ? 0 : 1;
  }

  private List<Fault> chosenFaults() {
    return switch (faults) {
      case "all" -> List.of(Fault.values());
      case "quick" -> Fault.quickOnes();
      default -> {
        List<Fault> named = new ArrayList<>();
        for (String name : faults.split(",", -1)) {
          named.add(
              Fault.of(name)
                  .orElseThrow(
                      () ->
                          new ParameterException(
                              spec.commandLine(), "there is no fault \"" + name + "\"")));
        }
        yield named;
      }
    };
  }
}
