package dev.scriptanalytics.api.logs;

import dev.scriptanalytics.api.access.Permission;
import dev.scriptanalytics.api.clickhouse.ClickHouse;
import dev.scriptanalytics.api.clickhouse.Rows;
import dev.scriptanalytics.api.error.ApiException;
import dev.scriptanalytics.api.filter.RegularExpressions;
import dev.scriptanalytics.api.http.Accept;
import dev.scriptanalytics.api.http.Parameters;
import dev.scriptanalytics.api.http.TimeRange;
import dev.scriptanalytics.api.live.LastEventId;
import dev.scriptanalytics.api.live.LiveStreams;
import dev.scriptanalytics.api.live.Wanted;
import dev.scriptanalytics.api.route.Exchange;
import dev.scriptanalytics.api.route.Route;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** {@code GET /v2/endpoints/{endpointId}/logs}. */
final class EndpointLogs implements Route {
  private static final List<String> FORMATS = List.of("json", "text", "csv");
  private static final List<String> KNOWN =
      List.of(
          "account",
          "startTime",
          "endTime",
          "level",
          "limit",
          "offset",
          "jobId",
          "search",
          "caseSensitive",
          "format",
          "bom",
          "stream",
          "lines",
          "order");
  private static final int DEFAULT_LIMIT = 1000;
  private static final int DEFAULT_LINES = 100;
  private static final int MOST_LINES = 1000;

  /** How text or CSV is asked for. */
  private record Table(String format, boolean withMark, boolean limited) {}

  private final LiveStreams live;
  private final Optional<Duration> maxTimeRange;

  /**
   * The route.
   *
   * @param live entries as they arrive
   * @param maxTimeRange the longest range that may be asked for, if there is a limit
   */
  EndpointLogs(LiveStreams live, Optional<Duration> maxTimeRange) {
    this.live = live;
    this.maxTimeRange = maxTimeRange;
  }

  @Override
  public void answer(Exchange exchange) {
    Context context = exchange.context();
    exchange.require(Permission.LOGS_READ, "Logs access");
    Parameters parameters = Parameters.read(context.queryString(), KNOWN);
    if (isStream(parameters, context.header("Accept"))) {
      follow(exchange, parameters);
      return;
    }
    TimeRange range = TimeRange.read(parameters, maxTimeRange);
    LogFilter filter = filter(parameters);
    Order order =
        new Order(
            "timestamp", parameters.choice("order", "asc", List.of("asc", "desc")).equals("desc"));
    String format = format(parameters, context.header("Accept"));
    if (parameters.has("bom") && (!format.equals("csv") || parameters.has("lines"))) {
      throw ApiException.invalid("bom", "given with CSV only");
    }
    boolean withMark = parameters.flag("bom", false);
    Page page = page(parameters);
    String account = exchange.account(parameters.text("account"));
    Scope scope =
        new Scope(
            account, List.of(context.pathParam("endpointId")), range, parameters.text("jobId"));
    LogReader reader = new LogReader(exchange);
    if (parameters.has("lines")) {
      try (Rows rows = reader.page(Entry.COLUMNS_OF_LINE, scope, filter, order, page)) {
        LogAnswer.lines(context, rows);
      }
    } else if (format.equals("json")) {
      json(context, reader, scope, filter, order, page);
    } else {
      Table table = new Table(format, withMark, parameters.has("limit"));
      table(context, reader, scope, filter, order, page, table);
    }
  }

  private static boolean isStream(Parameters parameters, String accept) {
    return parameters.has("stream")
        ? parameters.flag("stream", false)
        : !parameters.has("format")
            && !parameters.has("lines")
            && Accept.best(accept, List.of("application/json", "text/event-stream"))
                .equals("text/event-stream");
  }

  private void follow(Exchange exchange, Parameters parameters) {
    exchange.require(Permission.STREAM, "Log streaming");
    for (String name :
        List.of("startTime", "endTime", "limit", "offset", "lines", "order", "bom")) {
      if (parameters.has(name)) {
        throw ApiException.invalid(
            name, "left out of a stream, which has what arrives from now on");
      }
    }
    parameters.choice("format", "json", List.of("json"));
    LogFilter filter = filter(parameters);
    String account = exchange.account(parameters.text("account"));
    if (filter.search() != null) {
      new LogReader(exchange).requireValid(filter);
    }
    String jobId = parameters.text("jobId");
    Wanted wanted =
        LogArrivals.wanted(
            filter.search(),
            filter.caseSensitive(),
            entry ->
                filter.levels().contains(entry.level())
                    && (jobId == null || jobId.equals(entry.jobId())));
    live.follow(
        exchange,
        account,
        exchange.context().pathParam("endpointId"),
        List.of(wanted),
        false,
        LastEventId.read(exchange.context()));
  }

  private static LogFilter filter(Parameters parameters) {
    String level = parameters.text("level");
    return new LogFilter(
        Level.ofWord("level", level == null ? "info" : level).andAbove(),
        null,
        RegularExpressions.checked("search", parameters.text("search")),
        parameters.flag("caseSensitive", false),
        List.of());
  }

  private static String format(Parameters parameters, String accept) {
    if (parameters.has("format")) {
      return parameters.choice("format", "json", FORMATS);
    }
    return switch (Accept.best(accept, List.of("application/json", "text/plain", "text/csv"))) {
      case "text/plain" -> "text";
      case "text/csv" -> "csv";
      default -> "json";
    };
  }

  private static Page page(Parameters parameters) {
    if (parameters.has("lines") && parameters.has("limit")) {
      throw ApiException.invalid("lines", "given without limit, which means the same");
    }
    int limit =
        parameters.has("lines")
            ? lines(parameters)
            : parameters.integer("limit", DEFAULT_LIMIT, 1, Page.MOST);
    return new Page(limit, parameters.integer("offset", 0, 0, Integer.MAX_VALUE));
  }

  /** {@code ?lines} asks for lines and leaves their number to the default. */
  private static int lines(Parameters parameters) {
    return parameters.text("lines") == null
        ? DEFAULT_LINES
        : parameters.integer("lines", DEFAULT_LINES, 1, MOST_LINES);
  }

  private void json(
      Context context, LogReader reader, Scope scope, LogFilter filter, Order order, Page page) {
    CompletableFuture<Rows> summaryRows = reader.summary(scope, filter);
    try (Rows rows = reader.page(Entry.COLUMNS, scope, filter, order, page)) {
      Summary summary = Summary.read(ClickHouse.await(summaryRows));
      if (summary.total() == 0 && scope.jobId() == null) {
        reader.requireEndpoint(scope.account(), scope.endpointIds().get(0));
      }
      LogAnswer.json(context, scope, page, summary, rows, false);
    }
  }

  /** Text and CSV have no place for a count, so without a limit they are whole or refused. */
  private void table(
      Context context,
      LogReader reader,
      Scope scope,
      LogFilter filter,
      Order order,
      Page page,
      Table table) {
    Page asked = page;
    if (!table.limited()) {
      long count = reader.count(scope, filter);
      if (count > Page.MOST) {
        throw Page.tooMany(count);
      }
      asked = new Page(Page.MOST - page.offset(), page.offset());
      if (count == 0 && scope.jobId() == null) {
        reader.requireEndpoint(scope.account(), scope.endpointIds().get(0));
      }
    }
    boolean isCsv = table.format().equals("csv");
    String columns = isCsv ? Entry.COLUMNS : Entry.COLUMNS_OF_LINE;
    try (Rows rows = reader.page(columns, scope, filter, order, asked)) {
      if (isCsv) {
        LogAnswer.csv(context, rows, table.withMark());
      } else {
        LogAnswer.text(context, rows);
      }
    }
  }
}
