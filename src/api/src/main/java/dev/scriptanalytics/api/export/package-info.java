/** Files of runs and log entries, of any length, as ClickHouse writes them. */
package dev.scriptanalytics.api.export;
