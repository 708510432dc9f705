/**
 * What arrives, as event streams: streams that share a question, where each of them goes on, and
 * the route of a script. It knows neither runs nor log entries; their packages say what arrives.
 */
package dev.scriptanalytics.api.live;
