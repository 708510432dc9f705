package dev.scriptanalytics.track;

import dev.scriptanalytics.event.Script;
import dev.scriptanalytics.row.RunRow;
import dev.scriptanalytics.row.RunRow.Column;
import java.util.Arrays;

/**
 * Gives the script of a row without making one anew each time.
 *
 * <p>Each script has one place, where the next script with the same place replaces it: bounded
 * whatever names producers think of, and no bookkeeping.
 */
final class ScriptCache {
  private final Script[] scripts;

  /** With that many places, a power of two. */
  ScriptCache(int places) {
    scripts = new Script[places];
  }

  /** The script of a run. */
  Script of(RunRow run) {
    byte[] row = run.bytes();
    int accountStart = run.textStart(Column.ACCOUNT);
    int accountEnd = run.textEnd(Column.ACCOUNT);
    int nameStart = run.textStart(Column.SCRIPT);
    int nameEnd = run.textEnd(Column.SCRIPT);
    int hash = hash(row, accountStart, accountEnd, 1);
    hash = hash(row, nameStart, nameEnd, hash);
    int place = (hash ^ hash >>> 16) & (scripts.length - 1);
    Script cached = scripts[place];
    if (cached != null
        && Arrays.equals(cached.nameUtf8(), 0, cached.nameUtf8().length, row, nameStart, nameEnd)
        && Arrays.equals(
            cached.accountUtf8(), 0, cached.accountUtf8().length, row, accountStart, accountEnd)) {
      return cached;
    }
    Script script =
        Script.ofUtf8(
            Arrays.copyOfRange(row, accountStart, accountEnd),
            Arrays.copyOfRange(row, nameStart, nameEnd));
    scripts[place] = script;
    return script;
  }

  private static int hash(byte[] bytes, int from, int to, int seed) {
    int hash = seed;
    for (int i = from; i < to; i++) {
      hash = 31 * hash + bytes[i];
    }
    return hash;
  }
}
