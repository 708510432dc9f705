package dev.scriptanalytics.api.clickhouse;

import dev.scriptanalytics.api.error.ApiException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * ClickHouse's HTTP interface, asked with the user and secret of each request.
 *
 * <p>A query holds one permit until its answer is closed, so that a slow ClickHouse cannot take all
 * threads of the server. Closing an answer closes its connection, and ClickHouse then ends the
 * query.
 */
public final class ClickHouse implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ClickHouse.class);
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final String CODE = "X-ClickHouse-Exception-Code";
  private static final int QUOTA_EXCEEDED = 201;
  private static final int MOST_OF_ERROR = 4096;

  private final URI address;
  private final Duration timeout;
  private final Semaphore permits;
  private final ExecutorService executor;
  private final ScheduledExecutorService timer;
  private final HttpClient client;

  /**
   * A client; nothing is asked yet.
   *
   * @param timeout how long a query may take, until its last row
   * @param maxQueries how many queries run at once
   */
  public ClickHouse(URI address, Duration timeout, int maxQueries) {
    this.address = address;
    this.timeout = timeout;
    this.permits = new Semaphore(maxQueries);
    // The client's own executor grew to 90 threads under 200 parallel queries.
    this.executor = Executors.newFixedThreadPool(4, Daemon.named("clickhouse-client"));
    this.timer = Executors.newSingleThreadScheduledExecutor(Daemon.named("clickhouse-timeout"));
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT)
            .executor(executor)
            .build();
  }

  /** Whether ClickHouse answers at all. */
  public boolean answers() {
    try {
      HttpRequest ping =
          HttpRequest.newBuilder(address.resolve("/ping")).timeout(CONNECT_TIMEOUT).build();
      return client.send(ping, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * Asks, and waits until the answer begins.
   *
   * @return the rows, which the caller closes
   * @throws ApiException if the query fails before its first row
   */
  public Rows ask(Credentials credentials, Query query) {
    return await(askAsync(credentials, query));
  }

  /** Waits for an answer of {@link #askAsync}. */
  public static Rows await(CompletableFuture<Rows> answer) {
    try {
      return answer.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof ApiException known ? known : ApiException.internal();
    }
  }

  /** As {@link #ask}, without waiting; the future fails with an {@link ApiException}. */
  public CompletableFuture<Rows> askAsync(Credentials credentials, Query query) {
    if (!permits.tryAcquire()) {
      return CompletableFuture.failedFuture(
          new ApiException(503, "UNAVAILABLE", "The server answers too many requests at once")
              .header("Retry-After", "1"));
    }
    HttpRequest request = request(credentials, query);
    return client
        .sendAsync(request, HttpResponse.BodyHandlers.ofInputStream())
        .handle(
            (response, failure) -> {
              try {
                if (failure != null) {
                  throw unreachable(failure);
                }
                if (response.statusCode() != 200) {
                  throw refused(response, query);
                }
                return new Rows(response.body(), timeout, timer, permits::release);
              } catch (RuntimeException e) {
                permits.release();
                throw e;
              }
            });
  }

  private HttpRequest request(Credentials credentials, Query query) {
    String login = credentials.user() + ":" + credentials.secret();
    return HttpRequest.newBuilder(
            URI.create(address + "/?default_format=JSONCompactEachRow" + query.parameters()))
        .timeout(timeout)
        .header(
            "Authorization",
            "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8)))
        .POST(HttpRequest.BodyPublishers.ofString(query.sql()))
        .build();
  }

  private static ApiException unreachable(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (cause instanceof HttpTimeoutException && !cause.getMessage().contains("connect")) {
      return ClickHouseErrors.timeout();
    }
    LOG.warn("ClickHouse cannot be reached: {}", cause.toString());
    return ApiException.unavailable();
  }

  private static ApiException refused(HttpResponse<InputStream> response, Query query) {
    int code = response.headers().firstValue(CODE).map(Integer::parseInt).orElse(0);
    ApiException error = ClickHouseErrors.of(code);
    try (InputStream body = response.body()) {
      String text = new String(body.readNBytes(MOST_OF_ERROR), StandardCharsets.UTF_8);
      if (code == QUOTA_EXCEEDED) {
        return ClickHouseErrors.withQuota(error, text, Instant.now());
      }
      if (error.status() == 500) {
        // The values of parameters are not in the text of the query.
        LOG.error("ClickHouse refused a query with code {}: {}\n{}", code, text, query.sql());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return error;
  }

  @Override
  public void close() {
    timer.shutdownNow();
    executor.shutdownNow();
    try {
      executor.awaitTermination(1, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
