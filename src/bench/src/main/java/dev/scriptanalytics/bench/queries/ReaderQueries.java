package dev.scriptanalytics.bench.queries;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptanalytics.testkit.clickhouse.ClickHouseProgram;
import dev.scriptanalytics.testkit.clickhouse.TestClickHouse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;

/** Queries of {@code script_reader} over HTTP. Their answers are measured and dropped. */
final class ReaderQueries {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Duration MEMORY_POLL = Duration.ofMillis(50);
  private static final String PEAK_MEMORY =
      "SELECT max(peak_memory_usage) FROM system.processes WHERE query_id = {query_id:String}";

  private final TestClickHouse clickHouse;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  ReaderQueries(TestClickHouse clickHouse) {
    this.clickHouse = clickHouse;
  }

  /**
   * What an answer cost.
   *
   * @param millis from the request to the last byte
   * @param rowsRead by ClickHouse
   */
  record Answer(double millis, long rowsRead) {}

  /**
   * What a download cost.
   *
   * @param seconds from the request to the last byte
   * @param bytes of the answer
   * @param peakMemory of the query, in bytes
   */
  record Download(double seconds, long bytes, long peakMemory) {}

  /**
   * Asks, and reads the answer to its end.
   *
   * @param parameters of the query, by the names that it has for them
   */
  Answer ask(String query, Map<String, String> parameters) throws InterruptedException {
    long start = System.nanoTime();
    // Only with the whole answer at hand ClickHouse can say in a header what it has read.
    HttpResponse<InputStream> response = send(query, "wait_end_of_query=1", parameters);
    readAll(response);
    double millis = (System.nanoTime() - start) / 1e6;
    return new Answer(millis, rowsRead(response));
  }

  /** Asks for an answer of any size, which comes while the query runs. */
  Download download(String query, Map<String, String> parameters) throws InterruptedException {
    String id = UUID.randomUUID().toString();
    PeakMemory memory = new PeakMemory(id);
    Thread watch = new Thread(memory, "peak-memory");
    watch.start();
    long start = System.nanoTime();
    long bytes;
    double seconds;
    try {
      bytes = readAll(send(query, "query_id=" + id, parameters));
      seconds = (System.nanoTime() - start) / 1e9;
    } finally {
      memory.done = true;
      watch.join();
    }
    return new Download(seconds, bytes, memory.bytes);
  }

  private HttpResponse<InputStream> send(
      String query, String setting, Map<String, String> parameters) throws InterruptedException {
    StringBuilder settings = new StringBuilder(setting);
    parameters.forEach(
        (name, value) ->
            settings
                .append("&param_")
                .append(name)
                .append('=')
                .append(URLEncoder.encode(value, StandardCharsets.UTF_8)));
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(clickHouse.httpUrl() + "/?" + settings))
            .timeout(PATIENCE)
            .header("X-ClickHouse-User", "script_reader")
            .header("X-ClickHouse-Key", ClickHouseProgram.READER_PASSWORD)
            .POST(HttpRequest.BodyPublishers.ofString(query))
            .build();
    try {
      HttpResponse<InputStream> response =
          client.send(request, HttpResponse.BodyHandlers.ofInputStream());
      if (response.statusCode() != 200) {
        try (InputStream body = response.body()) {
          throw new IllegalStateException(
              new String(body.readAllBytes(), StandardCharsets.UTF_8).strip() + " in " + query);
        }
      }
      return response;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot reach ClickHouse", e);
    }
  }

  private static long readAll(HttpResponse<InputStream> response) {
    byte[] buffer = new byte[1 << 16];
    long bytes = 0;
    try (InputStream body = response.body()) {
      for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
        bytes += read;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("ClickHouse broke off its answer", e);
    }
    return bytes;
  }

  private static long rowsRead(HttpResponse<InputStream> response) {
    try {
      JsonNode summary =
          new ObjectMapper()
              .readTree(response.headers().firstValue("X-ClickHouse-Summary").orElse("{}"));
      return summary.path("read_rows").asLong();
    } catch (IOException e) {
      throw new UncheckedIOException("X-ClickHouse-Summary is not JSON", e);
    }
  }

  /** Watches a query's memory until it is done. */
  private final class PeakMemory implements Runnable {
    private final String queryId;
    private volatile boolean done;
    private volatile long bytes;

    PeakMemory(String queryId) {
      this.queryId = queryId;
    }

    @Override
    public void run() {
      while (!done) {
        long seen = Sql.number(clickHouse, PEAK_MEMORY, Map.of("query_id", queryId));
        bytes = Math.max(bytes, seen);
        LockSupport.parkNanos(MEMORY_POLL.toNanos());
      }
    }
  }
}
