/**
 * Measures the queries of dashboards, pages, searches and exports on generated runs and log
 * entries. No job runs here: SQL generates the rows.
 */
package dev.scriptanalytics.bench.queries;
