package dev.scriptanalytics.api.export;

import dev.scriptanalytics.api.access.Permission;
import dev.scriptanalytics.api.filter.Columns;
import java.util.Map;

/**
 * A kind of rows that files are made of.
 *
 * @param name the end of the names of its files, such as {@code runs_data}
 * @param permission to read such rows, besides the one to export
 * @param purpose what the permission is for, in errors
 * @param view that has the rows of a script in a range, newest first
 * @param filtered what they are filtered by
 * @param selected what a file of each form has of them, in SQL
 */
public record Exported(
    String name,
    Permission permission,
    String purpose,
    String view,
    Columns filtered,
    Map<Form, String> selected) {

  public Exported {
    selected = Map.copyOf(selected);
  }

  /** A time of ClickHouse in SQL, as a text that says that it is in UTC. */
  public static String utc(String column) {
    return "concat(replaceOne(toString(" + column + "), ' ', 'T'), 'Z')";
  }
}
