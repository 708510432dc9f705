package dev.scriptanalytics.event;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * A custom script of an account, by which runs, rollups and logs are grouped. Immutable.
 *
 * <p>It is kept as UTF-8 because it is read and written as bytes, and in one array because there
 * are many and each array is another access to memory. Lengths have four bytes, big endian:
 *
 * <pre>
 *   length 4 | account .. | length 4 | name ..
 * </pre>
 */
public final class Script {
  private static final int ACCOUNT_START = Integer.BYTES;

  private final byte[] bytes;
  private final int hash;

  private Script(byte[] bytes) {
    this.bytes = bytes;
    // A large factor, because with 31 acme1/script2 and acme2/script1 would have the same hash.
    this.hash =
        0x9E3779B1 * hash(bytes, ACCOUNT_START, accountEnd())
            + hash(bytes, nameStart(), bytes.length);
  }

  /** The script of an account with that name. */
  public static Script of(String account, String name) {
    byte[] accountUtf8 = account.getBytes(StandardCharsets.UTF_8);
    byte[] nameUtf8 = name.getBytes(StandardCharsets.UTF_8);
    return of(accountUtf8, 0, accountUtf8.length, nameUtf8, 0, nameUtf8.length);
  }

  /** The script whose account and name are at these places, in UTF-8. */
  public static Script ofUtf8(
      byte[] utf8, int accountStart, int accountEnd, int nameStart, int nameEnd) {
    return of(utf8, accountStart, accountEnd - accountStart, utf8, nameStart, nameEnd - nameStart);
  }

  private static Script of(
      byte[] account, int accountFrom, int accountLength, byte[] name, int nameFrom, int length) {
    byte[] bytes = allocate(accountLength, length);
    ByteBuffer.wrap(bytes)
        .putInt(accountLength)
        .put(account, accountFrom, accountLength)
        .putInt(length)
        .put(name, nameFrom, length);
    return new Script(bytes);
  }

  /** Reads a script that {@link #write} wrote. */
  public static Script read(DataInputView source) throws IOException {
    byte[] account = new byte[source.readInt()];
    source.readFully(account);
    int name = source.readInt();
    byte[] bytes = allocate(account.length, name);
    ByteBuffer.wrap(bytes).putInt(account.length).put(account).putInt(name);
    source.readFully(bytes, bytes.length - name, name);
    return new Script(bytes);
  }

  private static byte[] allocate(int account, int name) {
    return new byte[2 * Integer.BYTES + account + name];
  }

  /** Writes account and name, each with its length in four bytes. */
  public void write(DataOutputView target) throws IOException {
    target.write(bytes);
  }

  /** The bytes that contain account and name in UTF-8; not to be changed. */
  public byte[] bytes() {
    return bytes;
  }

  /** Where in {@link #bytes} the account begins. */
  public int accountStart() {
    return ACCOUNT_START;
  }

  /** Where in {@link #bytes} the account ends. */
  public int accountEnd() {
    return ACCOUNT_START + lengthAt(0);
  }

  /** Where in {@link #bytes} the name begins; it ends with them. */
  public int nameStart() {
    return accountEnd() + Integer.BYTES;
  }

  /** The account as text. */
  public String account() {
    return new String(bytes, ACCOUNT_START, lengthAt(0), StandardCharsets.UTF_8);
  }

  /** The script's name as text. */
  public String name() {
    return new String(bytes, nameStart(), bytes.length - nameStart(), StandardCharsets.UTF_8);
  }

  private int lengthAt(int at) {
    return ByteBuffer.wrap(bytes).getInt(at);
  }

  // The value of Arrays.hashCode for this part; it decides the key group and must not change.
  private static int hash(byte[] bytes, int from, int to) {
    int hash = 1;
    for (int i = from; i < to; i++) {
      hash = 31 * hash + bytes[i];
    }
    return hash;
  }

  @Override
  public boolean equals(Object other) {
    return this == other
        || (other instanceof Script that && hash == that.hash && Arrays.equals(bytes, that.bytes));
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public String toString() {
    return account() + "/" + name();
  }
}
