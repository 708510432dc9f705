/**
 * A real ClickHouse server: {@code ClickHouseProgram} prepares it, {@code ClickHouseMain} runs it,
 * {@code TestClickHouse} is one for tests, and {@code ClickHouseHttp} asks it.
 */
package dev.scriptanalytics.testkit.clickhouse;
