/**
 * Reads the dashboards and alert rules of {@code deploy/grafana}, and expands their queries as
 * Grafana does, so that tests can run them on ClickHouse.
 *
 * <p>No Grafana server runs.
 */
package dev.scriptanalytics.testkit.grafana;
