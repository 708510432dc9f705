package dev.scriptanalytics.api.filter;

import dev.scriptanalytics.api.error.ApiException;
import dev.scriptanalytics.api.filter.Column.Kind;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The columns of a kind of rows, by the names that answers give them. */
public final class Columns {
  private static final int LONGEST_PATH = 20;

  private final Map<String, Column> columns;

  private Columns(Map<String, Column> columns) {
    this.columns = columns;
  }

  /** A list of columns in the making. */
  public static final class Builder {
    private final Map<String, Column> columns = new LinkedHashMap<>();

    private Builder add(String name, String sql, Kind kind, List<String> words) {
      columns.put(name, new Column(sql, kind, words, List.of()));
      return this;
    }

    /** A text, empty where there is none. */
    public Builder text(String name, String sql) {
      return add(name, sql, Kind.TEXT, List.of());
    }

    /** A number that may be NULL. */
    public Builder number(String name, String sql) {
      return add(name, sql, Kind.NUMBER, List.of());
    }

    /** A number that is never NULL; 0 where there is none. */
    public Builder count(String name, String sql) {
      return add(name, sql, Kind.COUNT, List.of());
    }

    /** One of some words, the least first. */
    public Builder word(String name, String sql, List<String> words) {
      return add(name, sql, Kind.WORD, words);
    }

    /** A time that may be NULL. */
    public Builder time(String name, String sql) {
      return add(name, sql, Kind.TIME, List.of());
    }

    /** True or false, or NULL. */
    public Builder flag(String name, String sql) {
      return add(name, sql, Kind.FLAG, List.of());
    }

    /** A list of texts. */
    public Builder list(String name, String sql) {
      return add(name, sql, Kind.LIST, List.of());
    }

    /** JSON; {@code NAME.a.b} is the value at b in the object at a. */
    public Builder json(String name, String sql) {
      return add(name, sql, Kind.JSON, List.of());
    }

    /** Numbers by name; {@code NAME.x} is the number at x. */
    public Builder map(String name, String sql) {
      return add(name, sql, Kind.MAP, List.of());
    }

    /** All of them. */
    public Columns build() {
      return new Columns(Map.copyOf(columns));
    }
  }

  /**
   * The column of a name.
   *
   * @param parameter named by the error
   * @throws ApiException with status 400 if there is none
   */
  Column get(String parameter, String name) {
    Column column = columns.get(name);
    if (column != null) {
      return column;
    }
    int point = name.indexOf('.');
    Column whole = point < 0 ? null : columns.get(name.substring(0, point));
    if (whole != null && (whole.kind() == Kind.JSON || whole.kind() == Kind.MAP)) {
      String rest = name.substring(point + 1);
      List<String> path =
          whole.kind() == Kind.MAP ? List.of(rest) : Arrays.asList(rest.split("\\.", -1));
      if (path.size() <= LONGEST_PATH && !rest.isEmpty()) {
        return new Column(whole.sql(), whole.kind(), List.of(), path);
      }
    }
    List<String> known = columns.keySet().stream().sorted().toList();
    throw ApiException.invalid(parameter, "one of " + String.join(", ", known))
        .with("known", known);
  }

  /**
   * A column's value as a text in SQL, for counting.
   *
   * @param parameter named by the error
   * @throws ApiException with status 400 if there is no such column, or its values are not counted
   */
  public String countable(String parameter, String name) {
    Column column = get(parameter, name);
    return switch (column.kind()) {
      case TEXT, WORD -> column.sql();
      case COUNT -> "toString(" + column.sql() + ")";
      case FLAG -> "ifNull(toString(" + column.sql() + "), '')";
      default ->
          throw ApiException.invalid(
              parameter, "columns of texts and words; %s is none".formatted(name));
    };
  }
}
