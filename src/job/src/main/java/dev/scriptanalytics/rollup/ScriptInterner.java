package dev.scriptanalytics.rollup;

import dev.scriptanalytics.event.Script;

/**
 * Gives equal scripts as one object, so that the cells of a script share it: without, each of the
 * hundred thousand scripts of a large installation is in memory once a minute and version.
 *
 * <p>Each script has one place, where the next script with the same place replaces it: bounded
 * whatever names producers think of. Threads may use it at the same time, because a script never
 * changes, and one that another thread has just replaced is as good.
 */
final class ScriptInterner {
  private final Script[] scripts;

  /** With that many places, a power of two. */
  ScriptInterner(int places) {
    scripts = new Script[places];
  }

  /** The script that was given before, if it is still known; else this one. */
  Script known(Script script) {
    int hash = script.hashCode();
    int place = (hash ^ hash >>> 16) & (scripts.length - 1);
    Script known = scripts[place];
    if (script.equals(known)) {
      return known;
    }
    scripts[place] = script;
    return script;
  }
}
