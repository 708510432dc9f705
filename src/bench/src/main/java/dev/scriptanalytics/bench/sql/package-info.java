/** Reads the SQL files that are beside the classes of the benchmarks. */
package dev.scriptanalytics.bench.sql;
