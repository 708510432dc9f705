package dev.scriptanalytics.api.logs;

import dev.scriptanalytics.api.access.Permission;
import dev.scriptanalytics.api.clickhouse.ClickHouse;
import dev.scriptanalytics.api.clickhouse.Rows;
import dev.scriptanalytics.api.error.ApiException;
import dev.scriptanalytics.api.filter.RegularExpressions;
import dev.scriptanalytics.api.http.Bodies;
import dev.scriptanalytics.api.http.JsonFields;
import dev.scriptanalytics.api.http.Parameters;
import dev.scriptanalytics.api.http.TimeRange;
import dev.scriptanalytics.api.route.Exchange;
import dev.scriptanalytics.api.route.Route;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/** {@code POST /v2/endpoints/logs/search}: entries of several endpoints by many conditions. */
final class LogSearch implements Route {
  static final int MOST_ENDPOINTS = 100;
  private static final int MOST_SOURCES = 100;
  private static final int DEFAULT_LIMIT = 1000;

  private final Optional<Duration> maxTimeRange;

  /**
   * The route.
   *
   * @param maxTimeRange the longest range that may be asked for, if there is a limit
   */
  LogSearch(Optional<Duration> maxTimeRange) {
    this.maxTimeRange = maxTimeRange;
  }

  @Override
  public void answer(Exchange exchange) {
    Context context = exchange.context();
    exchange.require(Permission.LOGS_READ, "Logs access");
    Parameters parameters = Parameters.read(context.queryString(), List.of("account"));
    JsonFields body = Bodies.json(context);
    List<String> endpointIds = endpointIds(body);
    JsonFields filters = body.object("filters");
    TimeRange range = range(filters.object("timeRange"), maxTimeRange);
    String jobId = filters.text("jobId");
    LogFilter filter = filter(filters, EnumSet.allOf(Level.class));
    filters.finish();
    Order order = order(body.object("sort"));
    Page page =
        new Page(
            body.integer("limit", DEFAULT_LIMIT, 1, Page.MOST),
            body.integer("offset", 0, 0, Integer.MAX_VALUE));
    String account = exchange.account(parameters, body);
    body.finish();
    Scope scope = new Scope(account, endpointIds, range, jobId);
    LogReader reader = new LogReader(exchange);
    CompletableFuture<Rows> summaryRows = reader.summary(scope, filter);
    try (Rows rows = reader.page(Entry.COLUMNS, scope, filter, order, page)) {
      Summary summary = Summary.read(ClickHouse.await(summaryRows));
      LogAnswer.json(context, scope, page, summary, rows, true);
    }
  }

  /** The endpoints that a body names. */
  static List<String> endpointIds(JsonFields body) {
    List<String> endpointIds = body.texts("endpointIds", MOST_ENDPOINTS);
    if (endpointIds == null) {
      throw ApiException.invalid(
          body.path("endpointIds"), "a list of 1 to %d texts".formatted(MOST_ENDPOINTS));
    }
    return endpointIds.stream().distinct().toList();
  }

  /** The range of a body's {@code timeRange}. */
  static TimeRange range(JsonFields timeRange, Optional<Duration> longest) {
    TimeRange range =
        TimeRange.read(
            timeRange.path("start"),
            timeRange.text("start"),
            timeRange.path("end"),
            timeRange.text("end"),
            longest);
    timeRange.finish();
    return range;
  }

  /**
   * The filter of a body. Lists may be given by their plural or, as aggregations do, their
   * singular.
   *
   * @param levels the levels that are wanted where the body names none
   */
  static LogFilter filter(JsonFields filters, Set<Level> levels) {
    List<String> words = list(filters, "levels", "level", Level.WORDS.size() + 1);
    Set<Level> wanted = words == null ? levels : EnumSet.noneOf(Level.class);
    if (words != null) {
      words.forEach(word -> wanted.add(Level.ofWord(filters.path("levels"), word)));
    }
    List<String> sources = list(filters, "sources", "source", MOST_SOURCES);
    JsonFields search = filters.object("search");
    String query = RegularExpressions.checked(search.path("query"), search.text("query"));
    boolean caseSensitive = search.flag("caseSensitive", false);
    search.finish();
    return new LogFilter(
        wanted, sources, query, caseSensitive, MetadataCondition.read(filters.object("metadata")));
  }

  private static List<String> list(JsonFields filters, String plural, String singular, int most) {
    List<String> list = filters.texts(plural, most);
    return list == null ? filters.texts(singular, most) : list;
  }

  private static Order order(JsonFields sort) {
    String field = sort.choice("field", "timestamp", new TreeSet<>(Order.FIELDS.keySet()));
    String direction = sort.choice("order", "asc", List.of("asc", "desc"));
    sort.finish();
    return new Order(field, direction.equals("desc"));
  }
}
