/**
 * Puts the job together: the entry point, and the topology that connects sources, operators and
 * sinks. No other package depends on this one, and nothing about a single event lives here.
 */
package dev.scriptanalytics;
