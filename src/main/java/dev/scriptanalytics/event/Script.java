package dev.scriptanalytics.event;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A custom script of an account: what runs, rollups and logs are grouped by.
 *
 * <p>Kept as UTF-8 because it is read from bytes and written as bytes; the text is made on demand.
 */
public final class Script {
  private final byte[] account;
  private final byte[] name;
  private final int hash;

  private Script(byte[] account, byte[] name) {
    this.account = account;
    this.name = name;
    // A large factor: with 31, acme1/script2 and acme2/script1 would have one hash.
    this.hash = 0x9E3779B1 * Arrays.hashCode(account) + Arrays.hashCode(name);
  }

  /** Takes both arrays as they are; the caller does not change them afterwards. */
  public static Script ofUtf8(byte[] account, byte[] name) {
    return new Script(account, name);
  }

  /** The script called {@code name} of {@code account}. */
  public static Script of(String account, String name) {
    return new Script(
        account.getBytes(StandardCharsets.UTF_8), name.getBytes(StandardCharsets.UTF_8));
  }

  /** The account in UTF-8; not to be changed. */
  public byte[] accountUtf8() {
    return account;
  }

  /** The script's name in UTF-8; not to be changed. */
  public byte[] nameUtf8() {
    return name;
  }

  /** The account as text. */
  public String account() {
    return new String(account, StandardCharsets.UTF_8);
  }

  /** The script's name as text. */
  public String name() {
    return new String(name, StandardCharsets.UTF_8);
  }

  @Override
  public boolean equals(Object other) {
    return this == other
        || (other instanceof Script that
            && hash == that.hash
            && Arrays.equals(account, that.account)
            && Arrays.equals(name, that.name));
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
