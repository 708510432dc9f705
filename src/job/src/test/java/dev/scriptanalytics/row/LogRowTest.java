package dev.scriptanalytics.row;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.event.LogLevel;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LogRowTest {
  private static final int OF_A_FINISHED_RUN = 3;
  private static final Instant TIME = Instant.parse("2025-05-14T06:07:27.100123Z");
  private static final RunDeployment RUN =
      RunDeployment.of(utf8("Qbalance"), 70_000, utf8("deploy_ä"), utf8("handler"));

  private final LogEntry entry = new LogEntry();
  private final RowBinaryBuffer out = new RowBinaryBuffer();

  /** An entry with a value in every column but those that its run supplies. */
  @BeforeEach
  void fillEntry() {
    entry.timestamp = ChronoUnit.MICROS.between(Instant.EPOCH, TIME);
    entry.level = LogLevel.ERROR;
    entry.originalLevel = utf8("fatal error");
    entry.message = utf8("a message ä");
    entry.account = utf8("acme");
    entry.logId = utf8("log-1");
    entry.runId = utf8("run-1");
    entry.source = utf8("source");
    entry.sourceType = utf8("api");
    entry.requestId = utf8("request");
    entry.durationMillis = 12.5;
    entry.memoryBytes = 1L << 40;
    entry.gpuPercent = 99;
    entry.errorCode = utf8("E1");
    entry.stackTrace = utf8("at a\nat b");
    entry.metadata = utf8("{\"a\":1}");
    entry.traceId = utf8("trace");
    entry.spanId = utf8("span");
    entry.extra = utf8("{\"b\":2}");
    entry.line = 7;
    entry.stream = utf8("stdout");
    entry.sequence = 5L << 20;
    entry.shape = -6;
    entry.errorGroup = 7;
    entry.retentionDays = 40_000;
    entry.truncated.add("log_message");
    entry.redacted.addAll(List.of("metadata", "extra"));
  }

  @Test
  void takesWhatItLacksFromItsRun() {
    Map<String, Object> expected = columns();
    expected.put("version", OF_A_FINISHED_RUN);
    expected.put("script", "Qbalance");
    expected.put("deployment_version", 70_000);
    expected.put("deployment_id", "deploy_ä");
    expected.put("function", "handler");

    assertThat(enriched(RUN)).isEqualTo(expected);
  }

  @Test
  void keepsWhatItHas() {
    entry.script = utf8("Qbalance");
    entry.deploymentVersion = 4;
    entry.deploymentId = utf8("its own");
    entry.function = utf8("its own function");
    Map<String, Object> expected = columns();
    expected.put("version", OF_A_FINISHED_RUN);

    assertThat(enriched(RUN)).isEqualTo(expected);
  }

  @Test
  void keepsOnePartAndTakesTheOthers() {
    entry.deploymentId = utf8("its own");

    assertThat(enriched(RUN))
        .containsEntry("script", "Qbalance")
        .containsEntry("deployment_version", 70_000)
        .containsEntry("deployment_id", "its own")
        .containsEntry("function", "handler");
  }

  @Test
  void takesNothingFromARunOfAnotherScript() {
    entry.script = utf8("Qbalances");
    Map<String, Object> expected = columns();
    expected.put("version", OF_A_FINISHED_RUN);

    assertThat(enriched(RUN)).isEqualTo(expected);
  }

  @Test
  void takesWhatItsRunKnows() {
    byte[] unknown = LogEntry.NONE;
    Map<String, Object> expected = columns();
    expected.put("version", OF_A_FINISHED_RUN);
    expected.put("script", "Qbalance");

    assertThat(enriched(RunDeployment.of(utf8("Qbalance"), 0, unknown, unknown)))
        .isEqualTo(expected);
  }

  @Test
  void knowsWhatItsRunCouldSupply() {
    assertThat(row().hasRun()).isTrue();
    assertThat(row().hasScript()).isFalse();
    assertThat(row().isWhole()).isFalse();

    LogRow whole = new LogRow().wrap(row().enriched(RUN, OF_A_FINISHED_RUN, out));
    assertThat(whole.hasScript()).isTrue();
    assertThat(whole.isWhole()).isTrue();

    entry.runId = LogEntry.NONE;
    assertThat(row().hasRun()).isFalse();
  }

  @Test
  void leavesOfATombstoneTheKeyAndNothingElse() {
    entry.script = utf8("Qbalance");
    entry.deploymentVersion = 4;
    entry.deploymentId = utf8("its own");
    entry.function = utf8("its own function");
    Map<String, Object> expected = columnsOf(new LogEntry());
    expected.put("version", LogRow.TOMBSTONE);
    expected.put("is_deleted", 1);
    expected.put("timestamp", TIME);
    expected.put("retention_days", 40_000);
    expected.put("account", "acme");
    expected.put("script", "Qbalance");
    expected.put("log_id", "log-1");
    expected.put("run_id", "run-1");

    assertThat(RowReader.logRow(row().tombstone(out))).isEqualTo(expected);
  }

  @Test
  void deletesARowInPlace() {
    byte[] row = bytesOf(entry);
    Map<String, Object> expected = columns();
    expected.put("version", LogRow.TOMBSTONE);
    expected.put("is_deleted", 1);

    assertThat(LogRow.deleted(row)).isSameAs(row);
    assertThat(RowReader.logRow(row)).isEqualTo(expected);
  }

  private Map<String, Object> enriched(RunDeployment run) {
    return RowReader.logRow(row().enriched(run, OF_A_FINISHED_RUN, out));
  }

  private LogRow row() {
    return new LogRow().wrap(bytesOf(entry));
  }

  /** The columns of the entry as it came, by name. */
  private Map<String, Object> columns() {
    return columnsOf(entry);
  }

  private static Map<String, Object> columnsOf(LogEntry entry) {
    return new LinkedHashMap<>(RowReader.logRow(bytesOf(entry)));
  }

  private static byte[] bytesOf(LogEntry entry) {
    RowBinaryBuffer row = new RowBinaryBuffer();
    entry.writeTo(LogRow.AS_IT_CAME, row);
    return row.copy();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(UTF_8);
  }
}
