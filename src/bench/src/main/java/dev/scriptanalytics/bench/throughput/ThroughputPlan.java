package dev.scriptanalytics.bench.throughput;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the throughput benchmark measures.
 *
 * @param events of runs in each case
 * @param turns the contenders' names, in the order in which they are measured in each case
 * @param baseline the contender that the others are compared with
 * @param jars of the contenders that are the job of another build, by name
 * @param flinkSettings in place of those in {@code deploy/flink/config.yaml}
 * @param jobOptions such as {@code --run.memory=1h}
 * @param freshnessDuration how long to measure in each case how soon events are found; zero: not
 * @param freshnessRate events a second meanwhile; 0 for half of the job's median rate
 * @param home the directory of the broker, the server and the clusters; its content is removed
 */
record ThroughputPlan(
    List<Workload> cases,
    long events,
    List<String> turns,
    String baseline,
    Map<String, Path> jars,
    Map<String, String> flinkSettings,
    List<String> jobOptions,
    Duration freshnessDuration,
    double freshnessRate,
    Path home) {

  /** The contender that is the jar as built from this checkout. */
  static final String JOB = "job";

  static final String NO_CHECKPOINTS = "no-checkpoints";
  static final String KAFKA_ENGINE = "kafka-engine";
  static final String KAFKA_ENGINE_PLAIN = "kafka-engine-plain";

  private static final Set<String> WITHOUT_JAR =
      Set.of(
          JOB,
          NO_CHECKPOINTS,
          FirstStages.READ,
          FirstStages.READ_AND_DECODE,
          KAFKA_ENGINE,
          KAFKA_ENGINE_PLAIN);

  ThroughputPlan {
    cases = List.copyOf(cases);
    turns = List.copyOf(turns);
    jars = Map.copyOf(jars);
    flinkSettings = Map.copyOf(flinkSettings);
    jobOptions = List.copyOf(jobOptions);
    home = home.toAbsolutePath();
    for (String name : turns) {
      if (WITHOUT_JAR.contains(name) == jars.containsKey(name)) {
        throw new IllegalArgumentException(
            (jars.containsKey(name) ? "no jar can have the name " : "there is no contender ")
                + name);
      }
    }
    if (!turns.contains(baseline)) {
      throw new IllegalArgumentException("there is no contender " + baseline + " to compare with");
    }
    if (!freshnessDuration.isZero() && freshnessRate == 0 && !turns.contains(JOB)) {
      throw new IllegalArgumentException(
          "half of the job's rate is not known without the contender job: name --freshness-rate");
    }
  }

  /** The contenders, each once, in the order of their first turns. */
  List<String> contenders() {
    return List.copyOf(new LinkedHashSet<>(turns));
  }

  /** The turns where each contender has one a round. */
  static List<String> inRounds(List<String> contenders, int rounds) {
    List<String> turns = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      turns.addAll(contenders);
    }
    return turns;
  }

  /**
   * The turns that are written as letters.
   *
   * @param order such as {@code ABBA}: A stands for the first contender, B for the second
   * @throws IllegalArgumentException if a letter has no contender, or a contender no letter
   */
  static List<String> inOrder(List<String> contenders, String order) {
    List<String> turns = new ArrayList<>();
    for (int i = 0; i < order.length(); i++) {
      char letter = order.charAt(i);
      int index = letter - 'A';
      if (index < 0 || index >= contenders.size()) {
        throw new IllegalArgumentException(
            "--order has the letter \"%s\", but the %d contenders are A to %s"
                .formatted(letter, contenders.size(), (char) ('A' + contenders.size() - 1)));
      }
      turns.add(contenders.get(index));
    }
    if (!turns.containsAll(contenders)) {
      throw new IllegalArgumentException(
          "--order " + order + " does not have a letter for each of " + contenders);
    }
    return turns;
  }
}
