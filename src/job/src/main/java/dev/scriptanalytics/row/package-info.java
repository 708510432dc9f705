/**
 * The rows of {@code runs} and {@code logs} as bytes in ClickHouse's RowBinary: their columns and
 * layout, how they are written, viewed and merged, and which of them are grouped.
 *
 * <p>An event is a row from its decoding on, so that nothing between Kafka and ClickHouse
 * serializes fields again. Rollup rows belong to {@code rollup}, and sending rows belongs to {@code
 * sink}.
 */
package dev.scriptanalytics.row;
