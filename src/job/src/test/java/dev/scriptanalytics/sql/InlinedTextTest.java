package dev.scriptanalytics.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.testkit.process.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The views of metrics repeat their text, since a view within a view is slow: see script_metrics.
 */
class InlinedTextTest {
  private static final String ORIGINAL = "17_script_metrics.sql";

  /** The columns by which a view groups, and the length of its buckets. */
  private static final Pattern OF_GROUPS =
      Pattern.compile(
          "(greatest\\(1, \\{step:UInt32}\\) AS seconds|.* AS bucket|deployment_version"
              + "|deployment_id|.* AS unnumbered_id|(.* AS )?(first|last)_minute),"
              + "|GROUP BY .*");

  private static final Pattern OF_STEP =
      Pattern.compile("if\\(seconds % \\d+ = 0, (.*), (edge_to|toDateTime\\(0, 'UTC'\\))\\) AS ");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "18_version_metrics.sql",
        "19_run_timeline.sql",
        "20_script_percentile.sql",
        "21_percentile_timeline.sql",
        "33_version_comparison.sql"
      })
  void theRangeOfAScriptIsReadTheSameWayByEveryView(String file) {
    assertThat(withoutGroups(cells(file))).isEqualTo(withoutGroups(cells(ORIGINAL)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"18_version_metrics.sql", "19_run_timeline.sql"})
  void theMetricsAreComputedTheSameWayByEveryView(String file) {
    for (String[] part :
        new String[][] {
          {"runs_seen AS total_runs,", "times_max AS max"},
          {"sum(seen) AS runs_seen,", ") AS percentiles"}
        }) {
      assertThat(part(file, part[0], part[1])).isEqualTo(part(ORIGINAL, part[0], part[1]));
    }
  }

  @Test
  void regressionsHaveTheRangeOfScriptMetrics() {
    assertThat(part("23_version_regressions.sql", "parseDateTime64BestEffort", ") AS may_see"))
        .isEqualTo(part(ORIGINAL, "parseDateTime64BestEffort", ") AS may_see"));
  }

  @Test
  void theComparisonAndTheVerdictFindAValueInADigestTheSameWay() {
    assertThat(part("34_version_verdict.sql", "(quantiles, at_least", ") AS share_between"))
        .isEqualTo(part("33_version_comparison.sql", "(quantiles, at_least", ") AS share_between"));
  }

  @Test
  void deploymentsHaveTheSameNamesWhereTheyAreCompared() {
    assertThat(part("31_pattern_changes.sql", "SELECT arrayMap(", ") AS compared"))
        .isEqualTo(part("33_version_comparison.sql", "SELECT arrayMap(", ") AS compared"));
  }

  @Test
  void theOverviewsHaveOneRange() {
    assertThat(part("45_regressions_overview.sql", "parseDateTime64BestEffort", "(SELECT count()"))
        .isEqualTo(part("41_scripts_overview.sql", "parseDateTime64BestEffort", "(SELECT count()"));
  }

  @Test
  void regressionsAreJudgedTheSameWayForOneAccountAndForAll() {
    for (String[] part :
        new String[][] {
          {"AS", "FROM"},
          {"FROM", ")(digest) AS quantiles"},
          {"HAVING finished > 0", "LEFT JOIN"},
          {"HAVING length(newest) = 2", "WHERE notEmpty(regressions)"}
        }) {
      assertThat(withoutAccount(part("45_regressions_overview.sql", part[0], part[1])))
          .isEqualTo(withoutAccount(part("23_version_regressions.sql", part[0], part[1])));
    }
  }

  @Test
  void anErrorHasOneTitleInEveryView() {
    assertThat(part("46_errors_overview.sql", "leftUTF8(", ") AS error"))
        .isEqualTo(part("32_error_groups.sql", "leftUTF8(", ") AS error"));
  }

  @Test
  void theTwoFormsOfDensityHaveOneDuration() {
    List<String> lines = lines("35_run_density.sql").stream().map(String::strip).toList();
    for (String once :
        new String[] {
          "if(ms = unknown, -1,",
          "if(status = 'In Progress',",
          "intDiv(toUnixTimestamp64Milli(executed_on)"
        }) {
      assertThat(lines.stream().filter(line -> line.contains(once)))
          .as(once)
          .hasSize(2)
          .containsOnly(lines.stream().filter(line -> line.contains(once)).findFirst().get());
    }
  }

  /** The branches of a view that read tables, up to the end of the subquery. */
  private static List<String> cells(String file) {
    List<String> lines = lines(file);
    // A view with buckets has their length in front of the range.
    int begin = 0;
    while (!lines.get(begin).strip().equals("WITH")
        || !lines.subList(begin, begin + 3).toString().contains("BestEffort({from:String}")) {
      begin++;
    }
    int end = begin;
    while (indentation(lines.get(end)) >= indentation(lines.get(begin))) {
      end++;
    }
    return lines.subList(begin, end).stream().map(String::strip).toList();
  }

  private static int indentation(String line) {
    return line.length() - line.stripLeading().length();
  }

  private static List<String> withoutGroups(List<String> lines) {
    return lines.stream()
        .filter(line -> !OF_GROUPS.matcher(line).matches())
        .map(line -> OF_STEP.matcher(line).replaceFirst("$1 AS "))
        .toList();
  }

  private static List<String> withoutAccount(List<String> lines) {
    return lines.stream()
        .filter(line -> !line.equals("account,"))
        .map(line -> line.replace("account, ", ""))
        .toList();
  }

  /**
   * The lines from the first one that begins with a text to the next one that ends with another.
   */
  private static List<String> part(String file, String begin, String end) {
    List<String> lines = lines(file).stream().map(String::strip).collect(Collectors.toList());
    int first = 0;
    while (!lines.get(first).replace("account, ", "").startsWith(begin)) {
      first++;
    }
    int last = first;
    while (!lines.get(last).replace("account, ", "").contains(end)) {
      last++;
    }
    // What follows the part decides whether its last line has a comma.
    lines.set(last, lines.get(last).replaceAll(",$", ""));
    return lines.subList(first, last + 1);
  }

  /** The lines of a file without comments. */
  private static List<String> lines(String file) {
    try {
      return Files.readAllLines(Repository.path("sql/" + file)).stream()
          .filter(line -> !line.strip().startsWith("--"))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }
}
