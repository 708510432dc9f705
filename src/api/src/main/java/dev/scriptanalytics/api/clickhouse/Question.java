package dev.scriptanalytics.api.clickhouse;

import dev.scriptanalytics.api.error.ApiException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.ParseException;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A query on its way, from when it is sent until its last row is read. */
final class Question implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Question.class);
  private static final String CODE = "X-ClickHouse-Exception-Code";
  private static final Pattern EXCEPTION = Pattern.compile("Code: (\\d+)");
  private static final int MOST_OF_ERROR = 65_536;

  private final CloseableHttpClient client;
  private final Query query;
  private final HttpPost request;
  private final Future<?> expiry;
  private volatile boolean late;
  private volatile boolean closed;

  /**
   * Nothing is sent yet.
   *
   * @param query that the request asks
   * @param deadline until when its last row must have arrived, in {@link System#nanoTime}
   */
  Question(
      CloseableHttpClient client,
      Query query,
      HttpPost request,
      long deadline,
      ScheduledExecutorService timer) {
    this.client = client;
    this.query = query;
    this.request = request;
    this.expiry = timer.schedule(this::expire, deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
  }

  private void expire() {
    late = true;
    close();
  }

  /** As {@link #body}, row by row. */
  Rows rows() {
    return new Rows(body(), this);
  }

  /**
   * Sends the query, and waits until the answer begins.
   *
   * @throws ApiException if the query fails before its first row, or was closed
   */
  InputStream body() {
    try {
      ClassicHttpResponse response = client.executeOpen(null, request, null);
      if (response.getCode() != 200) {
        throw refused(response);
      }
      return response.getEntity().getContent();
    } catch (IOException | IllegalStateException e) {
      // The latter where it was closed before it had a connection, or the server stops.
      ApiException error = unreachable(e);
      close();
      throw error;
    } catch (ApiException e) {
      close();
      throw e;
    }
  }

  private ApiException refused(ClassicHttpResponse response) throws IOException {
    Header header = response.getFirstHeader(CODE);
    int code = header == null ? 0 : Integer.parseInt(header.getValue());
    ApiException error = ClickHouseErrors.of(code, text(response), Instant.now());
    if (error.status() == 500) {
      // The text may quote values of parameters; what a user searched for is not for the log.
      LOG.error("ClickHouse refused a query with code {}\n{}", code, query.sql());
    }
    return error;
  }

  private static String text(ClassicHttpResponse response) throws IOException {
    try {
      return EntityUtils.toString(response.getEntity(), StandardCharsets.UTF_8, MOST_OF_ERROR);
    } catch (ParseException unusable) {
      return "";
    }
  }

  private ApiException unreachable(Exception failure) {
    if (closed) {
      return late ? ClickHouseErrors.timeout() : ApiException.clientGone();
    }
    LOG.warn("ClickHouse cannot be reached: {}", failure.toString());
    return ApiException.unavailable();
  }

  /**
   * What the text means that ClickHouse writes in the place of rows.
   *
   * @param text which may have rows in front; without an error it was cut off
   */
  ApiException failed(String text) {
    Matcher code = EXCEPTION.matcher(text);
    return code.find()
        ? ClickHouseErrors.of(Integer.parseInt(code.group(1)), text, Instant.now())
        : cutOff();
  }

  /** What an answer means that ends before its last row. */
  ApiException cutOff() {
    return late ? ClickHouseErrors.timeout() : ApiException.unavailable();
  }

  boolean isClosed() {
    return closed;
  }

  /**
   * Ends the query if it still runs: ClickHouse stops one whose connection is closed. The
   * connection of one whose last row was read serves others. May be called from any thread, and
   * more than once.
   */
  @Override
  public void close() {
    closed = true;
    expiry.cancel(false);
    request.cancel();
  }
}
