package dev.scriptanalytics.row;

import dev.scriptanalytics.event.Script;
import java.util.List;

/** Writes rows of {@code log_shapes}. */
public final class ShapeRow {
  /** The columns of the insert statement, in the order of the bytes. */
  public static final List<String> COLUMNS =
      List.of("account", "script", "shape", "text", "pattern", "template", "first_seen");

  private ShapeRow() {}

  /**
   * The row in RowBinary.
   *
   * @param pattern the shape that founded the pattern
   * @param seen in microseconds since 1970
   */
  public static byte[] of(
      Script script,
      long shape,
      byte[] text,
      long pattern,
      byte[] template,
      long seen,
      RowBinaryBuffer out) {
    out.reset();
    out.string(script.bytes(), script.accountStart(), script.accountEnd());
    out.string(script.bytes(), script.nameStart(), script.bytes().length);
    out.int64(shape);
    out.string(text);
    out.int64(pattern);
    out.string(template);
    out.int64(seen);
    return out.copy();
  }
}
