package dev.scriptanalytics.testkit.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Runs of one deployment, counted.
 *
 * @param checksum the sum, modulo 2<sup>64</sup>, of a hash of each run's id and status: no run can
 *     be another one without changing it
 */
public record RunCounts(long succeeded, long failed, long inProgress, long checksum) {
  /** Nothing ran. */
  public static final RunCounts NONE = new RunCounts(0, 0, 0, 0);

  /** The {@link #checksum} of rows, in the words of ClickHouse: a signed integer. */
  static final String CHECKSUM =
      "reinterpretAsInt64(sum(reinterpretAsUInt64(substring(MD5(concat(run_id, '/',"
          + " toString(status))), 1, 8))))";

  /** The same with one more run. */
  RunCounts with(RunOutcome run) {
    return new RunCounts(
        succeeded + (run.status() == RunStatus.SUCCESS ? 1 : 0),
        failed + (run.status() == RunStatus.FAILED ? 1 : 0),
        inProgress + (run.status() == RunStatus.IN_PROGRESS ? 1 : 0),
        checksum + hash(run.runId() + "/" + run.status().word()));
  }

  /** The first eight bytes of the text's MD5. */
  static long hash(String text) {
    try {
      byte[] md5 = MessageDigest.getInstance("MD5").digest(text.getBytes(UTF_8));
      return ByteBuffer.wrap(md5).order(ByteOrder.LITTLE_ENDIAN).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has MD5", e);
    }
  }
}
