package dev.scriptanalytics.local;

import dev.scriptanalytics.testkit.command.ClickHouseOptions;
import dev.scriptanalytics.testkit.command.Commands;
import dev.scriptanalytics.testkit.ledger.ClickHouseReader;
import dev.scriptanalytics.testkit.ledger.Ledger;
import dev.scriptanalytics.testkit.ledger.LedgerComparison;
import dev.scriptanalytics.testkit.ledger.ScriptLedger;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Compares the content of ClickHouse with a ledger of the records that were sent. */
@Command(
    name = "deploy/local/compare-ledger",
    description = {
      "Compares view script_metrics and the single runs with a ledger that replay wrote: counts must"
          + " be equal, P90 and P99 within half a percent in rank. Where the ledger has log entries,"
          + " all_logs and log_metrics must have as many of each level, and all_logs the same texts"
          + " under the same runs and versions.",
      "The exit code is 0 if all is equal, 1 if anything differs, and 2 if the two cannot be"
          + " compared."
    },
    footerHeading = "%nThe environment can change:%n",
    footer = "  CLICKHOUSE_PASSWORD   the password of the user; default reader",
    exitCodeOnExecutionException = 2)
public final class CompareLedger implements Callable<Integer> {
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final PrintStream out;

  @Parameters(paramLabel = "FILE", description = "the ledger")
  private Path file;

  @Mixin private ClickHouseOptions clickHouse = new ClickHouseOptions("script_reader", "reader");

  @Option(
      names = "--wait",
      paramLabel = "DURATION",
      defaultValue = "0s",
      description = "compares anew for so long while something differs; default ${DEFAULT-VALUE}")
  private Duration patience;

  private CompareLedger(PrintStream out) {
    this.out = out;
  }

  public static void main(String[] args) {
    Commands.main(new CompareLedger(System.out), args);
  }

  /** As {@link #main}, with the exit code as result. */
  static int run(String[] args, PrintStream out, PrintStream messages) {
    return Commands.run(new CompareLedger(out), out, messages, args);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<ScriptLedger> ledger = Ledger.read(file);
    ClickHouseReader reader = clickHouse.reader();
    long until = System.nanoTime() + patience.toNanos();
    LedgerComparison comparison = LedgerComparison.of(ledger, reader);
    while (!comparison.differences().isEmpty() && System.nanoTime() < until) {
      Thread.sleep(PAUSE.toMillis());
      comparison = LedgerComparison.of(ledger, reader);
    }
    out.print(comparison.table());
    int differences = comparison.differences().size();
    out.printf(
        "%d scripts: %s%n",
        ledger.size(), differences == 0 ? "all as the ledger says" : differences + " differences");
    return differences == 0 ? 0 : 1;
  }
}
