package dev.scriptanalytics.api.view;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptanalytics.api.access.Permission;
import dev.scriptanalytics.api.clickhouse.Query;
import dev.scriptanalytics.api.clickhouse.Rows;
import dev.scriptanalytics.api.http.Answers;
import dev.scriptanalytics.api.http.Parameters;
import dev.scriptanalytics.api.http.TimeRange;
import dev.scriptanalytics.api.route.Exchange;
import dev.scriptanalytics.api.route.Route;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A route that asks one view and answers with its rows.
 *
 * <pre>
 * {"account": …, "script": …, "startTime": …, "endTime": …, NAME: [ROW, …]}
 * </pre>
 */
public final class ViewRoute implements Route {
  private final String name;
  private final List<Permission> permissions = new ArrayList<>();
  private final List<String> parameters = new ArrayList<>(List.of("account"));
  private boolean single;
  private boolean acrossAccounts;
  private boolean accountOptional;
  private boolean aboutScript;
  private boolean aboutRange;
  private Optional<Duration> maxTimeRange = Optional.empty();
  private String emptyColumn;
  private Function<ViewRequest, Query> question;

  private ViewRoute(String name, Permission permission) {
    this.name = name;
    permissions.add(permission);
  }

  /**
   * A route that answers with a list of rows.
   *
   * @param name of the list in the answer
   */
  static ViewRoute list(String name, Permission permission) {
    return new ViewRoute(name, permission);
  }

  /** A route that answers with one row, or null where there is none. */
  static ViewRoute single(String name, Permission permission) {
    ViewRoute route = new ViewRoute(name, permission);
    route.single = true;
    return route;
  }

  /** Its rows also show what needs another permission. */
  ViewRoute alsoNeeding(Permission permission) {
    permissions.add(permission);
    return this;
  }

  /** It is about all accounts that the caller sees. */
  ViewRoute acrossAccounts() {
    acrossAccounts = true;
    parameters.remove("account");
    return this;
  }

  /** It is about all accounts that the caller sees, unless a parameter names one of them. */
  ViewRoute acrossAccountsOrInOne() {
    accountOptional = true;
    return this;
  }

  /** It is about a script, which the path or a parameter names. */
  ViewRoute aboutScript() {
    aboutScript = true;
    parameters.add("script");
    return this;
  }

  /** It is about a range of time. */
  ViewRoute aboutRange(Optional<Duration> longest) {
    aboutRange = true;
    maxTimeRange = longest;
    parameters.add("startTime");
    parameters.add("endTime");
    return this;
  }

  /** It takes further parameters, which its question reads. */
  ViewRoute taking(String... names) {
    parameters.addAll(List.of(names));
    return this;
  }

  /**
   * Its view has a row even of a script that does not exist. What is 0 or null there tells.
   *
   * @param column by the name that answers give it
   */
  ViewRoute emptyIfNoneIn(String column) {
    emptyColumn = column;
    return this;
  }

  /** What it asks; the format is added. */
  ViewRoute asking(Function<ViewRequest, Query> query) {
    question = query;
    return this;
  }

  @Override
  public void answer(Exchange exchange) {
    for (Permission permission : permissions) {
      exchange.require(permission, purpose(permission));
    }
    Parameters given = Parameters.read(exchange.context().queryString(), parameters);
    TimeRange range = aboutRange ? TimeRange.read(given, maxTimeRange) : null;
    String script = aboutScript ? Scripts.named(exchange.context(), given) : null;
    String account = acrossAccounts ? null : account(exchange, given.text("account"));
    ViewRequest request =
        new ViewRequest(account, script, range, given, exchange.context().pathParamMap());
    Query query = question.apply(request).append(RowWriter.FORMAT);
    try (Rows rows = exchange.ask(query)) {
      RowWriter writer = RowWriter.of(rows, 0);
      JsonNode first = rows.next();
      if (script != null && isEmpty(writer, first)) {
        Scripts.require(exchange, account, script);
      }
      Answers.json(exchange.context(), json -> write(json, request, writer, first, rows));
    }
  }

  private String account(Exchange exchange, String named) {
    return accountOptional && named == null ? null : exchange.account(named);
  }

  private static String purpose(Permission permission) {
    return switch (permission) {
      case LOGS_READ -> "Logs access";
      case REJECTED_READ -> "Access to rejected records";
      default -> "Runs access";
    };
  }

  private boolean isEmpty(RowWriter writer, JsonNode first) {
    if (first == null || emptyColumn == null) {
      return first == null;
    }
    JsonNode value = writer.value(first, emptyColumn);
    return value.isNull() || (value.isNumber() && value.asDouble() == 0);
  }

  private void write(
      JsonGenerator json, ViewRequest request, RowWriter writer, JsonNode first, Rows rows)
      throws IOException {
    json.writeStartObject();
    request.write(json);
    if (single) {
      json.writeFieldName(name);
      if (first == null) {
        json.writeNull();
      } else {
        writer.write(json, first);
      }
    } else {
      json.writeArrayFieldStart(name);
      for (JsonNode row = first; row != null; row = rows.next()) {
        writer.write(json, row);
      }
      json.writeEndArray();
    }
    json.writeEndObject();
  }
}
