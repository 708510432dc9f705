/**
 * Shapes of messages and groups of errors: what is alike in log entries that differ only in their
 * values.
 *
 * <p>Both are pure functions of the text, with hashes that are the same in every process and
 * release, because they are stored. {@code row} decides which rows have them.
 */
package dev.scriptanalytics.shape;
