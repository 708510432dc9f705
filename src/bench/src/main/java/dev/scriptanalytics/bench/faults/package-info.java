/**
 * Breaks one part of a running stack after the other while events arrive, and compares every count
 * with what was sent. How fast the job is is measured elsewhere.
 */
package dev.scriptanalytics.bench.faults;
