package dev.scriptanalytics.api.logs;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptanalytics.api.access.Permission;
import dev.scriptanalytics.api.clickhouse.Rows;
import dev.scriptanalytics.api.error.ApiException;
import dev.scriptanalytics.api.http.Answers;
import dev.scriptanalytics.api.http.Bodies;
import dev.scriptanalytics.api.http.JsonFields;
import dev.scriptanalytics.api.http.Parameters;
import dev.scriptanalytics.api.http.TimeRange;
import dev.scriptanalytics.api.route.Exchange;
import dev.scriptanalytics.api.route.Route;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** {@code POST /v2/endpoints/logs/aggregate}: figures about groups of entries. */
final class LogAggregation implements Route {
  private static final int MOST = 20;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Optional<Duration> maxTimeRange;

  /**
   * The route.
   *
   * @param maxTimeRange the longest range that may be asked for, if there is a limit
   */
  LogAggregation(Optional<Duration> maxTimeRange) {
    this.maxTimeRange = maxTimeRange;
  }

  @Override
  public void answer(Exchange exchange) {
    Context context = exchange.context();
    exchange.require(Permission.LOGS_READ, "Logs access");
    Parameters parameters = Parameters.read(context.queryString(), List.of("account"));
    JsonFields body = Bodies.json(context);
    List<String> endpointIds = LogSearch.endpointIds(body);
    TimeRange range = LogSearch.range(body.object("timeRange"), maxTimeRange);
    List<Aggregation> aggregations =
        body.objects("aggregations", MOST).stream().map(Aggregation::read).toList();
    if (aggregations.stream().map(Aggregation::name).distinct().count() < aggregations.size()) {
      throw ApiException.invalid("aggregations", "a list of objects with different names");
    }
    String account = exchange.account(parameters, body);
    body.finish();
    Scope scope = new Scope(account, endpointIds, range, null);
    Answers.json(
        context,
        json -> {
          json.setCodec(JSON);
          json.writeStartObject();
          json.writeObjectFieldStart("aggregations");
          for (Aggregation aggregation : aggregations) {
            try (Rows rows = exchange.ask(aggregation.query(scope))) {
              aggregation.write(json, rows);
            }
          }
          json.writeEndObject();
          json.writeEndObject();
        });
  }
}
