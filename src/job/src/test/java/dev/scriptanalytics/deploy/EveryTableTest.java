package dev.scriptanalytics.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.testkit.process.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What must be said or done of every table of {@code sql/}, and is forgotten with a new one. */
class EveryTableTest {
  private static final Set<String> TABLES = tables();

  @Test
  void theJobMayInsertIntoItOnOneServerAndOnACluster() {
    // The administrator fills one; materialized views with the rights of script_views the others.
    Set<String> inserted = without(TABLES, "reader_accounts", "run_ids", "deployments");
    String writer = between("deploy/clickhouse/users.xml", "<script_writer>", "</script_writer>");

    assertThat(found("GRANT INSERT, SHOW COLUMNS ON script_analytics\\.(\\w+)<", writer))
        .isEqualTo(inserted);
    assertThat(found("GRANT INSERT ON script_analytics\\.(\\w+)_local<", writer))
        .isEqualTo(inserted);
    assertThat(
            found(
                "GRANT INSERT ON script_analytics\\.(\\w+)<",
                between("deploy/clickhouse/users.xml", "<script_views>", "</script_views>")))
        .containsExactly("deployments", "deployments_local", "run_ids", "run_ids_local");
  }

  @Test
  void theGuideToClustersSaysWhatItBecomesAndWhereItsRowsAre() {
    String differences =
        between("deploy/clickhouse/CLUSTER.md", "## What differs", "A **shard** holds");
    String shards = between("deploy/clickhouse/CLUSTER.md", "| table | shard |", "## Set up");

    assertThat(found("`([a-z_]+)`", differences)).containsAll(TABLES);
    // All servers have all rows of it.
    assertThat(found("(?m)^\\| `(\\w+)` \\|", shards))
        .isEqualTo(without(TABLES, "reader_accounts"));
  }

  @Test
  void theGuideToOperationsSaysHowLongARowIsKept() {
    String retention = between("deploy/OPERATIONS.md", "| table | a row is kept |", "\n\n");

    assertThat(found("`([a-z_]+)`", retention)).isEqualTo(TABLES);
    Set<String> keptForGood = new TreeSet<>();
    for (String line : retention.split("\n", -1)) {
      if (line.contains("for good")) {
        keptForGood.addAll(found("`([a-z_]+)`", line));
      }
    }
    assertThat(keptForGood)
        .isEqualTo(without(TABLES, tablesWith("(?m)^TTL ").toArray(String[]::new)));
  }

  @Test
  void everythingOfAnAccountIsDeletedFromIt() {
    // It names jobs and no accounts.
    Set<String> ofAccounts = without(TABLES, "rollup_progress");
    String deletion =
        between(
            "deploy/clickhouse/ACCESS.md", "## Delete everything of an account", "5. Check that");
    String check = between("deploy/clickhouse/ACCESS.md", "5. Check that", "6. Remove its users");

    assertThat(found("ALTER TABLE script_analytics\\.(\\w+) DELETE WHERE", deletion))
        .isEqualTo(ofAccounts);
    assertThat(found("FROM script_analytics\\.(\\w+) WHERE account", check)).isEqualTo(ofAccounts);
  }

  @Test
  void theRebuildOfADayFillsWhatFollowsFromRawRows() {
    // Raw rows, what could not be used, the job's own progress and labels, and what the
    // administrator decides.
    Set<String> derived =
        without(
            TABLES,
            "runs",
            "logs",
            "log_shapes",
            "dead_letters",
            "rollup_progress",
            "reader_accounts");
    String rebuild = DeployedFiles.text("deploy/clickhouse/rebuild-rollups.sql");

    Set<String> filled = new TreeSet<>(found("INSERT INTO script_analytics\\.(\\w+)", rebuild));
    filled.remove("rebuilt_rollups");
    filled.addAll(found("ALTER TABLE script_analytics\\.(\\w+) REPLACE PARTITION", rebuild));
    assertThat(filled).isEqualTo(derived);
  }

  /** The view lists no tables but leaves none out, so there is nothing to forget in it. */
  @Test
  void theViewOfSizesCountsEveryTable() {
    assertThat(
            between(
                "sql/43_table_health.sql",
                "VIEW script_analytics.table_sizes",
                "GROUP BY of_table"))
        .contains("WHERE database = 'script_analytics'\n        AND active")
        .doesNotContainPattern("\\btable (=|!=|IN|NOT IN|LIKE)");
  }

  private static Set<String> tables() {
    return tablesWith("");
  }

  /** The tables whose statement contains the pattern. */
  private static Set<String> tablesWith(String pattern) {
    Set<String> found = new TreeSet<>();
    try (Stream<Path> files = Files.list(Repository.path("sql"))) {
      for (Path file :
          (Iterable<Path>) files.filter(f -> f.toString().endsWith(".sql"))::iterator) {
        for (String statement : Files.readString(file).split(";\n", -1)) {
          if (Pattern.compile(pattern).matcher(statement).find()) {
            found.addAll(found("CREATE TABLE IF NOT EXISTS script_analytics\\.(\\w+)", statement));
          }
        }
      }
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Set<String> without(Set<String> tables, String... exceptions) {
    Set<String> others = new TreeSet<>(tables);
    assertThat(others).containsAll(Arrays.asList(exceptions));
    others.removeAll(Arrays.asList(exceptions));
    return others;
  }

  private static Set<String> found(String pattern, String text) {
    return DeployedFiles.found(Pattern.compile(pattern), text);
  }

  /** The text of a file behind all the marks, in order, but before the last. */
  private static String between(String file, String... marks) {
    String text = DeployedFiles.text(file);
    int from = 0;
    int to = 0;
    for (String mark : marks) {
      from = to;
      to = text.indexOf(mark, from);
      assertThat(to).as("%s in %s", mark, file).isNotNegative();
    }
    return text.substring(from, to);
  }
}
