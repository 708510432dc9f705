package dev.scriptanalytics.api.logs;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptanalytics.api.clickhouse.ClickHouse;
import dev.scriptanalytics.api.clickhouse.Credentials;
import dev.scriptanalytics.api.clickhouse.Query;
import dev.scriptanalytics.api.clickhouse.Rows;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/**
 * What arrives for all streams of one key, account and search: one question for all of them.
 *
 * <p>Of streams that resume, the one furthest behind decides where the next question begins; the
 * others skip what they have had.
 */
final class LiveFeed {
  /** What streams must have in common to share a feed. */
  record Key(Credentials credentials, String account, String search, boolean caseSensitive) {}

  private static final int MOST = 1000;

  private static final Comparator<LiveStream.Arrival> ORDER =
      Comparator.comparingLong(LiveStream.Arrival::millis)
          .thenComparingLong(arrival -> arrival.entry().micros())
          .thenComparing(arrival -> arrival.entry().sequence(), Long::compareUnsigned)
          .thenComparing(arrival -> arrival.entry().logId());

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

  /** How many endpoints are followed. */
  synchronized int endpoints() {
    return (int) streams.stream().map(LiveStream::endpointId).distinct().count();
  }

  /** Ends all streams, whose clients may connect anew. */
  synchronized void close() {
    isAlive();
    streams.forEach(stream -> stream.stream().close());
  }

  /**
   * Asks once and sends what is new.
   *
   * @return whether there is more at once
   */
  boolean poll() {
    List<LiveStream> current;
    synchronized (this) {
      current = List.copyOf(streams);
    }
    // This answer must exist before the table is read; see sql/28_live_logs.sql.
    long until =
        clickHouse
            .ask(
                key.credentials(),
                new Query()
                    .append("SELECT toUnixTimestamp64Milli(logs_until)")
                    .append(" FROM script_analytics.arrived_until"))
            .single()
            .get(0)
            .asLong();
    current.forEach(stream -> stream.beginAt(until));
    long after = current.stream().mapToLong(LiveStream::position).min().orElse(until);
    if (after >= until) {
      return false;
    }
    List<LiveStream.Arrival> arrivals = arrivals(current, after, until);
    boolean isFull = arrivals.size() >= MOST;
    long reached = isFull ? arrivals.get(arrivals.size() - 1).millis() : until;
    current.forEach(stream -> stream.take(arrivals, reached));
    return isFull;
  }

  private List<LiveStream.Arrival> arrivals(List<LiveStream> current, long after, long until) {
    TreeSet<String> endpointIds = new TreeSet<>();
    current.forEach(stream -> endpointIds.add(stream.endpointId()));
    Query query = new Query().append("SELECT toUnixTimestamp64Milli(ingested_at), ");
    query.append(Entry.COLUMNS).append("\nFROM script_analytics.arrived_logs(account = ");
    query.string(key.account()).append(", scripts = ").strings(endpointIds);
    query.append(", after = ").millis(after).append(", until = ").millis(until).append(")");
    if (key.search() != null) {
      query.append("\nWHERE match(log_message, ");
      query.string((key.caseSensitive() ? "" : "(?i)") + key.search()).append(")");
    }
    query.append("\nORDER BY ingested_at LIMIT " + MOST + " WITH TIES");
    List<LiveStream.Arrival> arrivals = new ArrayList<>();
    try (Rows rows = clickHouse.ask(key.credentials(), query)) {
      for (JsonNode row = rows.next(); row != null; row = rows.next()) {
        arrivals.add(new LiveStream.Arrival(row.get(0).asLong(), Entry.of(row, 1)));
      }
    }
    arrivals.sort(ORDER);
    return arrivals;
  }
}
