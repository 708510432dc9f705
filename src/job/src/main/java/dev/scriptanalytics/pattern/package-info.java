/**
 * Log patterns: which shapes of a script come from one message template.
 *
 * <p>{@code GroupShapes} keeps the patterns of each script, {@code ScriptPatterns} decides, {@code
 * Template} compares. What a shape is belongs to package {@code shape}, and which shapes are new to
 * package {@code track}. Entries are counted by their shape, in ClickHouse; nothing here counts.
 */
package dev.scriptanalytics.pattern;
