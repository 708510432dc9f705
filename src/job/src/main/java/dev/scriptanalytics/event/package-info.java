/**
 * What travels between operators from decoding on: events, dead letters, and their words (script,
 * status, level, reason).
 *
 * <p>Values do not know their serializers; each serializer has the constant {@code TYPE} for Flink.
 * The bytes of an event's row belong to {@code row}.
 */
package dev.scriptanalytics.event;
