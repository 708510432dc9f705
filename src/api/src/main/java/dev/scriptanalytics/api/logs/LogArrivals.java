package dev.scriptanalytics.api.logs;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptanalytics.api.clickhouse.Query;
import dev.scriptanalytics.api.clickhouse.Rows;
import dev.scriptanalytics.api.live.Arrival;
import dev.scriptanalytics.api.live.ArrivalSource;
import dev.scriptanalytics.api.live.ArrivalWindow;
import dev.scriptanalytics.api.live.Wanted;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Log entries that arrive.
 *
 * @param search a regular expression that their message matches, or null
 */
record LogArrivals(String search, boolean caseSensitive) implements ArrivalSource {

  /** An entry that arrived. */
  private static final class LogArrival extends Arrival {
    private final Entry entry;

    LogArrival(long millis, Entry entry) {
      super(millis, entry.endpointId());
      this.entry = entry;
    }

    @Override
    protected String type() {
      return "log";
    }

    @Override
    protected String json() {
      return EntryWriter.event(entry);
    }
  }

  /** Entries that are chosen among those that match a search. */
  static Wanted wanted(String search, boolean caseSensitive, Predicate<Entry> chosen) {
    return new Wanted(
        new LogArrivals(search, caseSensitive),
        arrival -> !(arrival instanceof LogArrival log) || chosen.test(log.entry));
  }

  @Override
  public String until() {
    return "logs_until";
  }

  @Override
  public Query query(ArrivalWindow window) {
    Query query = new Query().append("SELECT toUnixTimestamp64Milli(ingested_at), ");
    query.append(Entry.COLUMNS).append("\nFROM (SELECT *\nFROM ");
    window.appendTo(query, "arrived_logs");
    if (search != null) {
      query.append("\nWHERE match(log_message, ");
      query.string((caseSensitive ? "" : "(?i)") + search).append(")");
    }
    ArrivalWindow.appendFirst(query, "ingested_at");
    return query.append(")\nORDER BY ingested_at, timestamp, sequence, log_id");
  }

  @Override
  public List<Arrival> read(Rows rows) {
    List<Arrival> arrivals = new ArrayList<>();
    for (JsonNode row = rows.next(); row != null; row = rows.next()) {
      arrivals.add(new LogArrival(row.get(0).asLong(), Entry.of(row, 1)));
    }
    return arrivals;
  }
}
