/**
 * Measures how often the view {@code version_verdict} is wrong: simulated deployments, judged by
 * the view's own text.
 */
package dev.scriptanalytics.bench.verdict;
