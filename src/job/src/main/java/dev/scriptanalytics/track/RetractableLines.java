package dev.scriptanalytics.track;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * The logging library's lines in the captured text of one run that no streamed entry equals so far,
 * as rows that may have to be retracted: what their keys have in common, and of each line the
 * place, the message, and the {@link LineHash} by which a streamed entry finds it.
 */
final class RetractableLines {
  private static final int STDERR_BIT = 1;
  // The object of a line, its place in the list, and the header of its message: an estimate.
  private static final int BYTES_PER_LINE = 56;
  private static final Comparator<Line> BY_HASH = Comparator.comparingLong(Line::hash);

  /**
   * A line.
   *
   * @param place its number in its stream, counted from 1 and shifted by one, and its stream in the
   *     lowest bit
   * @param hash the bits of its level and message
   */
  @SuppressWarnings("ArrayRecordComponent") // Lines are not compared.
  record Line(int place, long hash, byte[] message) {
    /** Its number in its stream, counted from 1. */
    int number() {
      return place >>> 1;
    }

    /** True for a line of standard error, false for one of standard output. */
    boolean isStderr() {
      return (place & STDERR_BIT) != 0;
    }
  }

  final byte[] account;
  final byte[] script;
  final byte[] runId;

  /** In microseconds since 1970, the same for all lines. */
  final long timestamp;

  final int retentionDays;
  private final List<Line> lines = new ArrayList<>();
  private boolean isSorted = true;
  private int bytes;

  RetractableLines(byte[] account, byte[] script, byte[] runId, long timestamp, int retentionDays) {
    this.account = account;
    this.script = script;
    this.runId = runId;
    this.timestamp = timestamp;
    this.retentionDays = retentionDays;
    this.bytes = account.length + script.length + runId.length;
  }

  /**
   * Adds a line.
   *
   * @param number counted from 1
   * @param hash the bits of its level and message
   */
  void add(int number, boolean isStderr, long hash, byte[] message) {
    add(new Line(number << 1 | (isStderr ? STDERR_BIT : 0), hash, message));
  }

  private void add(Line line) {
    lines.add(line);
    isSorted = false;
    bytes += bytes(line);
  }

  private static int bytes(Line line) {
    return BYTES_PER_LINE + line.message.length;
  }

  /** The number of lines. */
  int size() {
    return lines.size();
  }

  /** Removes the lines with a hash, and returns them; none most times. */
  List<Line> remove(long hash) {
    if (!isSorted) {
      // Only now, because most runs stream nothing after their end.
      lines.sort(BY_HASH);
      isSorted = true;
    }
    int from = firstOf(hash);
    int to = from;
    while (to < lines.size() && lines.get(to).hash == hash) {
      bytes -= bytes(lines.get(to));
      to++;
    }
    if (to == from) {
      return List.of();
    }
    List<Line> equal = lines.subList(from, to);
    List<Line> removed = List.copyOf(equal);
    equal.clear();
    return removed;
  }

  /** The index of the first line with a hash, or where it would stand. */
  private int firstOf(long hash) {
    int low = 0;
    int high = lines.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (lines.get(middle).hash < hash) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
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
    to.writeInt(lines.size());
    for (Line line : lines) {
      to.writeInt(line.place);
      to.writeLong(line.hash);
      writeBytes(line.message, to);
    }
  }

  static RetractableLines readFrom(DataInputView from) throws IOException {
    RetractableLines read =
        new RetractableLines(
            readBytes(from), readBytes(from), readBytes(from), from.readLong(), from.readInt());
    for (int left = from.readInt(); left > 0; left--) {
      read.add(new Line(from.readInt(), from.readLong(), readBytes(from)));
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
