package dev.scriptanalytics.local;

import dev.scriptanalytics.testkit.command.CommandLine;
import dev.scriptanalytics.testkit.command.CommandLine.BadArgument;
import dev.scriptanalytics.testkit.command.LocalClickHouse;
import dev.scriptanalytics.testkit.ledger.ClickHouseReader;
import dev.scriptanalytics.testkit.ledger.Ledger;
import dev.scriptanalytics.testkit.ledger.LedgerComparison;
import dev.scriptanalytics.testkit.ledger.ScriptLedger;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Says whether ClickHouse shows exactly what a ledger says was sent. */
public final class CompareLedger {
  private static final String USAGE =
      """
      Compares view script_metrics and the single runs with a ledger that replay wrote: counts must
      be equal, P90 and P99 within half a percent in rank. Where the ledger has log entries, all_logs
      and log_metrics must have as many of each level, and all_logs the same texts under the same
      runs and versions. Ends with 1 if anything differs.
        FILE               the ledger
        --clickhouse URL   default http://127.0.0.1:$CLICKHOUSE_HTTP_PORT, that is 8123
        --user NAME        default script_reader; its password from $CLICKHOUSE_PASSWORD, default reader
        --wait DURATION    tries again for so long while something differs; default 0s
      """;

  private static final Duration PAUSE = Duration.ofSeconds(1);

  private CompareLedger() {}

  public static void main(String[] args) throws InterruptedException {
    int status = run(args, System.out, System.err);
    if (status != 0) {
      System.exit(status);
    }
  }

  /** As {@link #main}, with the exit code as result. */
  static int run(String[] args, PrintStream out, PrintStream messages) throws InterruptedException {
    try {
      CommandLine options =
          CommandLine.parse(args, Set.of("--clickhouse", "--user", "--wait"), Set.of("--help"));
      if (options.has("--help")) {
        out.print(USAGE);
        return 0;
      }
      return compare(options, out);
    } catch (BadArgument e) {
      messages.println("compare-ledger: " + e.getMessage() + "; see --help");
      return 2;
    } catch (NoSuchFileException e) {
      messages.println("compare-ledger: there is no file " + e.getFile());
      return 2;
    } catch (IOException e) {
      messages.println("compare-ledger: " + e.getMessage());
      return 2;
    }
  }

  private static int compare(CommandLine options, PrintStream out)
      throws BadArgument, IOException, InterruptedException {
    if (options.others().size() != 1) {
      throw new BadArgument("one file is needed, the ledger");
    }
    List<ScriptLedger> ledger = Ledger.read(Path.of(options.others().get(0)));
    long until = System.nanoTime() + options.duration("--wait", Duration.ZERO).toNanos();
    ClickHouseReader clickHouse =
        LocalClickHouse.reader(
            options,
            "script_reader",
            System.getenv().getOrDefault("CLICKHOUSE_PASSWORD", "reader"));
    LedgerComparison comparison = LedgerComparison.of(ledger, clickHouse);
    while (!comparison.differences().isEmpty() && System.nanoTime() < until) {
      Thread.sleep(PAUSE.toMillis());
      comparison = LedgerComparison.of(ledger, clickHouse);
    }
    out.print(comparison.table());
    int differences = comparison.differences().size();
    out.printf(
        "%d scripts: %s%n",
        ledger.size(), differences == 0 ? "all as the ledger says" : differences + " differences");
    return differences == 0 ? 0 : 1;
  }
}
