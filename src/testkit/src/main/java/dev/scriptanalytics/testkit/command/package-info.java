/** Options that the commands of the local stack and of the benchmarks share. */
package dev.scriptanalytics.testkit.command;
