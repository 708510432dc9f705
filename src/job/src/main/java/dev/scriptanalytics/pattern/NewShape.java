package dev.scriptanalytics.pattern;

import dev.scriptanalytics.event.Script;

/**
 * A shape that a script's entry has, and whose pattern may not be known yet.
 *
 * @param shape the hash of the text
 * @param text the shape in UTF-8, its words separated by one blank; not to be changed
 * @param seen the time of the entry, in microseconds since 1970
 */
@SuppressWarnings("ArrayRecordComponent") // A value that is passed on, and never compared.
public record NewShape(Script script, long shape, byte[] text, long seen) {}
