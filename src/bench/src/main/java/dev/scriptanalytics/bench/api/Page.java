package dev.scriptanalytics.bench.api;

import dev.scriptanalytics.testkit.process.Repository;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Map;

/** How fast the page is in a real browser, on the history of the benchmark of queries. */
final class Page {
  private final ApiProcess api;
  private final LogTable table;
  private final PrintStream out;

  Page(ApiProcess api, LogTable table, PrintStream out) {
    this.api = api;
    this.table = table;
    this.out = out;
  }

  /** Has Node drive the browser; src/page/test/figures.mjs says how. */
  void measure() throws IOException, InterruptedException {
    out.printf("%n**Page** of the busiest script, %s.%n%n", Answers.BUSIEST);
    ProcessBuilder node =
        new ProcessBuilder("sh", "-c", "./install >&2 && exec node figures.mjs")
            .directory(Repository.path("src/page/test").toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    node.environment()
        .putAll(
            Map.of(
                "PAGE_URL",
                "http://127.0.0.1:" + api.port(),
                "PAGE_KEY",
                Requests.key(),
                "PAGE_ACCOUNT",
                LogTable.ACCOUNT,
                "PAGE_SCRIPT",
                Answers.BUSIEST,
                "PAGE_END",
                table.newestRun(Answers.BUSIEST).toString()));
    Process process = node.start();
    try (BufferedReader lines = process.inputReader()) {
      lines.lines().forEach(out::println);
    }
    if (process.waitFor() != 0) {
      throw new IOException("The browser could not be measured; standard error says why.");
    }
  }
}
