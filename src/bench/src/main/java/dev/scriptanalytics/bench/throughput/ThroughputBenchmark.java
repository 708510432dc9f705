package dev.scriptanalytics.bench.throughput;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.scriptanalytics.testkit.command.CommandLine;
import dev.scriptanalytics.testkit.command.CommandLine.BadArgument;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Measures how fast the job is beside ClickHouse's own Kafka engine, on this machine, with a real
 * broker, a real Flink cluster and a real ClickHouse server, and whether everything is there in the
 * end.
 */
public final class ThroughputBenchmark {
  private static final String USAGE =
      """
      Measures the job's throughput beside that of ClickHouse's own Kafka engine. Starts a Kafka
      broker, a Flink cluster and a ClickHouse server of its own, and stops them.
        --cases LETTERS    default abcdefg; of
      CASES
        --events N         events of runs a case; default 12000000; a sixth of it in case e, in case
                           f so many before the restart and half as many after it
        --rounds N         times that each contender gets each case, in turn; default 3
        --contenders LIST  of job, no-checkpoints, read, read-and-decode (the job's first
                           stages only), kafka-engine, kafka-engine-plain; each is compared
                           with the last of them; default job,kafka-engine
        --freshness DURATION   measures also, in cases without restart, how soon a query finds
                           what was sent: for so long, at half of the job's rate
        --freshness-rate N at N events a second instead
        --job.OPTION=VALUE     an option of the job; may be repeated
        --flink.OPTION=VALUE   an option of the Flink cluster; may be repeated
        --home DIRECTORY   default benchmark in $SCRIPT_ANALYTICS_HOME; its content is removed
        --json FILE        writes every measurement
      """;

  private ThroughputBenchmark() {}

  public static void main(String[] args) throws InterruptedException {
    System.exit(run(args, System.out, System.err));
  }

  private static int run(String[] args, PrintStream out, PrintStream messages)
      throws InterruptedException {
    try {
      List<String> jobOptions = new ArrayList<>();
      List<String> flinkOptions = new ArrayList<>();
      List<String> own = new ArrayList<>();
      for (String arg : args) {
        if (arg.startsWith("--job.") && arg.contains("=")) {
          jobOptions.add("--" + arg.substring("--job.".length()));
        } else if (arg.startsWith("--flink.") && arg.contains("=")) {
          flinkOptions.add(arg.substring("--flink.".length()));
        } else {
          own.add(arg);
        }
      }
      CommandLine options =
          CommandLine.parse(
              own.toArray(String[]::new),
              Set.of(
                  "--cases",
                  "--events",
                  "--rounds",
                  "--contenders",
                  "--freshness",
                  "--freshness-rate",
                  "--home",
                  "--json"),
              Set.of("--help"));
      options.expectNoOthers();
      if (options.has("--help")) {
        String cases =
            Arrays.stream(Workload.values())
                .map(workload -> " ".repeat(23) + workload.letter() + "  " + workload.description())
                .collect(Collectors.joining("\n"));
        out.print(USAGE.replace("CASES", cases));
        return 0;
      }
      Path home = options.path("--home", null);
      if (home == null) {
        home = Path.of(System.getenv("SCRIPT_ANALYTICS_HOME"), "benchmark");
      }
      ThroughputReport rounds =
          new ThroughputReport(
              cases(options.text("--cases", "abcdefg")),
              options.integer("--events", 12_000_000),
              (int) options.integer("--rounds", 3),
              Arrays.asList(options.text("--contenders", "job,kafka-engine").split(",")),
              flinkOptions,
              jobOptions,
              options.duration("--freshness", Duration.ZERO),
              options.number("--freshness-rate", 0),
              home,
              out);
      boolean exact = rounds.run();
      Path json = options.path("--json", null);
      if (json != null) {
        new ObjectMapper()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .writeValue(
                json.toFile(),
                Map.of("throughput", rounds.measurements(), "freshness", rounds.freshness()));
      }
      return exact ? 0 : 1;
    } catch (BadArgument | IllegalArgumentException e) {
      messages.println("throughput-benchmark: " + e.getMessage() + "; see --help");
      return 2;
    } catch (IOException e) {
      messages.println("throughput-benchmark: " + e.getMessage());
      return 1;
    }
  }

  private static List<Workload> cases(String letters) throws BadArgument {
    List<Workload> cases = new ArrayList<>();
    for (String letter : letters.chars().mapToObj(Character::toString).toList()) {
      cases.add(
          Workload.of(letter)
              .orElseThrow(() -> new BadArgument("there is no case \"" + letter + "\"")));
    }
    return cases;
  }
}
