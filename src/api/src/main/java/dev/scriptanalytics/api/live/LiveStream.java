package dev.scriptanalytics.api.live;

import dev.scriptanalytics.api.http.EventStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.function.Predicate;

/** One client that follows a script; all access is by the thread of its feed. */
final class LiveStream {
  private final EventStream stream;
  private final String script;
  private final Predicate<Arrival> chosen;
  private final boolean isTyped;
  private final Queue<Arrival> waiting = new ArrayDeque<>();
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
   * Sends what is new to the client, as far as it takes it.
   *
   * @param arrivals in order of arrival
   * @param until the time up to which they are complete
   */
  void take(List<Arrival> arrivals, long until) {
    arrivals.stream().filter(this::isWanted).forEach(waiting::add);
    position = Math.max(position, until);
    sendWaiting();
  }

  /**
   * Sends what waits while the client takes it. One insert may have more of a script than may wait
   * for a client, and all of it arrives at once.
   *
   * @return whether nothing waits any more
   */
  boolean sendWaiting() {
    while (!waiting.isEmpty() && stream.hasRoom()) {
      Arrival arrival = waiting.remove();
      // What arrived at once shares a time. A client that resumes must have had all of it.
      boolean isLast = waiting.isEmpty() || waiting.element().millis() != arrival.millis();
      byte[] id = isLast ? utf8("id: " + arrival.millis() + "\n") : new byte[0];
      byte[] type = isTyped ? arrival.typeLine() : new byte[0];
      stream.send(id, type, arrival.dataLine());
    }
    return waiting.isEmpty();
  }

  private boolean isWanted(Arrival arrival) {
    return arrival.millis() > position && arrival.script().equals(script) && chosen.test(arrival);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
