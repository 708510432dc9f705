/**
 * Reads JSON as bytes: the fields of an object, the items of an array, the text of a string; and
 * checks and cuts UTF-8.
 *
 * <p>Knows nothing of events, columns or limits. Writing JSON, and reading it where speed does not
 * matter, is left to Jackson.
 */
package dev.scriptanalytics.json;
