package dev.scriptanalytics.track;

import dev.scriptanalytics.configuration.KoreloggerCapture;
import dev.scriptanalytics.event.LogLevel;
import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.hash.SipHash;
import dev.scriptanalytics.json.Utf8;
import dev.scriptanalytics.redact.Redactor;
import dev.scriptanalytics.row.LogEntry;
import dev.scriptanalytics.row.LogRow;
import dev.scriptanalytics.row.RowBinaryBuffer;
import dev.scriptanalytics.row.RunRow;
import dev.scriptanalytics.row.RunRow.Column;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Makes log rows of what default logging captured from a run. */
final class CapturedLogs {
  private static final String MESSAGE = "log_message";
  private static final byte[] STDOUT = "stdout".getBytes(StandardCharsets.UTF_8);
  private static final byte[] STDERR = "stderr".getBytes(StandardCharsets.UTF_8);
  // Ids must be the same after any replay, whatever key runs are hashed with.
  private static final String ID_KEY = "6c6f672d69642d6f662d636170747572";

  private final TrackingRules rules;
  private final Redactor redactor;
  private final CapturedText text;
  private final SipHash hash = new SipHash(ID_KEY);
  private final RowBinaryBuffer content = new RowBinaryBuffer();
  private final LogEntry entry = new LogEntry();
  private final RowBinaryBuffer row = new RowBinaryBuffer();

  CapturedLogs(TrackingRules rules, Redactor redactor) {
    this.rules = rules;
    this.redactor = redactor;
    this.text = new CapturedText(rules.capturedFormat());
  }

  /**
   * The rows that were written of the logging library's lines in a run's captured text, so that
   * they can be taken back: what they have in common, and of each its place and message.
   */
  static final class LibraryLines {
    private static final int STDERR_BIT = 1;
    private static final int BYTES_PER_LINE = 40;

    private final byte[] account;
    private final byte[] script;
    private final byte[] runId;
    private final long timestamp;
    private final int retentionDays;
    // Of each its number, and in the lowest bit its stream.
    private final List<Integer> lines = new ArrayList<>();
    private final List<byte[]> messages = new ArrayList<>();
    private int bytes;

    private LibraryLines(
        byte[] account, byte[] script, byte[] runId, long timestamp, int retentionDays) {
      this.account = account;
      this.script = script;
      this.runId = runId;
      this.timestamp = timestamp;
      this.retentionDays = retentionDays;
      this.bytes = account.length + script.length + runId.length;
    }

    private void add(int place, byte[] message) {
      lines.add(place);
      messages.add(message);
      bytes += BYTES_PER_LINE + message.length;
    }

    private static int place(int line, byte[] stream) {
      return line << 1 | (stream == STDERR ? STDERR_BIT : 0);
    }

    /** About how many bytes of memory it takes. */
    int bytes() {
      return bytes;
    }

    void writeTo(DataOutputView to) throws IOException {
      for (byte[] bytes : new byte[][] {account, script, runId}) {
        to.writeInt(bytes.length);
        to.write(bytes);
      }
      to.writeLong(timestamp);
      to.writeInt(retentionDays);
      to.writeInt(lines.size());
      for (int i = 0; i < lines.size(); i++) {
        to.writeInt(lines.get(i));
        to.writeInt(messages.get(i).length);
        to.write(messages.get(i));
      }
    }

    static LibraryLines readFrom(DataInputView from) throws IOException {
      LibraryLines read =
          new LibraryLines(
              readBytes(from), readBytes(from), readBytes(from), from.readLong(), from.readInt());
      for (int left = from.readInt(); left > 0; left--) {
        read.add(from.readInt(), readBytes(from));
      }
      return read;
    }

    private static byte[] readBytes(DataInputView from) throws IOException {
      byte[] bytes = new byte[from.readInt()];
      from.readFully(bytes);
      return bytes;
    }
  }

  /**
   * Writes a row for each entry.
   *
   * @param end the run's end, which brought the text
   * @param run what is known of the run by now
   * @param streamed whether the run has streamed entries, so that the library's lines are there
   *     already
   * @return the library's lines that were written and have to go when an entry is streamed after
   *     all; null where there are none
   */
  LibraryLines write(ScriptEvent end, RunRow run, boolean streamed, Consumer<byte[]> rows) {
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
    LibraryLines library =
        new LibraryLines(
            entry.account, entry.script, entry.runId, entry.timestamp, entry.retentionDays);
    if (end.stdout != null) {
      write(end.stdout, STDOUT, LogLevel.STDOUT, run.version(), library, streamed, rows);
    }
    if (end.stderr != null) {
      write(end.stderr, STDERR, LogLevel.STDERR, run.version(), library, streamed, rows);
    }
    boolean mayGo = rules.libraryLines() == KoreloggerCapture.AUTO && !library.lines.isEmpty();
    if (!mayGo) {
      return null;
    }
    if (streamed) {
      // Also where none was written: before a restart they may have been, in another order.
      takeBack(library, rows);
      return null;
    }
    return library;
  }

  private void write(
      byte[] captured,
      byte[] stream,
      LogLevel plain,
      int version,
      LibraryLines library,
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
        (line, level, levelWord, message) -> {
          if (level != null && rules.libraryLines() == KoreloggerCapture.DROP) {
            return;
          }
          setMessage(message.getBytes(StandardCharsets.UTF_8));
          if (level != null) {
            library.add(LibraryLines.place(line, stream), entry.message);
            if (!writesLibrary) {
              return;
            }
          }
          entry.line = line;
          entry.logId = id(entry.account, entry.runId, stream, line);
          entry.level = level == null ? plain : level;
          entry.originalLevel = levelWord.getBytes(StandardCharsets.UTF_8);
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

  /** Writes a tombstone for each of these lines. */
  void takeBack(LibraryLines library, Consumer<byte[]> rows) {
    entry.reset();
    entry.timestamp = library.timestamp;
    entry.retentionDays = library.retentionDays;
    entry.account = library.account;
    entry.script = library.script;
    entry.runId = library.runId;
    for (int i = 0; i < library.lines.size(); i++) {
      int place = library.lines.get(i);
      byte[] stream = (place & LibraryLines.STDERR_BIT) == 0 ? STDOUT : STDERR;
      entry.logId = id(library.account, library.runId, stream, place >>> 1);
      // Run and message too: the indexes on them must find the tombstone where they find the row.
      entry.message = library.messages.get(i);
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
