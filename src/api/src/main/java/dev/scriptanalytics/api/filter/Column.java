package dev.scriptanalytics.api.filter;

import java.util.List;

/**
 * What a filter may look at.
 *
 * @param sql the value in SQL
 * @param kind what the value is
 * @param words of {@link Kind#WORD}: the values that there are, in their order; else empty
 * @param path of {@link Kind#JSON} and {@link Kind#MAP}: the names that lead into the value; else
 *     empty
 */
record Column(String sql, Kind kind, List<String> words, List<String> path) {

  /** What values are, and so which operators they have. */
  enum Kind {
    /** A text, empty where there is none. */
    TEXT,
    /** A number, NULL where there is none. */
    NUMBER,
    /** A number that is never NULL. */
    COUNT,
    /** One of a few words. */
    WORD,
    /** A time. */
    TIME,
    /** True or false, NULL where it is not known. */
    FLAG,
    /** A list of texts. */
    LIST,
    /** A text of JSON, of which a path leads to the value. */
    JSON,
    /** Numbers by name, of which a path of one name leads to the value. */
    MAP
  }
}
