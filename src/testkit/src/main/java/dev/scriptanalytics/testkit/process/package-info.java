/**
 * Processes, ports and directories on this machine: starts a JVM as a child or as a daemon, finds
 * it later, and stops it.
 *
 * <p>The servers that run in such processes are in the packages {@code kafka}, {@code clickhouse}
 * and {@code flink}.
 */
package dev.scriptanalytics.testkit.process;
