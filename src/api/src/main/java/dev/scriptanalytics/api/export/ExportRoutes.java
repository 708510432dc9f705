package dev.scriptanalytics.api.export;

import dev.scriptanalytics.api.access.Permission;
import dev.scriptanalytics.api.clickhouse.Query;
import dev.scriptanalytics.api.clickhouse.RawAnswer;
import dev.scriptanalytics.api.error.ApiException;
import dev.scriptanalytics.api.filter.Filter;
import dev.scriptanalytics.api.filter.FilterReader;
import dev.scriptanalytics.api.http.Answers;
import dev.scriptanalytics.api.http.Fields;
import dev.scriptanalytics.api.http.HeadAsGet;
import dev.scriptanalytics.api.http.TimeRange;
import dev.scriptanalytics.api.route.Entrance;
import dev.scriptanalytics.api.route.Exchange;
import dev.scriptanalytics.api.view.ScriptQuery;
import dev.scriptanalytics.api.view.Scripts;
import dev.scriptanalytics.api.view.ViewRequest;
import io.javalin.config.RoutesConfig;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The routes of files: {@code /v2/scripts/{script}/exports/{file}}. */
public final class ExportRoutes {
  /** As long as the profiles of users.xml let a query take. */
  public static final Duration LONGEST = Duration.ofHours(2);

  private static final List<String> PARAMETERS = List.of("startTime", "endTime", "filter", "bom");
  private static final byte[] BYTE_ORDER_MARK = "\ufeff".getBytes(StandardCharsets.UTF_8);

  private final List<Exported> kinds;
  private final Optional<Duration> maxTimeRange;

  private ExportRoutes(List<Exported> kinds, Optional<Duration> maxTimeRange) {
    this.kinds = List.copyOf(kinds);
    this.maxTimeRange = maxTimeRange;
  }

  /**
   * Adds the routes to a server.
   *
   * @param entrance with threads of its own, since an export may hold one for {@link #LONGEST}
   * @param maxTimeRange the longest range that may be asked for, if there is a limit
   */
  public static void addTo(
      RoutesConfig routes,
      Entrance entrance,
      List<Exported> kinds,
      Optional<Duration> maxTimeRange) {
    ExportRoutes exports = new ExportRoutes(kinds, maxTimeRange);
    for (String path : List.of("/v2/scripts/{script}/exports/{file}", "/v2/exports/{file}")) {
      routes.get(path, entrance.to(exports::get));
      routes.post(path, entrance.to(exports::post));
    }
  }

  private void get(Exchange exchange) {
    exchange.require(Permission.EXPORT, "Export access");
    answer(exchange, ScriptQuery.ofParameters(exchange, PARAMETERS));
  }

  private void post(Exchange exchange) {
    exchange.require(Permission.EXPORT, "Export access");
    answer(exchange, ScriptQuery.ofBody(exchange));
  }

  private void answer(Exchange exchange, ScriptQuery asked) {
    String script = asked.script();
    ExportFile file = ExportFile.of(exchange.context().pathParam("file"), script, kinds);
    Exported exported = file.exported();
    exchange.require(exported.permission(), exported.purpose());
    Fields fields = asked.fields();
    TimeRange range = TimeRange.read(fields, maxTimeRange);
    Filter filter = FilterReader.read(fields.object("filter"), exported.filtered());
    boolean withMark = fields.flag("bom", false);
    if (withMark && file.form() != Form.CSV) {
      throw ApiException.invalid(fields.path("bom"), "left out of files that are not CSV");
    }
    fields.finish();
    Scripts.require(exchange, asked.account(), script);
    ViewRequest request = new ViewRequest(asked.account(), script, range);
    Map<String, String> headers =
        Map.of(
            "Content-Type", file.form().contentType(),
            "Content-Disposition", file.disposition(script));
    if (HeadAsGet.is(exchange.context())) {
      headers.forEach(exchange.context()::header);
      return;
    }
    try (RawAnswer rows = exchange.askRaw(query(file, request, filter))) {
      Answers.send(
          exchange.context(),
          headers,
          out -> {
            if (withMark) {
              out.write(BYTE_ORDER_MARK);
            }
            rows.transferTo(out);
          });
    }
  }

  private static Query query(ExportFile file, ViewRequest request, Filter filter) {
    Exported exported = file.exported();
    Query query = new Query().append("SELECT " + exported.selected().get(file.form()));
    request.from(query.append("\nFROM "), exported.view()).append(")\nWHERE ");
    filter.appendTo(query);
    return query.append(
        "\nSETTINGS max_execution_time = %d\nFORMAT %s"
            .formatted(LONGEST.toSeconds(), file.form().format()));
  }
}
