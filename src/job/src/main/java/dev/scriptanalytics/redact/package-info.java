/**
 * Masks what the patterns of {@code redact.patterns} match, in texts and in JSON documents, within
 * a bounded time.
 *
 * <p>Which columns are masked, and where they are cut, is decided in {@code decode}.
 */
package dev.scriptanalytics.redact;
