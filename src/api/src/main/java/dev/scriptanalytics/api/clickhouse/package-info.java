/**
 * Questions to ClickHouse over HTTP: queries with bound parameters, answers row by row, and what
 * its error codes mean to a client. What is asked is written elsewhere.
 */
package dev.scriptanalytics.api.clickhouse;
