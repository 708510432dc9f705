package dev.scriptanalytics.bench.faults;

import dev.scriptanalytics.testkit.command.CommandLine;
import dev.scriptanalytics.testkit.command.CommandLine.BadArgument;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/** Lets everything go wrong that can, and says whether a run was lost or counted twice. */
public final class FaultSuite {
  private static final String USAGE =
      """
      Starts a Kafka broker, a Flink cluster with the job, and a ClickHouse server of its own, sends
      made-up runs and logs at a steady rate, and lets one fault after the other happen, in random
      order. After each it compares all that was sent since the start with ClickHouse: counts must be
      equal in runs, logs and run_rollups, P90 and P99 within half a percent in rank, and there must
      be no row that nobody sent. Ends with 1 if anything differs.
        --seed N           of the first round: of the order and of the runs; default: a random one
        --rounds N         rounds, with the seeds that follow; default 1
        --faults LIST      quick, all (default), or names, separated by commas:
      FAULTS
        --rate N           records a second; default 200
        --away DURATION    default 90s, as for the next ones what the list above says
        --frozen DURATION  default 30s
        --refusing DURATION    default 20s
        --cut DURATION     default 20s
        --full-disk DURATION   default 30s
        --lasting DURATION     of three-times, shuffled and idle-partition; default 40s
        --settling DURATION    how long nothing happens before and after each fault; default 5s
        --bad-records N    default 20000
        --home DIRECTORY   default faults in $SCRIPT_ANALYTICS_HOME; its content is removed
      """;

  private static final Set<String> VALUED =
      Set.of(
          "--seed",
          "--rounds",
          "--faults",
          "--rate",
          "--away",
          "--frozen",
          "--refusing",
          "--cut",
          "--full-disk",
          "--lasting",
          "--settling",
          "--bad-records",
          "--home");

  private FaultSuite() {}

  public static void main(String[] args) throws InterruptedException {
    System.exit(run(args, System.out, System.err));
  }

  private static int run(String[] args, PrintStream out, PrintStream messages)
      throws InterruptedException {
    try {
      CommandLine options = CommandLine.parse(args, VALUED, Set.of("--help"));
      options.expectNoOthers();
      if (options.has("--help")) {
        out.print(USAGE.replace("FAULTS", names()));
        return 0;
      }
      FaultRounds suite = new FaultRounds(settings(options), out);
      suite.run();
      out.print(suite.summary());
      return suite.isExact() ? 0 : 1;
    } catch (BadArgument e) {
      messages.println("fault-suite: " + e.getMessage() + "; see --help");
      return 2;
    } catch (IOException | UncheckedIOException | IllegalStateException e) {
      messages.println("fault-suite: " + e.getMessage());
      return 1;
    }
  }

  private static String names() {
    return Arrays.stream(Fault.values())
        .map(
            fault ->
                String.format(
                    Locale.ROOT,
                    "    %-18s%s%s",
                    fault.word(),
                    Fault.quickOnes().contains(fault) ? "(quick) " : "",
                    fault.description()))
        .collect(Collectors.joining("\n"));
  }

  private static SuiteSettings settings(CommandLine options) throws BadArgument {
    Path home = options.path("--home", null);
    if (home == null) {
      home = Path.of(System.getenv("SCRIPT_ANALYTICS_HOME"), "faults");
    }
    return new SuiteSettings(
        options.integer("--seed", new Random().nextInt(1_000_000)),
        (int) options.integer("--rounds", 1),
        faults(options.text("--faults", "all")),
        (int) options.integer("--rate", 200),
        options.duration("--settling", Duration.ofSeconds(5)),
        options.duration("--lasting", Duration.ofSeconds(40)),
        options.duration("--away", Duration.ofSeconds(90)),
        options.duration("--frozen", Duration.ofSeconds(30)),
        options.duration("--refusing", Duration.ofSeconds(20)),
        options.duration("--cut", Duration.ofSeconds(20)),
        options.duration("--full-disk", Duration.ofSeconds(30)),
        (int) options.integer("--bad-records", 20_000),
        home);
  }

  private static List<Fault> faults(String names) throws BadArgument {
    if (names.equals("all")) {
      return List.of(Fault.values());
    }
    if (names.equals("quick")) {
      return Fault.quickOnes();
    }
    List<Fault> faults = new ArrayList<>();
    for (String name : names.split(",", -1)) {
      faults.add(
          Fault.of(name).orElseThrow(() -> new BadArgument("there is no fault \"" + name + "\"")));
    }
    return faults;
  }
}
