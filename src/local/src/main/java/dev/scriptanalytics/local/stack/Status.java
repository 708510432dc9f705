package dev.scriptanalytics.local.stack;

import dev.scriptanalytics.testkit.clickhouse.ClickHouseHttp;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Shows the running parts of a local stack, and the number of rows in it. */
final class Status {

  // A newcomer looks for those of his own account.
  private static final String LETTERS_BY_ACCOUNT =
      """
      SELECT arrayStringConcat(groupArray(
          toString(letters) || if(account = '', ' of no account', ' of ' || account)), ', ')
      FROM
      (
          SELECT account, count() AS letters FROM script_analytics.dead_letters FINAL
          GROUP BY account ORDER BY letters DESC, account LIMIT 10
      )""";

  private final Stack stack;
  private final Report report;
  private boolean complete = true;

  private Status(Stack stack, Report report) {
    this.stack = stack;
    this.report = report;
  }

  /**
   * Shows the status.
   *
   * @return whether everything runs that {@code up} starts, except the sample producer
   */
  static boolean run(Path home, Report report) {
    Optional<Stack> running = Stack.running(home);
    if (running.isEmpty()) {
      report.say("Nothing runs in " + home + ". Start it with deploy/local/up.");
      return false;
    }
    return new Status(running.get(), report).run();
  }

  private boolean run() {
    report.say("Local stack in " + stack.home());
    Stack.PROCESSES.forEach(this::showProcess);
    showKey();
    showJob();
    showRows();
    if (!complete) {
      report.say("Not everything runs. deploy/local/up starts what is missing.");
    }
    return complete;
  }

  private void showProcess(String name) {
    List<String> ports = new ArrayList<>();
    for (StackPort port : StackPort.values()) {
      if (port.process().equals(name)) {
        ports.add(Integer.toString(stack.ports().get(port)));
      }
    }
    show(
        name,
        stack
            .process(name)
            .map(
                process ->
                    "process "
                        + process.pid()
                        + (ports.isEmpty() ? "" : ", port " + String.join(" and ", ports)))
            .orElseGet(() -> missing(name)));
  }

  private String missing(String name) {
    // The sample producer is optional.
    complete &= name.equals(Stack.SAMPLE);
    return "does not run";
  }

  private void showKey() {
    if (stack.runs(Stack.API)) {
      boolean answers = stack.api().answers();
      complete &= answers;
      show("address", stack.api().access());
      if (answers) {
        show("log in", stack.api().login());
      }
    }
  }

  private void showJob() {
    if (!stack.runs(Stack.JOB_MANAGER)) {
      show("job", missing("job"));
      return;
    }
    try {
      Optional<JobProgress> job =
          stack.job().map(submitted -> new JobProgress(stack.flink(), submitted.id()));
      complete &= job.filter(JobProgress::allTasksRun).isPresent();
      show("job", job.map(found -> found.state() + ", " + found.id()).orElse("not submitted"));
    } catch (UncheckedIOException e) {
      complete = false;
      show("job", e.getMessage());
    }
  }

  private void showRows() {
    if (!stack.runs(Stack.CLICKHOUSE)) {
      return;
    }
    ClickHouseHttp clickHouse = stack.clickHouse().http();
    for (String table : Stack.TABLES) {
      try {
        String rows =
            clickHouse.query(
                "SELECT formatReadableQuantity(count()) FROM script_analytics." + table + " FINAL");
        String whose = table.equals("dead_letters") ? clickHouse.query(LETTERS_BY_ACCOUNT) : "";
        show(table, rows + " rows" + (whose.isEmpty() ? "" : ": " + whose));
      } catch (ClickHouseHttp.QueryFailedException | UncheckedIOException e) {
        complete = false;
        show(table, e.getMessage());
      }
    }
  }

  private void show(String subject, String what) {
    report.say("  %-13s %s".formatted(subject, what));
  }
}
