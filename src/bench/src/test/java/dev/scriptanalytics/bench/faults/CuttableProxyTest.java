package dev.scriptanalytics.bench.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CuttableProxyTest {
  private static final byte[] QUESTION = "question".getBytes(StandardCharsets.UTF_8);
  private static final byte[] ANSWER = "answer".getBytes(StandardCharsets.UTF_8);

  private ServerSocket server;
  private CuttableProxy link;

  @BeforeEach
  void listen() throws IOException {
    server = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
    link = new CuttableProxy(server.getLocalPort());
  }

  @AfterEach
  void close() throws IOException {
    link.close();
    server.close();
  }

  @Test
  void passesWhatEitherSideSends() throws IOException {
    try (Socket client = connect();
        Socket accepted = server.accept()) {
      client.getOutputStream().write(QUESTION);
      assertThat(accepted.getInputStream().readNBytes(QUESTION.length)).isEqualTo(QUESTION);
      accepted.getOutputStream().write(ANSWER);
      assertThat(client.getInputStream().readNBytes(ANSWER.length)).isEqualTo(ANSWER);
    }
  }

  @Test
  void losesWhatIsSentWhileItIsCutAndResetsTheConnectionWhenItIsRestored() throws IOException {
    try (Socket client = connect();
        Socket accepted = server.accept()) {
      link.cut();
      client.getOutputStream().write(QUESTION);
      link.restore();
      assertThatThrownBy(() -> accepted.getInputStream().read()).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(IOException.class);
    }
    try (Socket client = connect();
        Socket accepted = server.accept()) {
      client.getOutputStream().write(QUESTION);
      assertThat(accepted.getInputStream().readNBytes(QUESTION.length)).isEqualTo(QUESTION);
    }
  }

  @Test
  void refusesAClientWhereNobodyListens() throws IOException {
    server.close();
    try (Socket client = connect()) {
      assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(IOException.class);
    }
  }

  private Socket connect() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), link.port());
  }
}
