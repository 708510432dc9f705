package dev.scriptanalytics.testkit.clickhouse;

import com.sun.management.OperatingSystemMXBean;
import dev.scriptanalytics.testkit.process.DirectoryTree;
import dev.scriptanalytics.testkit.process.JavaProgram;
import dev.scriptanalytics.testkit.process.LocalProcess;
import dev.scriptanalytics.testkit.process.Ports;
import dev.scriptanalytics.testkit.process.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Prepares a real ClickHouse server, whose process runs {@link ClickHouseMain}, and gives access to
 * it.
 *
 * @param directory of its data and logs; it serves the data that the directory has
 * @param configuration its configuration file
 * @param environment variables for the configuration files, such as the hashes of passwords, in
 *     place of the local stack's own
 * @param httpPort for HTTP, which Grafana and clickhouse-jdbc use
 * @param tcpPort for the native protocol
 */
public record ClickHouseProgram(
    Path directory,
    Path configuration,
    Map<String, String> environment,
    int httpPort,
    int tcpPort) {

  /** The password of {@code script_reader} in the local stack. */
  public static final String READER_PASSWORD = "reader";

  /** The password of {@code script_writer} in the local stack. */
  public static final String WRITER_PASSWORD = "writer";

  public static final String NAME = "clickhouse";

  private static final String LIBRARY_VARIABLE = "CHDB_LIBRARY";
  private static final String LIBRARY = "libchdb.so";
  private static final String MEMORY_VARIABLE = "CLICKHOUSE_MAX_MEMORY";
  private static final long LEAST_MEMORY = 1L << 30;
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  public ClickHouseProgram {
    directory = directory.toAbsolutePath();
    configuration = configuration.toAbsolutePath();
    environment = Map.copyOf(environment);
  }

  /** A server with the project's own configuration. */
  public ClickHouseProgram(Path directory, int httpPort, int tcpPort) {
    this(directory, Repository.path("deploy/clickhouse/config.xml"), Map.of(), httpPort, tcpPort);
  }

  /**
   * The program of a server that ends with the process that holds its standard input; for {@link
   * LocalProcess#startChild}.
   *
   * @throws IllegalStateException if a port is taken or ClickHouse is not installed
   */
  public JavaProgram prepare() {
    return prepare(List.of());
  }

  /**
   * The program of a server that serves until SIGTERM; for {@link LocalProcess#startDaemon}.
   *
   * @throws IllegalStateException if a port is taken or ClickHouse is not installed
   */
  public JavaProgram prepareDetached() {
    return prepare(List.of("--detached"));
  }

  private JavaProgram prepare(List<String> more) {
    for (int port : new int[] {httpPort, tcpPort}) {
      if (Ports.isTaken(port)) {
        throw new IllegalStateException(
            "Port " + port + ", on which ClickHouse must listen, is taken by another program.");
      }
    }
    if (!Files.isRegularFile(configuration)) {
      // ClickHouse would start without any configuration.
      throw new IllegalStateException(configuration + " does not exist.");
    }
    Path data = directory.resolve(NAME);
    try {
      Files.createDirectories(data);
      // clickhouse-local forgets the tables of database system at its end but leaves their files,
      // and these keep it from creating query_log.
      DirectoryTree.delete(data.resolve("data/system"));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot prepare ClickHouse in " + directory + ".", e);
    }
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("--library", library().toString()));
    arguments.addAll(List.of("--config", configuration.toString()));
    arguments.addAll(List.of("--path", data.toString()));
    arguments.addAll(List.of("--log", directory.resolve("logs/" + NAME + ".log").toString()));
    arguments.addAll(List.of("--http-port", Integer.toString(httpPort)));
    arguments.addAll(List.of("--tcp-port", Integer.toString(tcpPort)));
    arguments.addAll(more);
    Map<String, String> variables = new HashMap<>();
    variables.put("SCRIPT_READER_PASSWORD_SHA256", sha256(READER_PASSWORD));
    variables.put("SCRIPT_WRITER_PASSWORD_SHA256", sha256(WRITER_PASSWORD));
    variables.put(
        MEMORY_VARIABLE,
        System.getenv().getOrDefault(MEMORY_VARIABLE, Long.toString(shareOfMemory())));
    // clickhouse-local takes its time zone from this variable, not from its configuration.
    variables.put("TZ", "UTC");
    variables.putAll(environment);
    return new JavaProgram(
        NAME,
        JavaProgram.ownClassPath(),
        // The JVM only calls the library, which has memory of its own.
        List.of("-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
        ClickHouseMain.class.getName(),
        arguments,
        variables);
  }

  /**
   * Waits until the server answers queries.
   *
   * @throws IllegalStateException if it ends before or takes too long; the message contains
   *     ClickHouse's
   */
  public void awaitReady(LocalProcess process) {
    ClickHouseHttp http = http();
    process.awaitReady(PATIENCE, http::answers);
  }

  /** A client of the server. */
  public ClickHouseHttp http() {
    return new ClickHouseHttp(httpUrl());
  }

  /** Such as {@code http://127.0.0.1:8123}. */
  public URI httpUrl() {
    return URI.create("http://" + Ports.LOOPBACK + ":" + httpPort);
  }

  /** The file that CHDB_LIBRARY names, or the one that npm has installed for this machine. */
  private static Path library() {
    String named = System.getenv(LIBRARY_VARIABLE);
    if (named != null && !named.isEmpty()) {
      Path file = Path.of(named).toAbsolutePath();
      if (!Files.isRegularFile(file)) {
        throw new IllegalStateException(
            LIBRARY_VARIABLE + " names " + file + ", which is not a file.");
      }
      return file;
    }
    Path packages = Repository.path("deploy/local").resolve("node_modules/@chdb");
    if (Files.isDirectory(packages)) {
      try (Stream<Path> files = Files.find(packages, 2, (path, a) -> path.endsWith(LIBRARY))) {
        Optional<Path> found = files.findFirst();
        if (found.isPresent()) {
          return found.get();
        }
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot read " + packages + ".", e);
      }
    }
    throw new IllegalStateException(
        "ClickHouse is not installed: run deploy/local/install-clickhouse, or let "
            + LIBRARY_VARIABLE
            + " name a "
            + LIBRARY
            + ".");
  }

  /**
   * A quarter of the machine's memory, in bytes, which leaves the rest to the stack's other
   * processes.
   */
  private static long shareOfMemory() {
    OperatingSystemMXBean machine =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    return Math.max(LEAST_MEMORY, machine.getTotalMemorySize() / 4);
  }

  /** A password as {@code users.xml} needs it: its SHA-256, in hexadecimal. */
  public static String sha256(String password) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(password.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JDK has SHA-256.", e);
    }
  }
}
