/**
 * Commands that send made-up runs to a stack and compare its content with a ledger.
 *
 * <p>The stack itself is in package {@code stack}, the replay of recorded traces in package {@code
 * trace}.
 */
package dev.scriptanalytics.local;
