/**
 * Tests of the dashboards, alert rules and data source in {@code deploy/grafana/}: whether their
 * files fit together and match Grafana's own types, and what their queries answer on a real
 * ClickHouse server.
 *
 * <p>No Grafana server runs.
 */
package dev.scriptanalytics.grafana;
