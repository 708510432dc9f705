/**
 * The API server: turns HTTP requests into queries of ClickHouse's views. Here is its entry point,
 * which puts the parts together.
 *
 * <p>Below, in the order of a request: {@code http} receives it, {@code route} brings it to its
 * route, {@code access} checks its key, {@code logs} or {@code session} answers it, {@code
 * clickhouse} asks. {@code operations} and {@code docs} answer without a key. {@code error} and
 * {@code configuration} are used by all of them. Nothing is kept between requests but who may see
 * what.
 */
package dev.scriptanalytics.api;
