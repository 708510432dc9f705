package dev.scriptanalytics.row;

/** How a column of varying width stands in RowBinary. */
enum ColumnType {
  /** A String: its length, then its bytes. */
  STRING(0),
  /** A Nullable of eight bytes. */
  NULLABLE_8(1),
  /** A Nullable of one byte. */
  NULLABLE_1(1),
  /** An Array(String): the number of its items, then these. */
  STRINGS(0),
  /** A Map(String, Float64): the number of its entries, then each as a String and a Float64. */
  NUMBERS(0);

  /** The one byte that is the whole value of a column without content: empty or NULL. */
  final int empty;

  ColumnType(int empty) {
    this.empty = empty;
  }
}
