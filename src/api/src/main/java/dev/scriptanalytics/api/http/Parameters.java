package dev.scriptanalytics.api.http;

import dev.scriptanalytics.api.error.ApiException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The parameters of an address, read strictly: each at most once, none that the route does not
 * know, all in UTF-8. A misspelled parameter that is ignored would give a wrong answer that looks
 * right.
 */
public final class Parameters implements Fields {
  private static final Set<String> SECRETS =
      Set.of(
          "api_key",
          "apikey",
          "api-key",
          "key",
          "token",
          "access_token",
          "authorization",
          "password",
          "secret");

  private static final char REPLACEMENT = '\ufffd';

  private final Map<String, String> values;

  private Parameters(Map<String, String> values) {
    this.values = values;
  }

  /**
   * Reads the part of an address after {@code ?}.
   *
   * @param query as it was sent, or null
   * @param known the parameters that the route takes
   * @throws ApiException with status 400
   */
  public static Parameters read(String query, List<String> known) {
    Map<String, String> values = new LinkedHashMap<>();
    for (String pair : query == null ? new String[0] : query.split("&", -1)) {
      if (pair.isEmpty()) {
        continue;
      }
      int equals = pair.indexOf('=');
      String name = decoded(equals < 0 ? pair : pair.substring(0, equals), null);
      if (SECRETS.contains(name.toLowerCase(Locale.ROOT))) {
        throw new ApiException(
            400,
            "KEY_IN_ADDRESS",
            "A key must not be part of an address, which is logged on its way: send it as"
                + " 'Authorization: Bearer YOUR_API_KEY'");
      }
      if (!known.contains(name)) {
        throw new ApiException(
                400, "UNKNOWN_PARAMETER", "There is no parameter '%s' here".formatted(name))
            .with("parameter", name)
            .with("known", known);
      }
      String value = equals < 0 ? "" : decoded(pair.substring(equals + 1), name);
      if (values.putIfAbsent(name, value) != null) {
        throw ApiException.invalid(name, "given only once");
      }
    }
    return new Parameters(values);
  }

  private static String decoded(String text, String parameter) {
    byte[] bytes = new byte[text.length() * 3];
    int length = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '+') {
        bytes[length++] = ' ';
      } else if (c == '%') {
        boolean whole = i + 2 < text.length();
        int high = whole ? Character.digit(text.charAt(i + 1), 16) : -1;
        int low = whole ? Character.digit(text.charAt(i + 2), 16) : -1;
        if (high < 0 || low < 0) {
          throw malformed(
              parameter, "percent-encoded: % must be followed by two hexadecimal digits");
        }
        bytes[length++] = (byte) (high << 4 | low);
        i += 2;
      } else {
        // Some clients send UTF-8 as it is; what is none arrives here as a replacement.
        if (c == REPLACEMENT) {
          throw malformed(parameter, "percent-encoded UTF-8");
        }
        int codePoint = text.codePointAt(i);
        i += Character.charCount(codePoint) - 1;
        byte[] encoded = Character.toString(codePoint).getBytes(StandardCharsets.UTF_8);
        System.arraycopy(encoded, 0, bytes, length, encoded.length);
        length += encoded.length;
      }
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes, 0, length))
          .toString();
    } catch (CharacterCodingException e) {
      throw malformed(parameter, "in UTF-8");
    }
  }

  private static ApiException malformed(String parameter, String takes) {
    return ApiException.invalid(parameter == null ? "The name of a parameter" : parameter, takes);
  }

  @Override
  public String path(String name) {
    return name;
  }

  /** Whether the parameter is there, though it may be empty. */
  @Override
  public boolean has(String name) {
    return values.containsKey(name);
  }

  @Override
  public String text(String name) {
    String value = values.get(name);
    return value == null || value.isEmpty() ? null : value;
  }

  @Override
  public int integer(String name, int otherwise, int least, int most) {
    if (!has(name)) {
      return otherwise;
    }
    try {
      int number = Integer.parseInt(values.get(name));
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException malformed) {
      // Said below.
    }
    throw ApiException.invalid(name, "a whole number from %d to %d".formatted(least, most));
  }

  @Override
  public boolean flag(String name, boolean otherwise) {
    return "true".equals(choice(name, Boolean.toString(otherwise), List.of("true", "false")));
  }

  @Override
  public String choice(String name, String otherwise, Collection<String> words) {
    return has(name) ? Words.known(name, values.get(name), words) : otherwise;
  }

  /** JSON in a parameter. */
  @Override
  public JsonFields object(String name) {
    String text = text(name);
    return text == null
        ? JsonFields.none(name)
        : JsonFields.read(name, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Does nothing: {@link #read} knew which parameters there are. */
  @Override
  public void finish() {}
}
