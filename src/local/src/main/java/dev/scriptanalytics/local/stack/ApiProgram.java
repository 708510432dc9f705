package dev.scriptanalytics.local.stack;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptanalytics.testkit.clickhouse.ClickHouseProgram;
import dev.scriptanalytics.testkit.process.JavaProgram;
import dev.scriptanalytics.testkit.process.Ports;
import dev.scriptanalytics.testkit.process.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Base64;
import java.util.List;

/**
 * The API server of a local stack, which runs from its shipped jar.
 *
 * @param home the directory of the stack
 * @param port on which it answers
 * @param clickHouse the address of ClickHouse's HTTP interface
 */
record ApiProgram(Path home, int port, URI clickHouse) {
  static final String NAME = "api";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String MAIN_CLASS = "dev.scriptanalytics.api.ApiServer";
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  /** Such as {@code http://127.0.0.1:8080}. */
  URI address() {
    return URI.create("http://" + Ports.LOOPBACK + ":" + port);
  }

  /** The key of the reader that sees all accounts. */
  static String key() {
    String login = "script_reader:" + ClickHouseProgram.READER_PASSWORD;
    return "sa_"
        + Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(login.getBytes(StandardCharsets.UTF_8));
  }

  /** How one gets in, as {@code up} and {@code status} show it: the address and a key. */
  String access() {
    return "%s, key %s".formatted(address(), key());
  }

  /** An address at which a browser is logged in as that reader, good for ten minutes. */
  String login() {
    HttpRequest request =
        HttpRequest.newBuilder(address().resolve("/v2/session/tickets"))
            .timeout(TIMEOUT)
            .header("Authorization", "Bearer " + key())
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString("{}"))
            .build();
    try {
      String answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
      return JSON.readTree(answer).path("url").asText();
    } catch (IOException e) {
      throw new UncheckedIOException("The API server does not answer.", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** The program, with a copy of its jar, which a new build does not take away. */
  JavaProgram prepare() {
    try {
      Files.createDirectories(copy().getParent());
      Files.copy(Repository.apiJar(), copy(), StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write " + copy() + ".", e);
    }
    return new JavaProgram(
        NAME,
        copy().toString(),
        List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
        MAIN_CLASS,
        List.of("--api.port", Integer.toString(port), "--clickhouse.url", clickHouse.toString()));
  }

  /** Whether another jar was built since the server's was copied. */
  boolean isOlderBuild() {
    try {
      return Files.mismatch(Repository.apiJar(), copy()) >= 0;
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + copy() + ".", e);
    }
  }

  /** Whether it takes requests, for which it needs ClickHouse. */
  boolean answers() {
    HttpRequest request =
        HttpRequest.newBuilder(address().resolve("/health/ready")).timeout(TIMEOUT).build();
    try {
      return HttpClient.newHttpClient().send(request, BodyHandlers.discarding()).statusCode()
          == 200;
    } catch (IOException notYet) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private Path copy() {
    return home.resolve("run").resolve(NAME + ".jar");
  }
}
