/**
 * Reads the dashboards and alert rules of {@code deploy/grafana}, and expands their queries as
 * Grafana does, so that tests and benchmarks can ask them.
 */
package dev.scriptanalytics.testkit.grafana;
