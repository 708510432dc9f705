package dev.scriptanalytics.bench.pattern;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptanalytics.bench.sql.SqlFile;
import dev.scriptanalytics.testkit.command.ClickHouseOptions;
import dev.scriptanalytics.testkit.command.Commands;
import dev.scriptanalytics.testkit.command.KafkaOptions;
import dev.scriptanalytics.testkit.kafka.EventSender;
import dev.scriptanalytics.testkit.ledger.ClickHouseReader;
import dev.scriptanalytics.testkit.process.Waiting;
import dev.scriptanalytics.testkit.sample.Delivery;
import dev.scriptanalytics.testkit.sample.LogEventWriter;
import dev.scriptanalytics.testkit.sample.SampleLog;
import dev.scriptanalytics.testkit.sample.SampleRun.Deployment;
import dev.scriptanalytics.testkit.sample.Topic;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Sends labelled logs through a running job, and compares the pattern of each entry in {@code
 * all_logs} with the true template of its line.
 */
@Command(
    name = "deploy/local/pattern-accuracy",
    description = {
      "Sends logs whose templates are known through a running job, and prints how many lines have"
          + " the right group: one with exactly the lines of one template. Such logs are published"
          + " as Loghub."
    },
    footerHeading = "%nThe environment can change:%n",
    footer = "  CLICKHOUSE_PASSWORD   the password of the user; default reader")
public final class PatternAccuracy implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final SqlFile SQL = SqlFile.beside(PatternAccuracy.class, "pattern_accuracy.sql");

  private final PrintStream out;
  private final PrintStream messages;

  @Parameters(
      paramLabel = "FOLDER",
      description = "files NAME.csv with a header and the columns Content and EventId")
  private Path folder;

  @Mixin private KafkaOptions kafka;

  @Option(
      names = "--topic",
      paramLabel = "NAME",
      defaultValue = "script-logs",
      description = "default ${DEFAULT-VALUE}")
  private String topic;

  @Mixin
  private ClickHouseOptions clickHouseOptions = new ClickHouseOptions("script_reader", "reader");

  // Its own account, so that a second measurement begins without patterns.
  private final String account = "pattern-accuracy-" + Instant.now().toEpochMilli();
  private final Instant began = Instant.now().truncatedTo(ChronoUnit.MILLIS);

  private PatternAccuracy(PrintStream out, PrintStream messages) {
    this.out = out;
    this.messages = messages;
  }

  public static void main(String[] args) {
    Commands.main(new PatternAccuracy(System.out, System.err), args);
  }

  /** As {@link #main}, with the exit code as result. */
  static int run(String[] args, PrintStream out, PrintStream messages) {
    return Commands.run(new PatternAccuracy(out, messages), out, messages, args);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<LabelledLog> logs = LabelledLog.readFolder(folder);
    ClickHouseReader clickHouse = clickHouseOptions.reader();
    // Fails at once where ClickHouse does not answer or the user may not read.
    patterns(logs.get(0), clickHouse);
    send(logs);
    boolean complete =
        Waiting.until(
            PATIENCE,
            () -> {
              try {
                return areAllGrouped(logs, clickHouse);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
              }
            });
    report(logs, clickHouse);
    return complete ? 0 : 1;
  }

  private void send(List<LabelledLog> logs) throws IOException, InterruptedException {
    LogEventWriter writer = new LogEventWriter();
    try (EventSender sender = new EventSender(kafka.bootstrapServers(), topic, messages)) {
      for (LabelledLog log : logs) {
        for (int line = 0; line < log.lines().size(); line++) {
          sender.send(
              new Delivery(
                  System.currentTimeMillis(),
                  Topic.LOGS,
                  log.system(),
                  writer.nativeEntry(entry(log, line))));
        }
      }
      sender.flush();
    }
  }

  private SampleLog entry(LabelledLog log, int line) {
    return new SampleLog(
        account,
        log.system(),
        "",
        new Deployment("", 0),
        "",
        Integer.toString(line),
        ChronoUnit.MICROS.between(Instant.EPOCH, began),
        "INFO",
        log.lines().get(line).message(),
        "",
        SampleLog.Details.NONE);
  }

  /** Whether all lines are there, and the shape of each has its pattern. */
  private boolean areAllGrouped(List<LabelledLog> logs, ClickHouseReader clickHouse)
      throws IOException, InterruptedException {
    for (LabelledLog log : logs) {
      List<String> patterns = patterns(log, clickHouse);
      if (patterns.size() < log.lines().size() || patterns.contains("0")) {
        return false;
      }
    }
    return true;
  }

  /** The pattern of each line, in the order of the lines. */
  private List<String> patterns(LabelledLog log, ClickHouseReader clickHouse)
      throws IOException, InterruptedException {
    List<String> patterns = new ArrayList<>();
    for (JsonNode row :
        clickHouse.read(
            SQL.statement(),
            Map.of(
                "account",
                account,
                "script",
                log.system(),
                "from",
                began.minusSeconds(1).toString(),
                "to",
                began.plusSeconds(1).toString()))) {
      patterns.add(row.path("pattern").asText());
    }
    return patterns;
  }

  private void report(List<LabelledLog> logs, ClickHouseReader clickHouse)
      throws IOException, InterruptedException {
    out.println("| system | lines | templates | patterns | grouping accuracy |");
    out.println("|---|---|---|---|---|");
    double sum = 0;
    for (LabelledLog log : logs) {
      List<String> truth = log.lines().stream().map(LabelledLog.Line::template).toList();
      List<String> found = patterns(log, clickHouse);
      if (found.size() != truth.size()) {
        out.printf(
            "| %s | only %,d of %,d lines arrived |%n", log.system(), found.size(), truth.size());
        continue;
      }
      double accuracy = GroupingAccuracy.of(truth, found);
      sum += accuracy;
      out.printf(
          "| %s | %,d | %d | %d | %.3f |%n",
          log.system(),
          truth.size(),
          new HashSet<>(truth).size(),
          new HashSet<>(found).size(),
          accuracy);
    }
    out.printf("| average | | | | %.3f |%n", sum / logs.size());
  }
}
