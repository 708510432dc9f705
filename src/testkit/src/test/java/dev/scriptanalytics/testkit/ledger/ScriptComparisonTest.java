package dev.scriptanalytics.testkit.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ScriptComparisonTest {
  private static final double[] TIMES = IntStream.rangeClosed(1, 1000).asDoubleStream().toArray();
  private static final String METRICS =
      "{\"total_runs\":1503,\"succeeded\":\"1000\",\"failed\":500,\"in_progress\":3,"
          + "\"failure_rate\":33.33,\"p90\":902.5,\"p99\":990.5,\"min\":1,\"max\":1000}";
  private static final String ROWS =
      "{\"succeeded\":1000,\"failed\":500,\"in_progress\":3,\"timed\":1000}";

  private final ScriptLedger expected = new ScriptLedger("a", "s", 0, 1, 1000, 500, 3, TIMES);

  @Test
  void findsNothingWhereCountsAreEqualAndPercentilesAreCloseInRank() {
    assertThat(compare(expected, METRICS, ROWS).differences()).isEmpty();
  }

  @Test
  void findsEachCountThatIsOffByOne() {
    String metrics = METRICS.replace("\"1000\"", "\"999\"").replace("1503", "1504");
    String rows = ROWS.replace("500", "501");

    assertThat(compare(expected, metrics, rows).differences())
        .containsExactly(
            "total runs: 1503 expected, 1504 found",
            "succeeded: 1000 expected, 999 found",
            "rows of failed runs: 500 expected, 501 found");
  }

  @Test
  void findsAPercentileThatIsOffByMoreThanHalfAPercentInRank() {
    assertThat(compare(expected, METRICS.replace("902.5", "907.3"), ROWS).differences())
        .containsExactly("P90 is 907.3 ms, which is off by 0.60% in rank (allowed: 0.50%)");
  }

  @Test
  void findsAWrongMinimumMaximumAndRate() {
    String metrics =
        METRICS
            .replace("\"min\":1,", "\"min\":0,")
            .replace("33.33", "33.4")
            .replace("\"max\":1000", "\"max\":null");

    assertThat(compare(expected, metrics, ROWS).differences())
        .hasSize(3)
        .anyMatch(difference -> difference.startsWith("failure rate"))
        .contains("min: 1.0 expected, 0.0 found", "max: 1000.0 expected, nothing found");
  }

  @Test
  void expectsNullsWhereThereIsNothingToComputeFrom() {
    ScriptLedger running = new ScriptLedger("a", "s", 0, 1, 0, 0, 2, new double[0]);
    String metrics =
        "{\"total_runs\":2,\"succeeded\":0,\"failed\":0,\"in_progress\":2,\"failure_rate\":null,"
            + "\"p90\":null,\"p99\":null,\"min\":null,\"max\":null}";
    String rows = "{\"succeeded\":0,\"failed\":0,\"in_progress\":2,\"timed\":0}";

    assertThat(compare(running, metrics, rows).differences()).isEmpty();
    assertThat(compare(running, metrics.replace("\"p90\":null", "\"p90\":0"), rows).differences())
        .containsExactly("P90 is 0.0, of 0 response times");
  }

  @Test
  void findsAPercentileThatIsMissing() {
    assertThat(compare(expected, METRICS.replace("990.5", "null"), ROWS).differences())
        .containsExactly("P99 is nothing, of 1000 response times");
  }

  @Test
  void findsARunOfAnotherDeploymentIdOrStatus() {
    ScriptLedger byDeployment =
        new ScriptLedger(
            "a",
            "s",
            0,
            1,
            1000,
            500,
            3,
            TIMES,
            Map.of(
                new DeploymentKey(4, ""), new RunCounts(1000, 499, 3, 8),
                new DeploymentKey(0, "v1"), new RunCounts(0, 1, 0, 9)),
            null);

    assertThat(compare(byDeployment, METRICS, ROWS).differences())
        .containsExactly(
            "failed of deployment v1: 1 expected, 0 found",
            "runs of deployment v1: other ids or status than expected",
            "runs of deployment 4: other ids or status than expected");
  }

  private static ScriptComparison compare(ScriptLedger expected, String metrics, String rows) {
    JsonMapper mapper = new JsonMapper();
    try {
      return new ScriptComparison(
          expected,
          ScriptMetrics.of(mapper.readTree(metrics), mapper.readTree(rows)),
          Map.of(new DeploymentKey(4, ""), new RunCounts(1000, 499, 3, 7)),
          null);
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }
}
