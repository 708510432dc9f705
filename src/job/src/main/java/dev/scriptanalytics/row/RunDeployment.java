package dev.scriptanalytics.row;

import dev.scriptanalytics.row.RunRow.Column;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * What a run supplies to its log entries: script, deployment and function. Texts are UTF-8, empty
 * if unknown. Immutable.
 *
 * <p>Many are kept, and each array is another access to memory, so each is one array. The byte
 * 0xff, which UTF-8 never contains, separates the texts:
 *
 * <pre>
 *   deployment_version 4 | script .. | ff | deployment_id .. | ff | function ..
 * </pre>
 */
public final class RunDeployment {
  private static final byte END_OF_TEXT = (byte) 0xff;

  private final byte[] bytes;

  private RunDeployment(byte[] bytes) {
    this.bytes = bytes;
  }

  /** The value with these {@link #bytes}; keeps the array. */
  public static RunDeployment ofBytes(byte[] bytes) {
    return new RunDeployment(bytes);
  }

  /** The value of these parts; a version of 0 is unknown. */
  public static RunDeployment of(
      byte[] script, int deploymentVersion, byte[] deploymentId, byte[] function) {
    RowBinaryBuffer out = new RowBinaryBuffer();
    out.uint32(deploymentVersion);
    out.raw(script, 0, script.length);
    out.uint8(END_OF_TEXT);
    out.raw(deploymentId, 0, deploymentId.length);
    out.uint8(END_OF_TEXT);
    out.raw(function, 0, function.length);
    return new RunDeployment(out.copy());
  }

  /** Writes the {@link #bytes} of a run's deployment. */
  public static void write(RunRow run, RowBinaryBuffer out) {
    out.uint32(run.deploymentVersion());
    write(run, Column.SCRIPT, out);
    out.uint8(END_OF_TEXT);
    write(run, Column.DEPLOYMENT_ID, out);
    out.uint8(END_OF_TEXT);
    write(run, Column.FUNCTION, out);
  }

  private static void write(RunRow run, Column column, RowBinaryBuffer out) {
    out.raw(run.bytes(), run.textStart(column), run.textEnd(column));
  }

  /** The whole value, the same for equal values; not to be changed. */
  public byte[] bytes() {
    return bytes;
  }

  public byte[] script() {
    return Arrays.copyOfRange(bytes, Integer.BYTES, scriptEnd());
  }

  /** 0 if unknown. */
  public int deploymentVersion() {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(0);
  }

  public byte[] deploymentId() {
    return Arrays.copyOfRange(bytes, scriptEnd() + 1, deploymentIdEnd());
  }

  public byte[] function() {
    return Arrays.copyOfRange(bytes, deploymentIdEnd() + 1, bytes.length);
  }

  /** Whether every part is known. */
  public boolean isWhole() {
    int scriptEnd = scriptEnd();
    int deploymentIdEnd = deploymentIdEnd();
    return scriptEnd > Integer.BYTES
        && deploymentVersion() != 0
        && deploymentIdEnd > scriptEnd + 1
        && bytes.length > deploymentIdEnd + 1;
  }

  private int scriptEnd() {
    return endOfText(Integer.BYTES);
  }

  private int deploymentIdEnd() {
    return endOfText(scriptEnd() + 1);
  }

  private int endOfText(int start) {
    int end = start;
    while (bytes[end] != END_OF_TEXT) {
      end++;
    }
    return end;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RunDeployment that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }
}
