package dev.scriptanalytics.api.live;

import dev.scriptanalytics.api.clickhouse.ClickHouse;
import dev.scriptanalytics.api.clickhouse.Credentials;
import dev.scriptanalytics.api.clickhouse.Query;
import dev.scriptanalytics.api.clickhouse.Rows;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What arrives for all streams of one key and account that want the same sources: one question per
 * source for all of their scripts.
 *
 * <p>Of streams that resume, the one furthest behind decides where the next question begins; the
 * others skip what they have had.
 */
final class LiveFeed {
  /** What streams must have in common to share a feed. */
  record Key(Credentials credentials, String account, List<ArrivalSource> sources) {}

  private final Key key;
  private final ClickHouse clickHouse;
  private final List<LiveStream> joining = new ArrayList<>();
  private final List<LiveStream> streams = new ArrayList<>();

  LiveFeed(Key key, ClickHouse clickHouse) {
    this.key = key;
    this.clickHouse = clickHouse;
  }

  Key key() {
    return key;
  }

  synchronized void join(LiveStream stream) {
    joining.add(stream);
  }

  /** Removes streams that have ended; whether any is left. */
  synchronized boolean isAlive() {
    streams.addAll(joining);
    joining.clear();
    streams.removeIf(stream -> stream.stream().ended().isDone());
    return !streams.isEmpty();
  }

  /** How many scripts are followed. */
  synchronized int scripts() {
    return (int) streams.stream().map(LiveStream::script).distinct().count();
  }

  /** Ends all streams, whose clients may connect anew. */
  synchronized void close() {
    isAlive();
    streams.forEach(stream -> stream.stream().close());
  }

  /** What is to be done after a {@link #poll}. */
  enum Next {
    /** There is more at once. */
    MORE,
    /** A client has not taken yet what was sent to it. */
    SEND,
    /** Nothing for a while. */
    PAUSE
  }

  /** Asks once and sends what is new; not to clients that are still behind with what was sent. */
  Next poll() {
    List<LiveStream> all;
    synchronized (this) {
      all = List.copyOf(streams);
    }
    List<LiveStream> ready = all.stream().filter(LiveStream::sendWaiting).toList();
    boolean hasMore = !ready.isEmpty() && poll(ready);
    return hasMore
        ? Next.MORE
        : all.stream().allMatch(LiveStream::sendWaiting) ? Next.PAUSE : Next.SEND;
  }

  /** As {@link #poll()}; whether there is more at once. */
  private boolean poll(List<LiveStream> current) {
    // This answer must exist before the tables are read; see sql/28_arrived_until.sql.
    long until = arrivedUntil();
    current.forEach(stream -> stream.beginAt(until));
    long after = current.stream().mapToLong(LiveStream::position).min().orElse(until);
    if (after >= until) {
      return false;
    }
    TreeSet<String> scripts = new TreeSet<>();
    current.forEach(stream -> scripts.add(stream.script()));
    ArrivalWindow window = new ArrivalWindow(key.account(), scripts, after, until);
    List<Arrival> arrivals = new ArrayList<>();
    long reached = until;
    for (ArrivalSource source : key.sources()) {
      List<Arrival> page = arrivals(source, window);
      if (page.size() >= ArrivalWindow.MOST) {
        reached = Math.min(reached, page.get(page.size() - 1).millis());
      }
      arrivals.addAll(page);
    }
    send(current, arrivals, reached);
    return reached < until;
  }

  private long arrivedUntil() {
    String columns =
        key.sources().stream()
            .map(ArrivalSource::until)
            .distinct()
            .collect(Collectors.joining(", "));
    return clickHouse
        .ask(
            key.credentials(),
            new Query()
                .append("SELECT toUnixTimestamp64Milli(arrayMin([" + columns + "]))")
                .append("\nFROM script_analytics.arrived_until"))
        .single()
        .get(0)
        .asLong();
  }

  private List<Arrival> arrivals(ArrivalSource source, ArrivalWindow window) {
    try (Rows rows = clickHouse.ask(key.credentials(), source.query(window))) {
      return source.read(rows);
    }
  }

  /** Sends what arrived until a time, up to which all sources are complete. */
  private static void send(List<LiveStream> streams, List<Arrival> arrivals, long until) {
    List<Arrival> complete =
        arrivals.stream()
            .filter(arrival -> arrival.millis() <= until)
            // What arrived at once stays in the order of its source.
            .sorted(Comparator.comparingLong(Arrival::millis))
            .toList();
    streams.forEach(stream -> stream.take(complete, until));
  }
}
