package dev.scriptanalytics.bench.throughput;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.scriptanalytics.testkit.command.Commands;
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
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Measures how fast the job is beside ClickHouse's own Kafka engine, or beside the job of another
 * build, with a real broker, a real Flink cluster and a real ClickHouse server on this machine, and
 * whether everything is there in the end.
 */
@Command(
    name = "deploy/local/throughput-benchmark",
    description =
        "Measures the job's throughput beside that of ClickHouse's own Kafka engine, or beside that"
            + " of the job from other jars. Starts a Kafka broker, a ClickHouse server and, for each"
            + " run, a new Flink cluster, and stops them. A case's events are loaded once.",
    footerHeading = "%nThe cases:%n",
    footer =
        "${sys:cases}%n%n--job.OPTION=VALUE is an option of the job, --flink.OPTION=VALUE one of"
            + " the Flink cluster; both may be repeated.")
public final class ThroughputBenchmark implements Callable<Integer> {
  private final PrintStream out;
  private final List<String> jobOptions = new ArrayList<>();
  private final Map<String, String> flinkSettings = new HashMap<>();

  @Spec private CommandSpec spec;

  @Option(
      names = "--cases",
      paramLabel = "LETTERS",
      defaultValue = "abcdefg",
      description = "default ${DEFAULT-VALUE}")
  private String cases;

  @Option(
      names = "--events",
      paramLabel = "N",
      defaultValue = "12000000",
      description =
          "events per case; default ${DEFAULT-VALUE}; in case f so many events of runs before the"
              + " restart and half as many after it")
  private long events;

  @Option(
      names = "--contenders",
      paramLabel = "NAME",
      split = ",",
      description =
          "of job (the jar as built), no-checkpoints, read, read-and-decode (the job's first stages"
              + " only), kafka-engine, kafka-engine-plain, and the names of --jar; default"
              + " job,kafka-engine, or with --jar all of those")
  private List<String> contenders = new ArrayList<>();

  @Option(
      names = "--jar",
      paramLabel = "[NAME=]FILE",
      description =
          "a contender that is the job from this jar; NAME is the file's without .jar if it is"
              + " missing; may be repeated. It gets the same options and finds the same tables as job")
  private List<String> jarArguments = new ArrayList<>();

  @Option(
      names = "--baseline",
      paramLabel = "NAME",
      description = "the contender that the others are compared with; default the last")
  private String baseline;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "3",
      description = "turns of each contender in each case; default ${DEFAULT-VALUE}")
  private int rounds;

  @Option(
      names = "--order",
      paramLabel = "LETTERS",
      description =
          "the turns one by one, such as ABBAABBA: A is the first contender, B the second; in place"
              + " of --rounds")
  private String order;

  @Option(
      names = "--freshness",
      paramLabel = "DURATION",
      defaultValue = "0s",
      description =
          "also measures, in cases without restart, how soon a query finds what was sent: for this"
              + " long, at half of the job's rate")
  private Duration freshness;

  @Option(
      names = "--freshness-rate",
      paramLabel = "N",
      defaultValue = "0",
      description = "at N events per second instead")
  private double freshnessRate;

  @Option(
      names = "--home",
      paramLabel = "DIRECTORY",
      defaultValue = "${env:SCRIPT_ANALYTICS_HOME}/benchmark",
      description = "default benchmark in $$SCRIPT_ANALYTICS_HOME; its content is removed")
  private Path home;

  @Option(names = "--json", paramLabel = "FILE", description = "writes every measurement")
  private Path json;

  private ThroughputBenchmark(PrintStream out) {
    this.out = out;
  }

  public static void main(String[] args) {
    System.setProperty("cases", descriptions());
    ThroughputBenchmark benchmark = new ThroughputBenchmark(System.out);
    Commands.main(benchmark, benchmark.withoutOptionsOfOthers(args));
  }

  /** The list of cases for the help, which is a format: picocli finds it as a property. */
  private static String descriptions() {
    return Arrays.stream(Workload.values())
        .map(workload -> "  " + workload.letter() + "  " + workload.description())
        .collect(Collectors.joining("\n"))
        .replace("%", "%%");
  }

  /** Takes the options of job and cluster out, whose names picocli cannot know. */
  private String[] withoutOptionsOfOthers(String[] args) {
    List<String> own = new ArrayList<>();
    for (String arg : args) {
      int equals = arg.indexOf('=');
      if (arg.startsWith("--job.") && equals > 0) {
        jobOptions.add("--" + arg.substring("--job.".length()));
      } else if (arg.startsWith("--flink.") && equals > 0) {
        flinkSettings.put(arg.substring("--flink.".length(), equals), arg.substring(equals + 1));
      } else {
        own.add(arg);
      }
    }
    return own.toArray(String[]::new);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    ThroughputRounds measured = new ThroughputRounds(plan(), out);
    boolean exact = measured.run();
    if (json != null) {
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .writeValue(
              json.toFile(),
              Map.of("throughput", measured.measurements(), "freshness", measured.freshness()));
    }
    return exact ? 0 : 1;
  }

  private ThroughputPlan plan() {
    Map<String, Path> jars = jars();
    if (contenders.isEmpty()) {
      contenders = jars.isEmpty() ? List.of("job", "kafka-engine") : List.copyOf(jars.keySet());
    }
    try {
      return new ThroughputPlan(
          chosenCases(),
          events,
          order == null
              ? ThroughputPlan.inRounds(contenders, rounds)
              : ThroughputPlan.inOrder(contenders, order),
          baseline == null ? contenders.get(contenders.size() - 1) : baseline,
          jars,
          flinkSettings,
          jobOptions,
          freshness,
          freshnessRate,
          home);
    } catch (IllegalArgumentException e) {
      throw refused(e.getMessage());
    }
  }

  private Map<String, Path> jars() {
    Map<String, Path> jars = new LinkedHashMap<>();
    for (String argument : jarArguments) {
      int equals = argument.indexOf('=');
      Path file = Path.of(argument.substring(equals + 1)).toAbsolutePath();
      if (!Files.isRegularFile(file)) {
        throw refused("there is no jar " + file);
      }
      String name =
          equals > 0
              ? argument.substring(0, equals)
              : file.getFileName().toString().replaceFirst("\\.jar$", "");
      if (jars.put(name, file) != null) {
        throw refused("two jars have the name " + name + ": write --jar NAME=FILE");
      }
    }
    return jars;
  }

  private List<Workload> chosenCases() {
    List<Workload> chosen = new ArrayList<>();
    for (String letter : cases.chars().mapToObj(Character::toString).toList()) {
      chosen.add(
          Workload.of(letter).orElseThrow(() -> refused("there is no case \"" + letter + "\"")));
    }
    return chosen;
  }

  private ParameterException refused(String reason) {
    return new ParameterException(spec.commandLine(), reason);
  }
}
