package dev.scriptanalytics.bench.api;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.locks.LockSupport;

/** Takes bytes at a rate, and keeps their digest. */
final class SlowReader extends FilterOutputStream {
  private final double bytesPerSecond;
  private final MessageDigest digest;
  private final long begin = System.nanoTime();
  private long bytes;

  /**
   * A reader that begins now.
   *
   * @param bytesPerSecond infinite for one who takes all at once
   */
  SlowReader(double bytesPerSecond) {
    this(bytesPerSecond, sha256());
  }

  private SlowReader(double bytesPerSecond, MessageDigest digest) {
    super(new DigestOutputStream(OutputStream.nullOutputStream(), digest));
    this.bytesPerSecond = bytesPerSecond;
    this.digest = digest;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256", e);
    }
  }

  @Override
  public void write(byte[] buffer, int offset, int length) throws IOException {
    out.write(buffer, offset, length);
    bytes += length;
    long due = begin + (long) (bytes / bytesPerSecond * 1e9);
    for (long now = System.nanoTime(); due - now > 0; now = System.nanoTime()) {
      LockSupport.parkNanos(due - now);
    }
  }

  long bytes() {
    return bytes;
  }

  double seconds() {
    return (System.nanoTime() - begin) / 1e9;
  }

  /** Of all bytes; to be asked once. */
  String digest() {
    return HexFormat.of().formatHex(digest.digest());
  }
}
