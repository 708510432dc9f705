package dev.scriptanalytics.api.live;

import dev.scriptanalytics.api.http.Parameters;
import dev.scriptanalytics.api.route.Exchange;
import java.util.List;

/** A kind of events that the stream of a script may have, and how a request chooses among them. */
public interface LiveKind {

  /** By which a request asks for it, such as {@code runs}. */
  String name();

  /** The parameters that are about it alone. */
  List<String> parameters();

  /** Fails with 403 unless the caller may read what arrives. */
  void require(Exchange exchange);

  /** What a request wants of it; fails with 400 where its parameters are wrong. */
  Wanted wanted(Exchange exchange, Parameters parameters, String account);
}
