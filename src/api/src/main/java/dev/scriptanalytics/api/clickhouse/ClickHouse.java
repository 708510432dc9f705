package dev.scriptanalytics.api.clickhouse;

import dev.scriptanalytics.api.error.ApiException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;

/**
 * ClickHouse's HTTP interface, asked with the user and secret of each request.
 *
 * <p>Who asks waits in its own thread: a request has one anyway, and handing its rows from thread
 * to thread, as java.net.http does, took three times the processor time of reading them.
 */
public final class ClickHouse implements AutoCloseable {
  private static final Timeout CONNECT_TIMEOUT = Timeout.ofSeconds(5);

  /** More than the requests, streams and exports that run at once. */
  private static final int MOST_CONNECTIONS = 1000;

  /**
   * Bytes. With more, ClickHouse would notice a slow reader's progress too seldom, and give it up.
   */
  private static final int RECEIVE_BUFFER = 262_144;

  private final URI address;
  private final Duration timeout;
  private final ExecutorService executor = Executors.newCachedThreadPool(Daemon.named("question"));
  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(1, Daemon.named("question-timeout"));
  private final CloseableHttpClient client;

  /**
   * A client; nothing is asked yet.
   *
   * @param timeout how long a question may take that is asked here, until the last row
   */
  public ClickHouse(URI address, Duration timeout) {
    this.address = address;
    this.timeout = timeout;
    // Or each question would be held until its deadline.
    timer.setRemoveOnCancelPolicy(true);
    this.client =
        HttpClients.custom()
            .setConnectionManager(
                PoolingHttpClientConnectionManagerBuilder.create()
                    .setMaxConnTotal(MOST_CONNECTIONS)
                    .setMaxConnPerRoute(MOST_CONNECTIONS)
                    .setDefaultSocketConfig(
                        SocketConfig.custom().setRcvBufSize(RECEIVE_BUFFER).build())
                    .setDefaultConnectionConfig(
                        ConnectionConfig.custom().setConnectTimeout(CONNECT_TIMEOUT).build())
                    .build())
            .setDefaultRequestConfig(RequestConfig.custom().setAuthenticationEnabled(false).build())
            .setRetryStrategy(new StaleConnections())
            .disableAuthCaching()
            .disableContentCompression()
            .disableCookieManagement()
            .disableRedirectHandling()
            .build();
  }

  /** Whether ClickHouse answers at all. */
  public CompletableFuture<Boolean> answers() {
    HttpGet ping = new HttpGet(address.resolve("/ping"));
    ping.setConfig(
        RequestConfig.custom()
            .setAuthenticationEnabled(false)
            .setResponseTimeout(CONNECT_TIMEOUT)
            .build());
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return client.execute(ping, response -> response.getCode() == 200);
          } catch (IOException e) {
            return false;
          }
        },
        executor);
  }

  /**
   * Asks, and waits until the answer begins.
   *
   * @return the rows, which the caller closes
   * @throws ApiException if the query fails before its first row
   */
  public Rows ask(Credentials credentials, Query query) {
    return question(credentials, query, null, System.nanoTime() + timeout.toNanos()).rows();
  }

  /** Has another thread ask a question; the future fails with an {@link ApiException}. */
  CompletableFuture<Rows> async(Question question) {
    return CompletableFuture.supplyAsync(question::rows, executor);
  }

  /** Waits for rows that are asked for meanwhile. */
  public static Rows await(CompletableFuture<Rows> answer) {
    try {
      return answer.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof ApiException known ? known : ApiException.internal();
    }
  }

  /**
   * A question that is not sent yet.
   *
   * @param id the query's id in ClickHouse's log, or null
   * @param deadline until when its last row must have arrived, in {@link System#nanoTime}
   */
  Question question(Credentials credentials, Query query, String id, long deadline) {
    if (deadline <= System.nanoTime()) {
      throw ClickHouseErrors.timeout();
    }
    return new Question(client, query, request(credentials, query, id), deadline, timer);
  }

  private HttpPost request(Credentials credentials, Query query, String id) {
    HttpPost request =
        new HttpPost(
            URI.create(
                address
                    + "/?default_format=JSONCompactEachRow"
                    + (id == null ? "" : "&query_id=" + id)
                    + query.parameters()));
    String login = credentials.user() + ":" + credentials.secret();
    request.setHeader(
        "Authorization",
        "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8)));
    request.setEntity(new StringEntity(query.sql(), ContentType.TEXT_PLAIN.withCharset("UTF-8")));
    return request;
  }

  @Override
  public void close() {
    timer.shutdownNow();
    executor.shutdownNow();
    client.close(CloseMode.IMMEDIATE);
  }
}
