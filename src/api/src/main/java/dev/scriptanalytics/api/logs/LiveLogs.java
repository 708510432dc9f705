package dev.scriptanalytics.api.logs;

import dev.scriptanalytics.api.access.Permission;
import dev.scriptanalytics.api.http.Parameters;
import dev.scriptanalytics.api.live.LiveKind;
import dev.scriptanalytics.api.live.Wanted;
import dev.scriptanalytics.api.route.Exchange;
import java.util.List;
import java.util.Set;

/** Log entries in the stream of a script. */
public final class LiveLogs implements LiveKind {
  @Override
  public String name() {
    return "logs";
  }

  @Override
  public List<String> parameters() {
    return List.of("level");
  }

  @Override
  public void require(Exchange exchange) {
    exchange.require(Permission.LOGS_READ, "Logs access");
  }

  @Override
  public Wanted wanted(Exchange exchange, Parameters parameters, String account) {
    String word = parameters.text("level");
    Set<Level> levels = (word == null ? Level.DEBUG : Level.ofWord("level", word)).andAbove();
    return LogArrivals.wanted(null, false, entry -> levels.contains(entry.level()));
  }
}
