package dev.scriptanalytics.pattern;

import dev.scriptanalytics.event.Script;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The one place that counts the bytes of patterns. Beyond the limit the script is forgotten that
 * has shown no new shape for longest.
 *
 * <p><b>Owned state:</b> the scripts that have patterns, by when they showed a shape. The patterns
 * themselves are Flink's.
 */
final class ScriptsBudget {
  /** What a script costs on the heap beside its patterns: its name, and entries of two maps. */
  private static final int SCRIPT_BYTES = 200;

  private final long maxBytes;

  /** The bytes of each script, the idle ones first. */
  private final LinkedHashMap<Script, Long> scripts = new LinkedHashMap<>(16, 0.75f, true);

  private long bytes;

  ScriptsBudget(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** The number of scripts. */
  int size() {
    return scripts.size();
  }

  /** The bytes of all. */
  long bytes() {
    return bytes;
  }

  /**
   * A script has shown a shape.
   *
   * @param ofPatterns the bytes of its patterns now
   */
  void used(Script script, long ofPatterns) {
    long now = SCRIPT_BYTES + script.bytes().length + ofPatterns;
    Long before = scripts.put(script, now);
    bytes += now - (before == null ? 0 : before);
  }

  /** Forgets idle scripts until the others are within the limit; one always stays. */
  void evict(Consumer<Script> forgotten) {
    Iterator<Map.Entry<Script, Long>> idle = scripts.entrySet().iterator();
    while (bytes > maxBytes && scripts.size() > 1) {
      Map.Entry<Script, Long> entry = idle.next();
      bytes -= entry.getValue();
      Script script = entry.getKey();
      idle.remove();
      forgotten.accept(script);
    }
  }
}
