package dev.scriptanalytics.api.live;

import java.nio.charset.StandardCharsets;

/** Something that arrived, and its event for all streams. */
public abstract class Arrival {
  private final long millis;
  private final String script;
  private byte[] type;
  private byte[] data;

  /**
   * What arrived of a script.
   *
   * @param millis when it did, in milliseconds since 1970
   */
  protected Arrival(long millis, String script) {
    this.millis = millis;
    this.script = script;
  }

  final long millis() {
    return millis;
  }

  final String script() {
    return script;
  }

  /** The type of its event, a word such as {@code run}. */
  protected abstract String type();

  /** The data of its event: JSON of one line. */
  protected abstract String json();

  /** Made once, so that streams that wait share it. */
  final byte[] typeLine() {
    if (type == null) {
      type = ("event: " + type() + "\n").getBytes(StandardCharsets.UTF_8);
    }
    return type;
  }

  /** Made once, too; the end of the event. */
  final byte[] dataLine() {
    if (data == null) {
      data = ("data: " + json() + "\n\n").getBytes(StandardCharsets.UTF_8);
    }
    return data;
  }
}
