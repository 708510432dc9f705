/**
 * A real Flink cluster: {@code FlinkPrograms} prepares its processes as a distribution does, {@code
 * FlinkCluster} is one for tests, {@code FlinkRest} and {@code FlinkJobs} ask it and submit to it.
 */
package dev.scriptanalytics.testkit.flink;
