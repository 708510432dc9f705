/**
 * JMH benchmarks of the job's JSON scanner beside Jackson, run by {@code
 * deploy/local/microbenchmarks}. They need the job's jar on the class path.
 *
 * <p>What the scanner accepts is tested in the job's module.
 */
package dev.scriptanalytics.bench.json;
