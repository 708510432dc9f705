/**
 * Decodes OTLP logs and spans, in JSON and in Protocol Buffers.
 *
 * <p>{@link dev.scriptanalytics.decode.otlp.OtlpFormat} is the entrance. {@code OtlpBatch} finds
 * the items of a record; {@code OtlpJson}, with {@code OtlpScalars}, and {@code OtlpProtobuf} read
 * them. {@code OtlpSchema} says what damage costs, and {@code OtlpUnreadable} keeps what cannot be
 * read. {@code OtlpAttributes} finds attributes, {@code SpanRoles} tells runs from their children,
 * and the two decoders turn attributes and fields into columns. The rules that all events follow
 * are in {@code decode}.
 */
package dev.scriptanalytics.decode.otlp;
