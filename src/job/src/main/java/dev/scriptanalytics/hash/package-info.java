/**
 * Hashing: the keyed hash that identifies runs and log entries, and the probing of open-addressing
 * tables.
 *
 * <p>What is hashed, and the tables themselves, belong to the packages that use them. This package
 * depends on no other.
 */
package dev.scriptanalytics.hash;
