package dev.scriptanalytics.decode;

import dev.scriptanalytics.json.Utf8;
import dev.scriptanalytics.redact.Redactor;
import java.util.Arrays;
import java.util.List;

/** Masks a column's text, then cuts it; after a cut, half a secret would match no pattern. */
public final class MaskedText {
  private MaskedText() {}

  /**
   * The text as the row shows it.
   *
   * @param utf8 valid UTF-8
   * @param truncated receives the column's name if the text is cut
   * @param redacted receives the column's name if something is masked
   */
  public static byte[] of(
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
