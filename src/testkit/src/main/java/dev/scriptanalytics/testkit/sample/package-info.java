/**
 * Sample runs and log entries in every form that the job reads, good ones and broken ones, from a
 * seed.
 */
package dev.scriptanalytics.testkit.sample;
