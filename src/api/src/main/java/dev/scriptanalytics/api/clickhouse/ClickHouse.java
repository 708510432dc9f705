package dev.scriptanalytics.api.clickhouse;

import dev.scriptanalytics.api.error.ApiException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * ClickHouse's HTTP interface, asked with the user and secret of each request.
 *
 * <p>Closing an answer closes its connection, and ClickHouse then ends the query.
 */
public final class ClickHouse implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ClickHouse.class);
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final String CODE = "X-ClickHouse-Exception-Code";

  private final URI address;
  private final Duration timeout;
  private final ExecutorService executor;
  private final ScheduledExecutorService timer;
  private final HttpClient client;

  /**
   * A client; nothing is asked yet.
   *
   * @param timeout how long the queries of a request may take together, until the last row
   */
  public ClickHouse(URI address, Duration timeout) {
    this.address = address;
    this.timeout = timeout;
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
  public CompletableFuture<Boolean> answers() {
    HttpRequest ping =
        HttpRequest.newBuilder(address.resolve("/ping")).timeout(CONNECT_TIMEOUT).build();
    return client
        .sendAsync(ping, HttpResponse.BodyHandlers.discarding())
        .handle((response, failure) -> failure == null && response.statusCode() == 200);
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
  private CompletableFuture<Rows> askAsync(Credentials credentials, Query query) {
    return begin(credentials, query, null, deadline()).rows();
  }

  /** Until when what is asked now may take, in {@link System#nanoTime}. */
  long deadline() {
    return System.nanoTime() + timeout.toNanos();
  }

  /**
   * Sends a query.
   *
   * @param id the query's id in ClickHouse's log, or null
   * @param deadline until when its last row must have arrived, as {@link #deadline} has it
   */
  Question begin(Credentials credentials, Query query, String id, long deadline) {
    long left = deadline - System.nanoTime();
    if (left <= 0) {
      throw ClickHouseErrors.timeout();
    }
    CompletableFuture<HttpResponse<Reply>> exchange =
        client.sendAsync(request(credentials, query, id, Duration.ofNanos(left)), ClickHouse::read);
    CompletableFuture<Rows> rows =
        exchange.handle(
            (response, failure) -> {
              if (failure != null) {
                throw unreachable(failure);
              }
              if (response.statusCode() != 200) {
                throw refused(response, query);
              }
              return new Rows(response.body().rows(), deadline, timer);
            });
    return new Question(exchange, rows);
  }

  /** An answer: its rows as they arrive, or the whole text of an error. */
  private record Reply(InputStream rows, String error) {}

  // An error must be there whole before it is looked at: the threads of the client would wait for
  // each other if they waited for its text.
  private static HttpResponse.BodySubscriber<Reply> read(HttpResponse.ResponseInfo info) {
    return info.statusCode() == 200
        ? HttpResponse.BodySubscribers.mapping(
            HttpResponse.BodySubscribers.ofInputStream(), rows -> new Reply(rows, null))
        : HttpResponse.BodySubscribers.mapping(
            HttpResponse.BodySubscribers.ofString(StandardCharsets.UTF_8),
            error -> new Reply(null, error));
  }

  private HttpRequest request(Credentials credentials, Query query, String id, Duration atMost) {
    String login = credentials.user() + ":" + credentials.secret();
    return HttpRequest.newBuilder(
            URI.create(
                address
                    + "/?default_format=JSONCompactEachRow"
                    + (id == null ? "" : "&query_id=" + id)
                    + query.parameters()))
        .timeout(atMost)
        .header(
            "Authorization",
            "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8)))
        .POST(HttpRequest.BodyPublishers.ofString(query.sql()))
        .build();
  }

  private static ApiException unreachable(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (cause instanceof CancellationException) {
      return ApiException.clientGone();
    }
    if (cause instanceof HttpTimeoutException && !cause.getMessage().contains("connect")) {
      return ClickHouseErrors.timeout();
    }
    LOG.warn("ClickHouse cannot be reached: {}", cause.toString());
    return ApiException.unavailable();
  }

  private static ApiException refused(HttpResponse<Reply> response, Query query) {
    int code = response.headers().firstValue(CODE).map(Integer::parseInt).orElse(0);
    ApiException error = ClickHouseErrors.of(code, response.body().error(), Instant.now());
    if (error.status() == 500) {
      // The text may quote values of parameters; what a user searched for is not for the log.
      LOG.error("ClickHouse refused a query with code {}\n{}", code, query.sql());
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
