package dev.scriptanalytics.track;

import dev.scriptanalytics.event.LogLevel;
import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.event.SipHash;
import dev.scriptanalytics.json.Utf8;
import dev.scriptanalytics.row.LogEntry;
import dev.scriptanalytics.row.RowBinary;
import dev.scriptanalytics.row.RunRow;
import dev.scriptanalytics.row.RunRow.Column;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.Consumer;

/** Makes log rows of what default logging captured from a run. */
final class CapturedLogs {
  private static final byte[] STDOUT = "stdout".getBytes(StandardCharsets.UTF_8);
  private static final byte[] STDERR = "stderr".getBytes(StandardCharsets.UTF_8);
  // Ids must be the same after any replay, whatever key runs are hashed with.
  private static final String ID_KEY = "6c6f672d69642d6f662d636170747572";

  private final TrackingRules rules;
  private final CapturedText text;
  private final SipHash hash = new SipHash(ID_KEY);
  private final RowBinary identity = new RowBinary();
  private final LogEntry entry = new LogEntry();
  private final RowBinary row = new RowBinary();

  CapturedLogs(TrackingRules rules) {
    this.rules = rules;
    this.text = new CapturedText(rules.capturedFormat());
  }

  /**
   * Writes a row for each entry.
   *
   * @param end the run's end, which brought the text
   * @param run what is known of the run by now
   */
  void write(ScriptEvent end, RunRow run, Consumer<byte[]> rows) {
    if (end.stdout != null) {
      write(end.stdout, STDOUT, LogLevel.STDOUT, run, rows);
    }
    if (end.stderr != null) {
      write(end.stderr, STDERR, LogLevel.STDERR, run, rows);
    }
  }

  private void write(
      byte[] captured, byte[] stream, LogLevel plain, RunRow run, Consumer<byte[]> rows) {
    entry.reset();
    entry.timestamp = Math.multiplyExact(run.endedOn(), 1000L);
    entry.stream = stream;
    entry.retentionDays = run.retentionDays();
    entry.account = run.textUtf8(Column.ACCOUNT);
    entry.script = run.textUtf8(Column.SCRIPT);
    entry.runId = run.textUtf8(Column.RUN_ID);
    entry.deploymentVersion = run.deploymentVersion();
    entry.deploymentId = run.textUtf8(Column.DEPLOYMENT_ID);
    entry.function = run.textUtf8(Column.FUNCTION);
    entry.source = run.textUtf8(Column.SOURCE);
    entry.sourceType = run.textUtf8(Column.SOURCE_TYPE);
    entry.traceId = run.textUtf8(Column.TRACE_ID);
    text.split(
        captured,
        (line, level, levelWord, message) -> {
          if (level != null && !rules.keepLibraryLines()) {
            return;
          }
          byte[] utf8 = message.getBytes(StandardCharsets.UTF_8);
          int end = Utf8.cut(utf8, 0, utf8.length, rules.maxMessageBytes());
          entry.truncated.clear();
          if (end < utf8.length) {
            utf8 = Arrays.copyOf(utf8, end);
            entry.truncated.add("log_message");
          }
          entry.message = utf8;
          entry.line = line;
          entry.logId = id(run, stream, line);
          entry.level = level == null ? plain : level;
          entry.originalLevel = levelWord.getBytes(StandardCharsets.UTF_8);
          row.reset();
          entry.writeTo(run.version(), row);
          rows.accept(row.copy());
        });
  }

  private byte[] id(RunRow run, byte[] stream, int line) {
    identity.reset();
    identity.string(run.bytes(), run.textStart(Column.ACCOUNT), run.textEnd(Column.ACCOUNT));
    identity.string(run.bytes(), run.textStart(Column.RUN_ID), run.textEnd(Column.RUN_ID));
    identity.string(stream);
    identity.uint32(line);
    hash.hash(identity.buffer(), 0, identity.size());
    HexFormat hex = HexFormat.of();
    return (hex.toHexDigits(hash.high()) + hex.toHexDigits(hash.low()))
        .getBytes(StandardCharsets.US_ASCII);
  }
}
