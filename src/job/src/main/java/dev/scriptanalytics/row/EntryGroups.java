package dev.scriptanalytics.row;

import dev.scriptanalytics.event.LogLevel;
import dev.scriptanalytics.shape.ErrorGroups;
import dev.scriptanalytics.shape.Shapes;

/**
 * Sets what groups a log entry with others: its shape, and the group of its error.
 *
 * <p>Both depend on the stored texts alone, so they are the same after any replay, order or
 * restore. Reusable, not thread-safe.
 */
public final class EntryGroups {
  private final Shapes shapes = new Shapes();
  private final ErrorGroups errorGroups = new ErrorGroups();

  /** Sets {@code shape} and {@code errorGroup} of an entry whose other values are final. */
  public void set(LogEntry entry) {
    shapes.of(entry.message, 0, entry.message.length);
    entry.shape = shapes.hash();
    boolean isError = entry.level.compareTo(LogLevel.ERROR) >= 0;
    entry.errorGroup =
        isError ? errorGroups.of(entry.errorCode, entry.message, shapes, entry.stackTrace) : 0;
  }
}
