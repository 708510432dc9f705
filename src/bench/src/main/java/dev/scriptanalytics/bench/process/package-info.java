/** What the processes of a measurement take: time, processor time and memory. */
package dev.scriptanalytics.bench.process;
