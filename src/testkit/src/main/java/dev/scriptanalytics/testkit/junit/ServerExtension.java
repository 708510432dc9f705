package dev.scriptanalytics.testkit.junit;

import dev.scriptanalytics.testkit.process.DirectoryTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * Runs a server in a temporary directory: for all tests of a class if the extension is registered
 * in a static field, for each test anew if it is registered in an instance field.
 *
 * <p>JUnit's store of the class or the test holds the server, and closes it when that ends. A
 * server that does not start fails the class or the test with the end of its log.
 *
 * @param <S> the server; it runs until it is closed
 */
abstract class ServerExtension<S extends AutoCloseable>
    implements BeforeAllCallback, BeforeEachCallback {

  private static final Namespace NAMESPACE = Namespace.create(ServerExtension.class);

  private final String name;
  private Running<S> running;

  /**
   * An extension that starts nothing yet.
   *
   * @param name what messages and the temporary directory are named after
   */
  ServerExtension(String name) {
    this.name = name;
  }

  /**
   * Starts the server and waits until it answers.
   *
   * @param directory is empty, and deleted after the server's end
   */
  abstract S start(Path directory) throws Exception;

  /**
   * The server.
   *
   * @throws IllegalStateException before the tests that it runs for
   */
  public final S server() {
    if (running == null) {
      throw new IllegalStateException(
          name + " does not run yet: it starts before the first @BeforeAll or @BeforeEach method.");
    }
    return running.server();
  }

  @Override
  public final void beforeAll(ExtensionContext context) {
    startWithin(context);
  }

  @Override
  public final void beforeEach(ExtensionContext context) {
    startWithin(context);
  }

  // A test finds the server of its class, since a store looks into its parent's.
  @SuppressWarnings("unchecked") // The key is this extension, which puts nothing else there.
  private void startWithin(ExtensionContext context) {
    running =
        context
            .getStore(NAMESPACE)
            .getOrComputeIfAbsent(this, extension -> startInNewDirectory(), Running.class);
  }

  private Running<S> startInNewDirectory() {
    Path directory = null;
    try {
      directory = Files.createTempDirectory(name + "-");
      return new Running<>(start(directory), directory);
    } catch (Exception e) {
      IllegalStateException failure =
          new IllegalStateException(name + " cannot be started: " + e.getMessage(), e);
      try {
        if (directory != null) {
          DirectoryTree.delete(directory);
        }
      } catch (IOException left) {
        failure.addSuppressed(left);
      }
      throw failure;
    }
  }

  @SuppressWarnings("try") // JUnit deals with whatever close() throws.
  private record Running<S extends AutoCloseable>(S server, Path directory)
      implements AutoCloseable {
    @Override
    public void close() throws Exception {
      server.close();
      DirectoryTree.delete(directory);
    }
  }
}
