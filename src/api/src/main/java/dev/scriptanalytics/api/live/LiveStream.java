package dev.scriptanalytics.api.live;

import dev.scriptanalytics.api.http.EventStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Predicate;

/** One client that follows a script; all access is by the thread of its feed. */
final class LiveStream {
  private final EventStream stream;
  private final String script;
  private final Predicate<Arrival> chosen;
  private final boolean isTyped;
  private long position;

  /**
   * A client that gets what arrives after {@code position}.
   *
   * @param chosen what of the script it wants
   * @param isTyped whether its events say of which type they are
   * @param position a time in milliseconds since 1970, or {@link LastEventId#NONE} for now
   */
  LiveStream(
      EventStream stream,
      String script,
      Predicate<Arrival> chosen,
      boolean isTyped,
      long position) {
    this.stream = stream;
    this.script = script;
    this.chosen = chosen;
    this.isTyped = isTyped;
    this.position = position;
  }

  EventStream stream() {
    return stream;
  }

  String script() {
    return script;
  }

  long position() {
    return position;
  }

  /** Has the client begin at a time if it asked for none. */
  void beginAt(long millis) {
    if (position == LastEventId.NONE) {
      position = millis;
    }
  }

  /**
   * Sends what is new to the client.
   *
   * @param arrivals in order of arrival
   * @param until the time up to which they are complete
   */
  void take(List<Arrival> arrivals, long until) {
    List<Arrival> wanted = arrivals.stream().filter(this::isWanted).toList();
    for (int i = 0; i < wanted.size(); i++) {
      Arrival arrival = wanted.get(i);
      // What arrived at once shares a time. A client that resumes must have had all of it.
      boolean isLast = i + 1 == wanted.size() || wanted.get(i + 1).millis() != arrival.millis();
      byte[] id = isLast ? utf8("id: " + arrival.millis() + "\n") : new byte[0];
      byte[] type = isTyped ? arrival.typeLine() : new byte[0];
      stream.send(id, type, arrival.dataLine());
    }
    position = Math.max(position, until);
  }

  private boolean isWanted(Arrival arrival) {
    return arrival.millis() > position && arrival.script().equals(script) && chosen.test(arrival);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
