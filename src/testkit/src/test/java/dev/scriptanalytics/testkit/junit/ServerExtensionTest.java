package dev.scriptanalytics.testkit.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ServerExtensionTest {
  /** The servers of single tests, in the order of their starts. */
  private static final List<Server> OF_TESTS = new ArrayList<>();

  private static Server ofClassBefore;

  @RegisterExtension static final Servers ofClass = new Servers();
  @RegisterExtension final Servers ofTest = new Servers();

  @BeforeAll
  static void findsTheServerOfTheClass() {
    ofClassBefore = ofClass.server();
  }

  @BeforeEach
  void findsTheServerOfTheTest() {
    OF_TESTS.add(ofTest.server());
  }

  @RepeatedTest(2)
  void runsOneServerForTheClassAndOneForEachTest(RepetitionInfo repetition) {
    assertThat(ofClass.server()).isSameAs(ofClassBefore);
    assertThat(ofClass.server().directory).isEmptyDirectory();
    assertThat(OF_TESTS).hasSizeGreaterThanOrEqualTo(repetition.getCurrentRepetition());
    Server own = OF_TESTS.get(OF_TESTS.size() - 1);
    assertThat(own).isSameAs(ofTest.server()).isNotSameAs(ofClassBefore);
    assertThat(own.closed).isFalse();
    assertThat(own.directory).isEmptyDirectory();
    for (Server earlier : OF_TESTS.subList(0, OF_TESTS.size() - 1)) {
      assertThat(earlier.closed).isTrue();
      assertThat(earlier.directory).doesNotExist();
    }
  }

  @Test
  void saysThatAServerDoesNotRunYet() {
    assertThatThrownBy(() -> new Servers().server())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("A server does not run yet");
  }

  @Nested
  class WithinTheClass {
    @Test
    void sharesTheServerOfTheClass() {
      assertThat(ofClass.server()).isSameAs(ofClassBefore);
    }
  }

  private static final class Servers extends ServerExtension<Server> {
    Servers() {
      super("A server");
    }

    @Override
    Server start(Path directory) {
      return new Server(directory);
    }
  }

  private static final class Server implements AutoCloseable {
    private final Path directory;
    private boolean closed;

    Server(Path directory) {
      this.directory = directory;
    }

    @Override
    public void close() {
      assertThat(Files.exists(directory))
          .as("a server is closed before its directory goes")
          .isTrue();
      closed = true;
    }
  }
}
