/**
 * Counts facts: each fact of a run belongs to one cell (script, deployment version, minute of the
 * start, arrival hour), whose row replaces its earlier rows. {@link
 * dev.scriptanalytics.rollup.AggregateFacts} gathers facts before the shuffle, {@link
 * dev.scriptanalytics.rollup.KeepCells} keeps the cells behind it. What makes a fact is decided in
 * {@code track}, how rows reach ClickHouse in {@code sink}.
 */
package dev.scriptanalytics.rollup;
