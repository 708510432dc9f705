package dev.scriptanalytics.row;

import dev.scriptanalytics.event.RunStatus;
import dev.scriptanalytics.row.RunRow.Column;
import dev.scriptanalytics.shape.ErrorGroups;

/** Gives the row of a failed run the group of its error. Reusable, not thread-safe. */
public final class RunErrorGroups {
  private final ErrorGroups groups = new ErrorGroups();
  private final RunRow view = new RunRow();

  /** Sets the group in a row, in place, and returns the row; a run that has not failed has none. */
  public byte[] set(byte[] row) {
    if (RunRow.status(row) == RunStatus.FAILED) {
      view.wrap(row);
      long group =
          groups.of(
              view.textUtf8(Column.ERROR_CODE),
              view.textUtf8(Column.ERROR_MESSAGE),
              view.textUtf8(Column.ERROR_STACK));
      RunRow.setErrorGroup(row, group);
    }
    return row;
  }
}
