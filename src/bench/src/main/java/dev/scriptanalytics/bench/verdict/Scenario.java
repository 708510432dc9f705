package dev.scriptanalytics.bench.verdict;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How simulated deployments differ from their baselines; {@code simulate_runs.sql} explains the
 * parameters.
 *
 * @param name in the table of results
 */
record Scenario(String name, Map<String, String> parameters) {
  private static final Map<String, String> NOTHING =
      Map.of(
          "baseline_runs", "0",
          "candidate_runs", "0",
          "failure_rate", "0",
          "sigma", "0",
          "slower", "1",
          "failing", "1",
          "slow_share", "0",
          "new_error", "0");

  /** Deployments of any size and kind that do not differ from their baselines. */
  static final Scenario NO_DIFFERENCE = new Scenario("no difference", with());

  /** A fifth more time for each run. */
  static final Scenario SLOWER =
      new Scenario(
          "every run takes 1.2 times as long (sigma 0.5)",
          ofThousand("sigma", "0.5", "slower", "1.2"));

  /** What else is worth finding, in 1,000 runs on each side. */
  static final List<Scenario> OTHERS =
      List.of(
          new Scenario(
              "every run takes 1.1 times as long (sigma 0.5)",
              ofThousand("sigma", "0.5", "slower", "1.1")),
          new Scenario(
              "3 % of the runs take 5 times as long (sigma 0.5)",
              ofThousand("sigma", "0.5", "slow_share", "0.03")),
          new Scenario(
              "failures rise from 1 % to 5 %", ofThousand("failure_rate", "0.01", "failing", "5")),
          new Scenario(
              "3 % of the runs have a new error",
              ofThousand("failure_rate", "0.01", "new_error", "0.03")));

  Scenario {
    Map<String, String> all = new LinkedHashMap<>(NOTHING);
    all.putAll(parameters);
    parameters = Map.copyOf(all);
  }

  /** Few runs fail, so that each side has nearly 1,000 response times. */
  private static Map<String, String> ofThousand(String... namesAndValues) {
    Map<String, String> parameters = with("failure_rate", "0.000001");
    parameters.put("baseline_runs", "1000");
    parameters.put("candidate_runs", "1000");
    parameters.putAll(with(namesAndValues));
    return parameters;
  }

  private static Map<String, String> with(String... namesAndValues) {
    Map<String, String> parameters = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      parameters.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return parameters;
  }
}
