package dev.scriptanalytics.testkit.clickhouse;

import dev.scriptanalytics.testkit.command.Commands;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** A ClickHouse server's HTTP interface: queries in, text out. */
public final class ClickHouseHttp {
  /**
   * The administrator of the local stack, who has no password and may connect from loopback only.
   */
  private static final String ADMINISTRATOR = "default";

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration QUERY_TIMEOUT = Duration.ofMinutes(5);

  private final URI address;
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT_TIMEOUT)
          .build();

  /** The server at {@code address}, such as {@code http://127.0.0.1:8123}. */
  public ClickHouseHttp(URI address) {
    this.address = address;
  }

  /** Applies SQL files to a server: see {@code --help}. */
  public static void main(String[] args) {
    Commands.main(new ApplySql(), args);
  }

  /** Whether the server answers. */
  public boolean answers() {
    try {
      return client
              .send(
                  HttpRequest.newBuilder(address.resolve("/ping")).timeout(CONNECT_TIMEOUT).build(),
                  HttpResponse.BodyHandlers.discarding())
              .statusCode()
          == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /**
   * The answer to {@code sql}, asked by the administrator, without the last end of line.
   *
   * @throws QueryFailedException if the server refuses the query or fails to run it
   * @throws UncheckedIOException if the server cannot be reached
   */
  public String query(String sql) {
    return queryAs(ADMINISTRATOR, "", sql, Map.of());
  }

  /** As {@link #query(String)}, asked by {@code user}. */
  public String queryAs(String user, String password, String sql) {
    return queryAs(user, password, sql, Map.of());
  }

  /**
   * As {@link #query(String)}, asked by {@code user}.
   *
   * @param parameters URL parameters: settings, and {@code param_NAME} for what the query declares
   *     as {@code {NAME:Type}}
   */
  public String queryAs(String user, String password, String sql, Map<String, String> parameters) {
    return send(user, password, parameters, sql.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Sends {@code rows} as the data of {@code insert}, such as {@code INSERT INTO t FORMAT
   * RowBinary}.
   */
  public void insertAs(String user, String password, String insert, byte[] rows) {
    send(user, password, Map.of("query", insert), rows);
  }

  /**
   * Runs every {@code *.sql} file of {@code directory}, in the order of their names.
   *
   * @throws QueryFailedException at the first statement that fails; the message names the file
   */
  public void applySql(Path directory) {
    applySql(directory, Map.of());
  }

  /**
   * Runs the statements of one file, or of every {@code *.sql} file of a directory.
   *
   * @param parameters {@code param_NAME} for what a statement declares as {@code {NAME:Type}}
   * @throws QueryFailedException at the first statement that fails; the message names the file
   */
  public void applySql(Path path, Map<String, String> parameters) {
    for (Path file : Files.isDirectory(path) ? sqlFiles(path) : List.of(path)) {
      for (String statement : SqlStatements.of(read(file))) {
        try {
          queryAs(ADMINISTRATOR, "", statement, parameters);
        } catch (QueryFailedException e) {
          throw new QueryFailedException(e.code(), file + ": " + e.getMessage());
        }
      }
    }
  }

  private String send(String user, String password, Map<String, String> parameters, byte[] body) {
    // Without waiting for the end, an error after the first rows would come with status 200.
    String queryString =
        Stream.concat(
                Stream.of("wait_end_of_query=1"),
                parameters.entrySet().stream()
                    .map(entry -> encode(entry.getKey()) + "=" + encode(entry.getValue())))
            .collect(Collectors.joining("&"));
    HttpRequest request =
        HttpRequest.newBuilder(address.resolve("/?" + queryString))
            .timeout(QUERY_TIMEOUT)
            .header("X-ClickHouse-User", user)
            .header("X-ClickHouse-Key", password)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build();
    try {
      HttpResponse<String> response =
          client.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
      if (response.statusCode() != 200) {
        throw new QueryFailedException(
            response
                .headers()
                .firstValue("X-ClickHouse-Exception-Code")
                .map(Integer::parseInt)
                .orElse(0),
            response.body().strip());
      }
      String text = response.body();
      return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot reach ClickHouse at " + address, e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static List<Path> sqlFiles(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      List<Path> found = files.filter(file -> file.toString().endsWith(".sql")).sorted().toList();
      if (found.isEmpty()) {
        throw new UncheckedIOException(new IOException("no *.sql files in " + directory));
      }
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + directory, e);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static IllegalStateException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new IllegalStateException("interrupted while waiting for ClickHouse", e);
  }

  @Command(
      name = "ClickHouseHttp",
      description =
          "Runs the statements of SQL files on a ClickHouse server, as its administrator.")
  private static final class ApplySql implements Callable<Integer> {
    @Parameters(
        index = "0",
        paramLabel = "ADDRESS",
        description = "the server, such as http://127.0.0.1:8123")
    private URI address;

    @Parameters(
        index = "1",
        paramLabel = "PATH",
        description = "a file, or a directory whose *.sql files run in the order of their names")
    private Path path;

    @Parameters(
        index = "2..*",
        paramLabel = "NAME=VALUE",
        description = "the value of a parameter that the statements declare as {NAME:Type}")
    private Map<String, String> values = Map.of();

    @Override
    public Integer call() {
      Map<String, String> parameters =
          values.entrySet().stream()
              .collect(Collectors.toMap(value -> "param_" + value.getKey(), Map.Entry::getValue));
      new ClickHouseHttp(address).applySql(path, parameters);
      return 0;
    }
  }

  /** The server refuses a query; the message is the server's. */
  public static final class QueryFailedException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    private final int code;

    QueryFailedException(int code, String message) {
      super(message);
      this.code = code;
    }

    /** ClickHouse's error code, such as 497 for a missing grant; 0 if it gave none. */
    public int code() {
      return code;
    }
  }
}
