/** Measures how well the job's log patterns agree with the true templates of labelled logs. */
package dev.scriptanalytics.bench.pattern;
