/**
 * A real Flink cluster for tests and the local stack, in processes of its own, and its REST API.
 *
 * <p>The job itself is not here: a cluster only gets it as a jar.
 */
package dev.scriptanalytics.testkit.flink;
