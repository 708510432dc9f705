package dev.scriptanalytics.api.live;

import dev.scriptanalytics.api.access.Permission;
import dev.scriptanalytics.api.error.ApiException;
import dev.scriptanalytics.api.http.Parameters;
import dev.scriptanalytics.api.http.Words;
import dev.scriptanalytics.api.route.Entrance;
import dev.scriptanalytics.api.route.Exchange;
import dev.scriptanalytics.api.route.Route;
import dev.scriptanalytics.api.view.Scripts;
import io.javalin.config.RoutesConfig;
import java.util.ArrayList;
import java.util.List;

/** {@code GET /v2/scripts/{script}/live}: what arrives of a script, as an event stream. */
public final class LiveRoute implements Route {
  private final LiveStreams streams;
  private final List<LiveKind> kinds;
  private final List<String> names;
  private final List<String> parameters =
      new ArrayList<>(List.of("account", "script", "events", "lastEventId"));

  private LiveRoute(LiveStreams streams, List<LiveKind> kinds) {
    this.streams = streams;
    this.kinds = kinds;
    this.names = kinds.stream().map(LiveKind::name).toList();
    kinds.forEach(kind -> parameters.addAll(kind.parameters()));
  }

  /**
   * Adds the route to a server.
   *
   * @param kinds what a stream may have; the first where a request does not say
   */
  public static void addTo(
      RoutesConfig routes, Entrance entrance, LiveStreams streams, List<LiveKind> kinds) {
    LiveRoute route = new LiveRoute(streams, kinds);
    routes.get("/v2/scripts/{script}/live", entrance.to(route));
    routes.get("/v2/live", entrance.to(route));
  }

  @Override
  public void answer(Exchange exchange) {
    exchange.require(Permission.STREAM, "Live events");
    Parameters given = Parameters.read(exchange.context().queryString(), parameters);
    List<LiveKind> chosen = chosen(given);
    chosen.forEach(kind -> kind.require(exchange));
    refuseParametersOfOthers(given, chosen);
    String script = Scripts.named(exchange.context(), given);
    long lastEventId = LastEventId.read(exchange.context(), given);
    String account = exchange.account(given.text("account"));
    List<Wanted> wanted =
        chosen.stream().map(kind -> kind.wanted(exchange, given, account)).toList();
    streams.follow(exchange, account, script, wanted, true, lastEventId);
  }

  /** In the order of all kinds, so that streams share a feed however they name what they want. */
  private List<LiveKind> chosen(Parameters given) {
    if (!given.has("events")) {
      return kinds.subList(0, 1);
    }
    String text = given.text("events");
    List<String> words =
        List.of((text == null ? "" : text).split(",", -1)).stream()
            .map(word -> Words.known("events", word, names))
            .toList();
    return kinds.stream().filter(kind -> words.contains(kind.name())).toList();
  }

  private void refuseParametersOfOthers(Parameters given, List<LiveKind> chosen) {
    for (LiveKind kind : kinds) {
      for (String parameter : kind.parameters()) {
        if (!chosen.contains(kind) && given.has(parameter)) {
          throw ApiException.invalid(
              parameter, "left out where events does not have " + kind.name());
        }
      }
    }
  }
}
