package dev.scriptanalytics.api.route;

/** Answers the requests of one address. */
@FunctionalInterface
public interface Route {

  /**
   * Answers a request; the thread may wait for ClickHouse and for the client. The answer has ended
   * when this returns, unless it is to {@link Exchange#stayOpenUntil stay open}.
   */
  void answer(Exchange exchange);
}
