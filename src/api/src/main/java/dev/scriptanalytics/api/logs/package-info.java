/**
 * The endpoints' logs API: its routes, the queries behind them, and an entry as JSON, as a line of
 * text and as CSV.
 */
package dev.scriptanalytics.api.logs;
