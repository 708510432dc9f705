/**
 * JUnit extensions that run a real server for a test class or for a single test.
 *
 * <p>An extension owns the server's temporary directory, starts it on free ports before the tests
 * and stops it after them. How a server is configured, started and asked is the business of the
 * packages {@code clickhouse}, {@code kafka} and {@code flink}; nothing here knows the product.
 *
 * <p>Everything else in the test kit runs without JUnit.
 */
package dev.scriptanalytics.testkit.junit;
