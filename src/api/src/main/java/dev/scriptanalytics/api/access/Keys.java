package dev.scriptanalytics.api.access;

import dev.scriptanalytics.api.clickhouse.Credentials;
import dev.scriptanalytics.api.error.ApiException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Set;

/**
 * Reads the key of a request.
 *
 * <pre>
 * Authorization: Bearer sa_ + base64url(user:secret)
 * Authorization: Basic base64(user:secret)
 * </pre>
 *
 * The first colon ends the user, so a secret may have colons and a user may not.
 */
public final class Keys {
  private static final String PREFIX = "sa_";
  private static final String FORM =
      "Send the key as 'Authorization: Bearer YOUR_API_KEY' or by basic authentication";
  private static final int LONGEST = 4096;

  private final Set<String> refusedUsers;

  /**
   * A reader of keys.
   *
   * @param refusedUsers whose keys are not valid, whatever their secret
   */
  public Keys(Set<String> refusedUsers) {
    this.refusedUsers = refusedUsers;
  }

  /** The key of a user, as clients send it. */
  public static String of(String user, String secret) {
    return PREFIX
        + Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString((user + ":" + secret).getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The user and secret of a key, which ClickHouse has yet to verify.
   *
   * @param authorization the header's value, or null
   * @throws ApiException with status 401 if there is no key that could be valid
   */
  public Credentials read(String authorization) {
    if (authorization == null || authorization.isBlank()) {
      throw ApiException.unauthenticated("The request has no key. " + FORM);
    }
    String text = authorization.strip();
    int blank = text.indexOf(' ');
    String scheme = blank < 0 ? "" : text.substring(0, blank).toLowerCase(Locale.ROOT);
    String token = text.substring(blank + 1).strip();
    Credentials credentials =
        switch (scheme) {
          case "bearer" -> decode(Base64.getUrlDecoder(), unwrapped(token));
          case "basic" -> decode(Base64.getDecoder(), token);
          default -> throw ApiException.unauthenticated("The key has an unknown form. " + FORM);
        };
    requireAllowed(credentials);
    return credentials;
  }

  /**
   * Refuses users and secrets that are never passed on, wherever they come from: a session may be
   * older than the option that refuses its user.
   *
   * @throws ApiException with status 401
   */
  void requireAllowed(Credentials credentials) {
    // ClickHouse lets a user without a password in with an empty secret, whoever comes from here.
    if (credentials.user().isEmpty()
        || credentials.secret().isEmpty()
        || refusedUsers.contains(credentials.user())) {
      throw invalid();
    }
  }

  private static String unwrapped(String token) {
    if (!token.startsWith(PREFIX)) {
      throw invalid();
    }
    return token.substring(PREFIX.length());
  }

  private static Credentials decode(Base64.Decoder decoder, String token) {
    try {
      if (token.length() <= LONGEST) {
        String text =
            StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(decoder.decode(token)))
                .toString();
        int colon = text.indexOf(':');
        if (colon > 0) {
          return new Credentials(text.substring(0, colon), text.substring(colon + 1));
        }
      }
    } catch (IllegalArgumentException | CharacterCodingException malformed) {
      // Answered below, without a word on why: the key may be nearly right.
    }
    throw invalid();
  }

  private static ApiException invalid() {
    return ApiException.unauthenticated("The key is not valid");
  }
}
