/**
 * JMH benchmarks of the job's shapes of messages, run by {@code deploy/local/microbenchmarks}. They
 * need the job's jar on the class path.
 *
 * <p>What a shape is, is tested in the job's module.
 */
package dev.scriptanalytics.bench.shape;
