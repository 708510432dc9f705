package dev.scriptanalytics.bench.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpConnectionTest {
  private final Set<InetSocketAddress> clients = new HashSet<>();
  private HttpServer server;

  @BeforeEach
  void startServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    // With a length, and in chunks.
    answer("/length", 5);
    answer("/chunks", 0);
    server.start();
  }

  private void answer(String path, long length) {
    server.createContext(
        path,
        exchange -> {
          clients.add(exchange.getRemoteAddress());
          exchange.getResponseHeaders().add("X-Request-Id", "seven");
          exchange.sendResponseHeaders(200, length);
          exchange.getResponseBody().write("hello".getBytes(UTF_8));
          exchange.close();
        });
  }

  @AfterEach
  void stopServer() {
    server.stop(0);
  }

  @Test
  void readsAnswersOfBothKindsOverOneConnection() throws IOException {
    try (HttpConnection connection = new HttpConnection(server.getAddress().getPort())) {
      for (String path : new String[] {"/length", "/chunks", "/length"}) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        connection.send("GET " + path + " HTTP/1.1\r\nHost: here\r\n\r\n");
        HttpConnection.Answer answer = connection.receive(body);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.headers()).containsEntry("x-request-id", "seven");
        assertThat(body.toString(UTF_8)).isEqualTo("hello");
      }
      assertThat(clients).hasSize(1);
    }
  }
}
