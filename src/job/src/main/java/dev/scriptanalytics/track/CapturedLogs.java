package dev.scriptanalytics.track;

import dev.scriptanalytics.configuration.KoreloggerCapture;
import dev.scriptanalytics.event.LogLevel;
import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.hash.SipHash;
import dev.scriptanalytics.json.Utf8;
import dev.scriptanalytics.redact.Redactor;
import dev.scriptanalytics.row.EntryGroups;
import dev.scriptanalytics.row.LogEntry;
import dev.scriptanalytics.row.LogRow;
import dev.scriptanalytics.row.RowBinaryBuffer;
import dev.scriptanalytics.row.RunRow;
import dev.scriptanalytics.row.RunRow.Column;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.Consumer;

/** Turns the captured text of a run into log rows. */
final class CapturedLogs {
  private static final String MESSAGE = "log_message";
  private static final String ERROR_CODE = "error_code";
  private static final byte[] STDOUT = "stdout".getBytes(StandardCharsets.UTF_8);
  private static final byte[] STDERR = "stderr".getBytes(StandardCharsets.UTF_8);

  /** Standard error comes after the last line of standard output. */
  private static final long STDERR_SEQUENCE = 1L << Integer.SIZE;

  // Fixed, because log ids must not depend on the configured key of run hashes.
  private static final String ID_KEY = "6c6f672d69642d6f662d636170747572";

  private final TrackingRules rules;
  private final Redactor redactor;
  private final CapturedText text;
  private final SipHash hash = new SipHash(ID_KEY);
  private final RowBinaryBuffer content = new RowBinaryBuffer();
  private final LogEntry entry = new LogEntry();
  private final EntryGroups groups = new EntryGroups();
  private final RowBinaryBuffer row = new RowBinaryBuffer();

  CapturedLogs(TrackingRules rules, Redactor redactor) {
    this.rules = rules;
    this.redactor = redactor;
    this.text = new CapturedText(rules.capturedFormat());
  }

  /**
   * Writes a row for each entry.
   *
   * @param end the event with the text
   * @param run the run as it is known now
   * @param streamed true if the run has streamed entries, so that the library's lines are written
   *     already
   * @param rows takes the rows
   * @return the library's lines that must be retracted if an entry is streamed later; null if there
   *     are none
   */
  RetractableLines write(ScriptEvent end, RunRow run, boolean streamed, Consumer<byte[]> rows) {
    if (end.stdout == null && end.stderr == null) {
      return null;
    }
    entry.reset();
    entry.timestamp = Math.multiplyExact(run.endedOn(), 1000L);
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
    RetractableLines library =
        new RetractableLines(
            entry.account, entry.script, entry.runId, entry.timestamp, entry.retentionDays);
    if (end.stdout != null) {
      write(end.stdout, STDOUT, LogLevel.STDOUT, run.version(), library, streamed, rows);
    }
    if (end.stderr != null) {
      write(end.stderr, STDERR, LogLevel.STDERR, run.version(), library, streamed, rows);
    }
    if (rules.libraryLines() != KoreloggerCapture.AUTO || library.size() == 0) {
      return null;
    }
    if (streamed) {
      // Also if none was written now: before a restart, in another order, they may have been.
      retract(library, rows);
      return null;
    }
    return library;
  }

  private void write(
      byte[] captured,
      byte[] stream,
      LogLevel plain,
      int version,
      RetractableLines library,
      boolean streamed,
      Consumer<byte[]> rows) {
    boolean writesLibrary =
        switch (rules.libraryLines()) {
          case AUTO -> !streamed;
          case KEEP -> true;
          case DROP -> false;
        };
    entry.stream = stream;
    text.split(
        captured,
        (line, level, levelWord, message, errorType) -> {
          if (level != null && rules.libraryLines() == KoreloggerCapture.DROP) {
            return;
          }
          setMessage(message.getBytes(StandardCharsets.UTF_8));
          if (level != null) {
            library.add(line, stream == STDERR, entry.message);
            if (!writesLibrary) {
              return;
            }
          }
          entry.line = line;
          entry.logId = id(entry.account, entry.runId, stream, line);
          entry.level = level == null ? plain : level;
          entry.originalLevel = levelWord.getBytes(StandardCharsets.UTF_8);
          setErrorType(errorType.getBytes(StandardCharsets.UTF_8));
          entry.sequence = (stream == STDERR ? STDERR_SEQUENCE : 0) + line;
          groups.set(entry);
          row.reset();
          entry.writeTo(version, row);
          rows.accept(row.copy());
        });
  }

  private void setMessage(byte[] whole) {
    entry.truncated.clear();
    entry.redacted.clear();
    byte[] seen = redactor.beginning(whole, rules.maxMessageBytes());
    byte[] masked = redactor.text(seen);
    if (masked != seen) {
      entry.redacted.add(MESSAGE);
    }
    int end = Utf8.cut(masked, 0, masked.length, rules.maxMessageBytes());
    if (seen != whole || end < masked.length) {
      entry.truncated.add(MESSAGE);
    }
    entry.message = end < masked.length ? Arrays.copyOf(masked, end) : masked;
  }

  private void setErrorType(byte[] type) {
    entry.errorCode = redactor.text(type);
    if (entry.errorCode != type) {
      entry.redacted.add(ERROR_CODE);
    }
  }

  /** Writes a tombstone for each line. */
  void retract(RetractableLines lines, Consumer<byte[]> rows) {
    entry.reset();
    entry.timestamp = lines.timestamp;
    entry.retentionDays = lines.retentionDays;
    entry.account = lines.account;
    entry.script = lines.script;
    entry.runId = lines.runId;
    for (int i = 0; i < lines.size(); i++) {
      byte[] stream = lines.isStderr(i) ? STDERR : STDOUT;
      entry.logId = id(lines.account, lines.runId, stream, lines.line(i));
      // The tombstone has run and message too, because a query that skips granules by the indexes
      // on them must read the tombstone wherever it reads the row.
      entry.message = lines.message(i);
      row.reset();
      entry.writeTo(LogRow.AS_IT_CAME, row);
      rows.accept(LogRow.deleted(row.copy()));
    }
  }

  private byte[] id(byte[] account, byte[] runId, byte[] stream, int line) {
    content.reset();
    content.string(account);
    content.string(runId);
    content.string(stream);
    content.uint32(line);
    hash.hash(content.buffer(), 0, content.size());
    HexFormat hex = HexFormat.of();
    return (hex.toHexDigits(hash.high()) + hex.toHexDigits(hash.low()))
        .getBytes(StandardCharsets.US_ASCII);
  }
}
