/**
 * A real ClickHouse server for tests and the local stack, from the library that npm installs, and
 * its HTTP interface.
 *
 * <p>Queries that compare its content with a ledger are in package {@code ledger}.
 */
package dev.scriptanalytics.testkit.clickhouse;
