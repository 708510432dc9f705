package dev.scriptanalytics.api.access;

import dev.scriptanalytics.api.clickhouse.Credentials;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals a user and secret, so that a browser keeps them and can neither read nor change them.
 *
 * <pre>
 * base64url( nonce, 12 bytes | AES-GCM( expiry in seconds | user | secret ) )
 * </pre>
 *
 * What is sealed for one purpose does not open for another.
 */
public final class Seal {
  /** The length of a key, in bytes. */
  public static final int KEY_BYTES = 32;

  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final int LONGEST = 8192;

  /** What something is sealed for. */
  public enum Purpose {
    /** The cookie of a browser. */
    SESSION,
    /** The address by which a browser gets a cookie. */
    TICKET
  }

  /** What was sealed, and until when it may be used. */
  public record Content(Credentials credentials, Instant expiry) {}

  private final List<SecretKey> keys;
  private final SecureRandom random = new SecureRandom();

  /**
   * A seal.
   *
   * @param keys the first seals, each of them opens; empty for a random key of this process
   */
  public Seal(List<byte[]> keys) {
    List<byte[]> used = keys.isEmpty() ? List.of(randomKey()) : keys;
    this.keys = used.stream().<SecretKey>map(key -> new SecretKeySpec(key, "AES")).toList();
  }

  private static byte[] randomKey() {
    byte[] key = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(key);
    return key;
  }

  /** Seals a user and secret until a time. */
  public String seal(Purpose purpose, Content content) {
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    try {
      Cipher cipher = cipher(Cipher.ENCRYPT_MODE, keys.get(0), purpose, nonce);
      byte[] text = cipher.doFinal(bytes(content));
      byte[] sealed = ByteBuffer.allocate(NONCE_BYTES + text.length).put(nonce).put(text).array();
      return Base64.getUrlEncoder().withoutPadding().encodeToString(sealed);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What was sealed, or null if it was not sealed here, for this purpose, or has expired. */
  public Content open(Purpose purpose, String sealed) {
    byte[] bytes = decoded(sealed);
    if (bytes.length <= NONCE_BYTES) {
      return null;
    }
    byte[] nonce = Arrays.copyOf(bytes, NONCE_BYTES);
    for (SecretKey key : keys) {
      try {
        Cipher cipher = cipher(Cipher.DECRYPT_MODE, key, purpose, nonce);
        Content content = content(cipher.doFinal(bytes, NONCE_BYTES, bytes.length - NONCE_BYTES));
        return Instant.now().isBefore(content.expiry()) ? content : null;
      } catch (AEADBadTagException otherKey) {
        // The next key may open it.
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }
    return null;
  }

  private static byte[] decoded(String sealed) {
    try {
      return sealed.length() > LONGEST ? new byte[0] : Base64.getUrlDecoder().decode(sealed);
    } catch (IllegalArgumentException malformed) {
      return new byte[0];
    }
  }

  private static Cipher cipher(int mode, SecretKey key, Purpose purpose, byte[] nonce)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce, 0, NONCE_BYTES));
    cipher.updateAAD(purpose.name().toLowerCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8));
    return cipher;
  }

  private static byte[] bytes(Content content) {
    try (ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeLong(content.expiry().getEpochSecond());
      out.writeUTF(content.credentials().user());
      out.writeUTF(content.credentials().secret());
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Content content(byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      Instant expiry = Instant.ofEpochSecond(in.readLong());
      return new Content(new Credentials(in.readUTF(), in.readUTF()), expiry);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
