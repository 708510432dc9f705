package dev.scriptanalytics.api.view;

import dev.scriptanalytics.api.http.Bodies;
import dev.scriptanalytics.api.http.Fields;
import dev.scriptanalytics.api.http.JsonFields;
import dev.scriptanalytics.api.http.Parameters;
import dev.scriptanalytics.api.route.Exchange;
import java.util.List;
import java.util.stream.Stream;

/**
 * A question about a script, by parameters, or by a body where a filter is too long for an address.
 *
 * @param fields what else is asked
 */
public record ScriptQuery(Fields fields, String script, String account) {

  /**
   * Reads parameters.
   *
   * @param further those that the route takes besides {@code account} and {@code script}
   */
  public static ScriptQuery ofParameters(Exchange exchange, List<String> further) {
    Parameters parameters = Parameters.read(exchange.context().queryString(), known(further));
    return new ScriptQuery(
        parameters,
        Scripts.named(exchange.context(), parameters),
        exchange.account(parameters.text("account")));
  }

  /** Reads a body; the address may name account and script. */
  public static ScriptQuery ofBody(Exchange exchange) {
    Parameters parameters = Parameters.read(exchange.context().queryString(), known(List.of()));
    JsonFields body = Bodies.json(exchange.context());
    return new ScriptQuery(
        body,
        Scripts.named(exchange.context(), parameters, body),
        exchange.account(parameters, body));
  }

  private static List<String> known(List<String> further) {
    return Stream.concat(Stream.of("account", "script"), further.stream()).toList();
  }
}
