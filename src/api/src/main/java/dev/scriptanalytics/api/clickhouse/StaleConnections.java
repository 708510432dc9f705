package dev.scriptanalytics.api.clickhouse;

import org.apache.hc.client5.http.impl.DefaultHttpRequestRetryStrategy;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.util.TimeValue;

/**
 * Sends a query once more when its connection ends before the answer begins: ClickHouse ends
 * connections that nobody used for a while, and all of them when it is restarted. All queries only
 * read, so none does anything twice.
 */
final class StaleConnections extends DefaultHttpRequestRetryStrategy {
  StaleConnections() {
    super(1, TimeValue.ZERO_MILLISECONDS);
  }

  @Override
  protected boolean handleAsIdempotent(HttpRequest request) {
    return true;
  }

  /** Each answer counts. */
  @Override
  public boolean retryRequest(HttpResponse response, int attempt, HttpContext context) {
    return false;
  }
}
