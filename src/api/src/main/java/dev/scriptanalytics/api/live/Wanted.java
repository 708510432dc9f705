package dev.scriptanalytics.api.live;

import java.util.function.Predicate;

/**
 * What one stream wants of a source.
 *
 * @param chosen of what arrives from the source, by the thread that sends it; holds for what comes
 *     from others
 */
public record Wanted(ArrivalSource source, Predicate<Arrival> chosen) {}
