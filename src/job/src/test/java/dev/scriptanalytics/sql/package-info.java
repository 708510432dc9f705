/**
 * Tests of the tables, views and roles of {@code sql/} on a real ClickHouse server: what a reader
 * gets for given rows, and what an account may see.
 *
 * <p>No job runs here; the rows are inserted by the tests.
 */
package dev.scriptanalytics.sql;
