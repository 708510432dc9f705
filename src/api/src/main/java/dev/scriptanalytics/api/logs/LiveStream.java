package dev.scriptanalytics.api.logs;

import dev.scriptanalytics.api.http.EventStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/** One client that follows an endpoint; all access is by the thread of its feed. */
final class LiveStream {
  /**
   * An entry, the time of its arrival in milliseconds since 1970, and its event for all streams.
   */
  static final class Arrival {
    private final long millis;
    private final Entry entry;
    private byte[] event;

    Arrival(long millis, Entry entry) {
      this.millis = millis;
      this.entry = entry;
    }

    long millis() {
      return millis;
    }

    Entry entry() {
      return entry;
    }

    /** Made once, so that streams that wait share it. */
    byte[] event() {
      if (event == null) {
        event = ("data: " + EntryWriter.event(entry) + "\n\n").getBytes(StandardCharsets.UTF_8);
      }
      return event;
    }
  }

  private final EventStream stream;
  private final String endpointId;
  private final Set<Level> levels;
  private final String jobId;
  private long position;

  /**
   * A client that gets what arrives after {@code position}.
   *
   * @param jobId the only job whose entries it wants, or null
   * @param position a time in milliseconds since 1970, or -1 for now
   */
  LiveStream(
      EventStream stream, String endpointId, Set<Level> levels, String jobId, long position) {
    this.stream = stream;
    this.endpointId = endpointId;
    this.levels = levels;
    this.jobId = jobId;
    this.position = position;
  }

  EventStream stream() {
    return stream;
  }

  String endpointId() {
    return endpointId;
  }

  long position() {
    return position;
  }

  /** Has the client begin at a time if it asked for none. */
  void beginAt(long millis) {
    if (position < 0) {
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
    for (int i = 0; i < arrivals.size(); i++) {
      Arrival arrival = arrivals.get(i);
      Entry entry = arrival.entry();
      boolean wanted =
          arrival.millis() > position
              && entry.endpointId().equals(endpointId)
              && levels.contains(entry.level())
              && (jobId == null || jobId.equals(entry.jobId()));
      if (wanted) {
        // Entries that arrived at once share a time. A client that resumes must have had them all.
        boolean isLast =
            i + 1 == arrivals.size() || arrivals.get(i + 1).millis() != arrival.millis();
        if (isLast) {
          stream.send(id(arrival), arrival.event());
        } else {
          stream.send(arrival.event());
        }
      }
    }
    position = Math.max(position, until);
  }

  private static byte[] id(Arrival arrival) {
    return ("id: " + arrival.millis() + "\n").getBytes(StandardCharsets.UTF_8);
  }
}
