package dev.scriptanalytics.api.page;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptanalytics.api.clickhouse.Query;
import dev.scriptanalytics.api.error.ApiException;
import dev.scriptanalytics.api.http.Fields;
import dev.scriptanalytics.api.http.TimeRange;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A page of a long list: where it begins, how long it is, and how it goes on.
 *
 * <p>A page begins at an offset or after a cursor. By cursors no row is left out and none comes
 * twice, whatever arrives meanwhile, for a row's place does not depend on the rows before it.
 */
public final class Listing {
  private static final int MOST = 10_000;

  private final Order order;
  private final int limit;
  private final int offset;
  private final TimeRange range;
  private final String question;
  private final List<JsonNode> after;
  private JsonNode last;
  private boolean hasMore;

  private Listing(
      Order order, int limit, int offset, TimeRange range, String question, List<JsonNode> after) {
    this.order = order;
    this.limit = limit;
    this.offset = offset;
    this.range = range;
    this.question = question;
    this.after = after;
  }

  /**
   * Reads which page is wanted.
   *
   * @param fields with {@code limit}, {@code offset}, {@code cursor}, {@code startTime} and {@code
   *     endTime}
   * @param usual the length of a page where none is asked for
   * @param question all else that is asked, as a text; a cursor belongs to one
   */
  public static Listing read(
      Fields fields, Order order, int usual, String question, Optional<Duration> maxTimeRange) {
    return read(fields, order, usual, question, true, maxTimeRange);
  }

  /** As {@link #read}, of a list that is about no range of time. */
  public static Listing readWithoutRange(Fields fields, Order order, int usual, String question) {
    return read(fields, order, usual, question, false, Optional.empty());
  }

  private static Listing read(
      Fields fields,
      Order order,
      int usual,
      String question,
      boolean ofRange,
      Optional<Duration> maxTimeRange) {
    int limit = fields.integer("limit", usual, 1, MOST);
    String hash = Cursor.hash(question + order);
    String cursor = fields.text("cursor");
    if (cursor == null) {
      TimeRange range = ofRange ? TimeRange.read(fields, maxTimeRange) : null;
      int offset = fields.integer("offset", 0, 0, MOST);
      return new Listing(order, limit, offset, range, hash, List.of());
    }
    refuseBesideCursor(fields, "offset");
    if (ofRange) {
      refuseBesideCursor(fields, "startTime");
      refuseBesideCursor(fields, "endTime");
    }
    Cursor read = Cursor.read(fields.path("cursor"), cursor, hash, order, ofRange);
    TimeRange range = ofRange ? read.range().valid(maxTimeRange) : null;
    return new Listing(order, limit, 0, range, hash, read.after());
  }

  private static void refuseBesideCursor(Fields fields, String name) {
    if (fields.has(name)) {
      throw ApiException.invalid(fields.path(name), "left out beside a cursor");
    }
  }

  /** The range of the list, which is the same on all of its pages; null where it has none. */
  public TimeRange range() {
    return range;
  }

  /** Adds columns that {@link #isOnPage} needs, after those of the list. */
  public void appendColumns(Query query) {
    order.appendColumns(query);
  }

  /** Adds order, limit, and the condition of a cursor, to a query that has {@code WHERE}. */
  public void appendTo(Query query) {
    if (!after.isEmpty()) {
      query.append("\nAND ");
      order.appendAfter(query, after);
    }
    order.appendOrderBy(query);
    // One more, to know whether there is more.
    query.append("\nLIMIT ").integer(limit + 1L);
    query.append(" OFFSET ").integer(offset);
  }

  /**
   * Whether a row belongs to the page.
   *
   * @param number of the row, from 0
   */
  public boolean isOnPage(int number, JsonNode row) {
    if (number >= limit) {
      hasMore = true;
      return false;
    }
    last = row;
    return true;
  }

  /** Writes how the list goes on, after the rows were written. */
  public void write(JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("pagination");
    json.writeNumberField("limit", limit);
    if (after.isEmpty()) {
      json.writeNumberField("offset", offset);
    }
    json.writeBooleanField("hasMore", hasMore);
    json.writeStringField("nextCursor", hasMore ? nextCursor() : null);
    json.writeEndObject();
  }

  private String nextCursor() {
    List<JsonNode> values = new ArrayList<>();
    for (int i = last.size() - order.keys().size(); i < last.size(); i++) {
      values.add(last.get(i));
    }
    return new Cursor(question, range, values).text();
  }
}
