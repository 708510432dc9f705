/**
 * Decodes the records of Kafka: run events and log entries become rows, anything unusable a dead
 * letter that says why.
 *
 * <p>Here are the operators that decode, the rules that every form of event follows (limits, times,
 * ids, masking), and the forms in JSON. OTLP has the package {@code decode.otlp}, which plugs in as
 * a {@link dev.scriptanalytics.decode.LogFormat}. Nothing here remembers one event until the next:
 * merging and enriching belong to {@code track}.
 */
package dev.scriptanalytics.decode;
