package dev.scriptanalytics.rollup;

import dev.scriptanalytics.event.Script;

/**
 * Maps equal scripts to one object, so that all cells of a script share it. A large installation
 * has a hundred thousand scripts, and each would otherwise be in memory once per minute and
 * version.
 *
 * <p>A script has one possible slot, and a newer script of the same slot replaces it. So memory is
 * bounded whatever names producers send. Threads may share an interner, because scripts are
 * immutable and any of two equal objects will do.
 */
final class ScriptInterner {
  private final Script[] scripts;

  /** With a number of slots, which is a power of two. */
  ScriptInterner(int places) {
    scripts = new Script[places];
  }

  /** The equal script that was given before, if it is still known, or this one. */
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
