package dev.scriptanalytics.track;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * The logging library's lines in the captured text of one run, as rows that may have to be
 * retracted: what their keys have in common, and the place and message of each.
 */
final class RetractableLines {
  private static final int STDERR_BIT = 1;
  private static final int BYTES_PER_LINE = 40;

  final byte[] account;
  final byte[] script;
  final byte[] runId;

  /** In microseconds since 1970, the same for all lines. */
  final long timestamp;

  final int retentionDays;
  // The number of each line, shifted by one, and its stream in the lowest bit.
  private final List<Integer> places = new ArrayList<>();
  private final List<byte[]> messages = new ArrayList<>();
  private int bytes;

  RetractableLines(byte[] account, byte[] script, byte[] runId, long timestamp, int retentionDays) {
    this.account = account;
    this.script = script;
    this.runId = runId;
    this.timestamp = timestamp;
    this.retentionDays = retentionDays;
    this.bytes = account.length + script.length + runId.length;
  }

  void add(int line, boolean isStderr, byte[] message) {
    add(line << 1 | (isStderr ? STDERR_BIT : 0), message);
  }

  private void add(int place, byte[] message) {
    places.add(place);
    messages.add(message);
    bytes += BYTES_PER_LINE + message.length;
  }

  /** The number of lines. */
  int size() {
    return places.size();
  }

  /** The number of a line in its stream, counted from 1. */
  int line(int index) {
    return places.get(index) >>> 1;
  }

  /** True for a line of standard error, false for one of standard output. */
  boolean isStderr(int index) {
    return (places.get(index) & STDERR_BIT) != 0;
  }

  byte[] message(int index) {
    return messages.get(index);
  }

  /** The memory that the lines take, in bytes: an estimate. */
  int bytes() {
    return bytes;
  }

  /** Writes everything, for {@link #readFrom}. */
  void writeTo(DataOutputView to) throws IOException {
    writeBytes(account, to);
    writeBytes(script, to);
    writeBytes(runId, to);
    to.writeLong(timestamp);
    to.writeInt(retentionDays);
    to.writeInt(places.size());
    for (int i = 0; i < places.size(); i++) {
      to.writeInt(places.get(i));
      writeBytes(messages.get(i), to);
    }
  }

  static RetractableLines readFrom(DataInputView from) throws IOException {
    RetractableLines read =
        new RetractableLines(
            readBytes(from), readBytes(from), readBytes(from), from.readLong(), from.readInt());
    for (int left = from.readInt(); left > 0; left--) {
      read.add(from.readInt(), readBytes(from));
    }
    return read;
  }

  private static void writeBytes(byte[] bytes, DataOutputView to) throws IOException {
    to.writeInt(bytes.length);
    to.write(bytes);
  }

  private static byte[] readBytes(DataInputView from) throws IOException {
    byte[] bytes = new byte[from.readInt()];
    from.readFully(bytes);
    return bytes;
  }
}
