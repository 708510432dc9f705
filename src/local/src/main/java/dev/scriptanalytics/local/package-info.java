/**
 * Commands that feed a stack with sample runs and compare what it shows with a ledger. The stack
 * itself is started in {@code local.stack}, by programs of the test kit.
 */
package dev.scriptanalytics.local;
