package dev.scriptanalytics.bench.throughput;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.scriptanalytics.testkit.command.CommandLine;
import dev.scriptanalytics.testkit.command.CommandLine.BadArgument;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Measures how fast the job is beside ClickHouse's own Kafka engine, or beside the job of another
 * build, with a real broker, a real Flink cluster and a real ClickHouse server on this machine, and
 * whether everything is there in the end.
 */
public final class ThroughputBenchmark {
  private static final String USAGE =
      """
      Measures the job's throughput beside that of ClickHouse's own Kafka engine, or beside that of
      the job from other jars. Starts a Kafka broker, a ClickHouse server and, for each run, a new
      Flink cluster, and stops them. A case's events are loaded once.
        --cases LETTERS    default abcdefg; of
      CASES
        --events N         events per case; default 12000000; in case f so many events of runs before
                           the restart and half as many after it
        --contenders LIST  of job (the jar as built), no-checkpoints, read, read-and-decode (the
                           job's first stages only), kafka-engine, kafka-engine-plain, and the
                           names of --jar; default job,kafka-engine, or with --jar all of those
        --jar [NAME=]FILE  a contender that is the job from this jar; NAME is the file's without
                           .jar if it is missing; may be repeated. It gets the same options and
                           finds the same tables as job
        --baseline NAME    the contender that the others are compared with; default the last
        --rounds N         turns of each contender in each case; default 3
        --order LETTERS    the turns one by one, such as ABBAABBA: A is the first contender, B the
                           second; in place of --rounds
        --freshness DURATION   measures also, in cases without restart, how soon a query finds
                           what was sent: for this long, at half of the job's rate
        --freshness-rate N at N events per second instead
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
      Map<String, String> flinkSettings = new HashMap<>();
      Map<String, Path> jars = new LinkedHashMap<>();
      List<String> own = new ArrayList<>();
      for (int i = 0; i < args.length; i++) {
        String arg = args[i];
        if (arg.startsWith("--job.") && arg.contains("=")) {
          jobOptions.add("--" + arg.substring("--job.".length()));
        } else if (arg.startsWith("--flink.") && arg.contains("=")) {
          int equals = arg.indexOf('=');
          flinkSettings.put(arg.substring("--flink.".length(), equals), arg.substring(equals + 1));
        } else if (arg.equals("--jar") && i + 1 < args.length) {
          addJar(args[++i], jars);
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
                  "--order",
                  "--contenders",
                  "--baseline",
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
      List<String> contenders =
          Arrays.asList(
              options
                  .text(
                      "--contenders",
                      jars.isEmpty() ? "job,kafka-engine" : String.join(",", jars.keySet()))
                  .split(","));
      String order = options.text("--order", "");
      ThroughputRounds rounds =
          new ThroughputRounds(
              new ThroughputPlan(
                  cases(options.text("--cases", "abcdefg")),
                  options.integer("--events", 12_000_000),
                  order.isEmpty()
                      ? ThroughputPlan.inRounds(contenders, (int) options.integer("--rounds", 3))
                      : ThroughputPlan.inOrder(contenders, order),
                  options.text("--baseline", contenders.get(contenders.size() - 1)),
                  jars,
                  flinkSettings,
                  jobOptions,
                  options.duration("--freshness", Duration.ZERO),
                  options.number("--freshness-rate", 0),
                  home),
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

  private static void addJar(String argument, Map<String, Path> jars) throws BadArgument {
    int equals = argument.indexOf('=');
    Path file = Path.of(argument.substring(equals + 1)).toAbsolutePath();
    if (!Files.isRegularFile(file)) {
      throw new BadArgument("there is no jar " + file);
    }
    String name =
        equals > 0
            ? argument.substring(0, equals)
            : file.getFileName().toString().replaceFirst("\\.jar$", "");
    if (jars.put(name, file) != null) {
      throw new BadArgument("two jars have the name " + name + ": write --jar NAME=FILE");
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
