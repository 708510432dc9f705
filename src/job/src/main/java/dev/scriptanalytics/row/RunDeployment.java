package dev.scriptanalytics.row;

import dev.scriptanalytics.row.RunRow.Column;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * What a run's log entries may take from it. Texts are UTF-8, empty where they are not known.
 *
 * <p>Kept as one array because there are many, and each array is another access to memory: the
 * version, and the texts with a byte between them that no UTF-8 has.
 */
public final class RunDeployment {
  private static final byte END_OF_TEXT = (byte) 0xff;

  private final byte[] bytes;

  private RunDeployment(byte[] bytes) {
    this.bytes = bytes;
  }

  /** What {@link #bytes} gave; takes the array as it is. */
  public static RunDeployment ofBytes(byte[] bytes) {
    return new RunDeployment(bytes);
  }

  /** A version of 0 is one that is not known. */
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

  /** Writes the {@link #bytes} of a run's identity. */
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

  /** All of it, the same for what is equal; not to be changed. */
  public byte[] bytes() {
    return bytes;
  }

  public byte[] script() {
    return Arrays.copyOfRange(bytes, Integer.BYTES, scriptEnd());
  }

  /** 0 where it is not known. */
  public int deploymentVersion() {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(0);
  }

  public byte[] deploymentId() {
    return Arrays.copyOfRange(bytes, scriptEnd() + 1, deploymentIdEnd());
  }

  public byte[] function() {
    return Arrays.copyOfRange(bytes, deploymentIdEnd() + 1, bytes.length);
  }

  /** Whether nothing of it is unknown. */
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
