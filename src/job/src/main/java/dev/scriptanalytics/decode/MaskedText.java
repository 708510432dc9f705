package dev.scriptanalytics.decode;

import dev.scriptanalytics.json.Utf8;
import dev.scriptanalytics.redact.Redactor;
import java.util.Arrays;
import java.util.List;

/** Masks a column's text and then cuts it: half a secret would match no pattern any more. */
final class MaskedText {
  private MaskedText() {}

  /**
   * The text as it is written.
   *
   * @param utf8 valid UTF-8
   * @param truncated takes the column's name where something is cut
   * @param redacted takes it where something is masked
   */
  static byte[] of(
      Redactor redactor,
      String column,
      byte[] utf8,
      int maxBytes,
      List<String> truncated,
      List<String> redacted) {
    byte[] seen = redactor.beginning(utf8, maxBytes);
    byte[] masked = redactor.text(seen);
    if (masked != seen) {
      redacted.add(column);
    }
    if (seen != utf8 || masked.length > maxBytes) {
      truncated.add(column);
    }
    return masked.length <= maxBytes
        ? masked
        : Arrays.copyOf(masked, Utf8.cut(masked, 0, masked.length, maxBytes));
  }
}
