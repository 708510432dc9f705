package dev.scriptanalytics.testkit.ledger;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Queries ClickHouse over HTTP as a user who may read. */
public final class ClickHouseReader {
  private final HttpClient http = HttpClient.newHttpClient();
  private final JsonMapper mapper = new JsonMapper();
  private final URI server;
  private final String user;
  private final String password;

  /**
   * @param server such as {@code http://127.0.0.1:8123}
   */
  public ClickHouseReader(URI server, String user, String password) {
    this.server = server;
    this.user = user;
    this.password = password;
  }

  /**
   * The rows that {@code query} gives.
   *
   * @param parameters values of the query's {@code {name:Type}} places
   * @throws IOException with ClickHouse's own words if it refuses the query
   */
  public List<JsonNode> read(String query, Map<String, String> parameters)
      throws IOException, InterruptedException {
    // Without waiting for the end, an error in the middle would come after a 200.
    StringBuilder options = new StringBuilder("/?wait_end_of_query=1");
    parameters.forEach(
        (name, value) ->
            options
                .append("&param_")
                .append(name)
                .append('=')
                .append(URLEncoder.encode(value, StandardCharsets.UTF_8)));
    HttpRequest request =
        HttpRequest.newBuilder(server.resolve(options.toString()))
            .header("X-ClickHouse-User", user)
            .header("X-ClickHouse-Key", password)
            .header("X-ClickHouse-Format", "JSONEachRow")
            .POST(HttpRequest.BodyPublishers.ofString(query))
            .build();
    HttpResponse<String> response = send(request);
    if (response.statusCode() != 200) {
      throw new IOException("ClickHouse refused a query: " + response.body().strip());
    }
    try (MappingIterator<JsonNode> rows =
        mapper.readerFor(JsonNode.class).readValues(response.body())) {
      return rows.readAll();
    }
  }

  private HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
    try {
      return http.send(request, BodyHandlers.ofString());
    } catch (ConnectException e) {
      throw new IOException("No ClickHouse answers at " + server + ": is the stack up?", e);
    }
  }
}
