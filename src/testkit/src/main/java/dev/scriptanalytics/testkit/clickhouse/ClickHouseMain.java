package dev.scriptanalytics.testkit.clickhouse;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import dev.scriptanalytics.testkit.process.Ports;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The program of a ClickHouse server without a container: serves HTTP and the native protocol on
 * loopback with the library of the npm package {@code @chdb/lib-*}.
 *
 * <pre>
 * java -cp … dev.scriptanalytics.testkit.clickhouse.ClickHouseMain --library FILE
 *     --config FILE --path DIRECTORY --log FILE --http-port PORT --tcp-port PORT [--detached]
 * </pre>
 *
 * <p>It serves until its standard input ends, so that it never outlives a parent that holds the
 * other end of that pipe; with {@code --detached} it ignores its standard input. SIGTERM and SIGINT
 * stop it in both cases. Every stop flushes.
 *
 * <p>Exit code 0 after the end of standard input, 143 after SIGTERM, 1 when ClickHouse ended by
 * itself (standard error has the reason), 2 for a wrong command line. Errors while serving go to
 * the log file. The configuration files take passwords from the environment.
 */
public final class ClickHouseMain {

  /** Longer than any clean stop takes; the process ends afterwards in any case. */
  private static final long STOP_SECONDS = 60;

  private static final Set<String> OPTIONS =
      Set.of("--library", "--config", "--path", "--log", "--http-port", "--tcp-port");

  private final Libc libc = Native.load(Platform.C_LIBRARY_NAME, Libc.class);
  private final AtomicBoolean stopping = new AtomicBoolean();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final int pipeRead;
  private final int pipeWrite;

  private ClickHouseMain() {
    int[] ends = new int[2];
    if (libc.pipe(ends) != 0) {
      throw new IllegalStateException("Cannot create a pipe: errno " + Native.getLastError() + ".");
    }
    pipeRead = ends[0];
    pipeWrite = ends[1];
  }

  public static void main(String[] args) {
    Map<String, String> options;
    try {
      options = options(args);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.exit(2);
      return;
    }
    ClickHouseMain server = new ClickHouseMain();
    Runtime.getRuntime().addShutdownHook(new Thread(server::stopAndWait, "stop"));
    if (!options.containsKey("--detached")) {
      Thread input = new Thread(server::stopAtEndOfInput, "stdin");
      input.setDaemon(true);
      input.start();
    }
    System.exit(server.serve(options) ? 0 : 1);
  }

  private static Map<String, String> options(String[] args) {
    Map<String, String> options = new HashMap<>();
    for (int i = 0; i < args.length; i++) {
      if (args[i].equals("--detached")) {
        options.put(args[i], "");
      } else if (OPTIONS.contains(args[i]) && i + 1 < args.length) {
        options.put(args[i], args[++i]);
      } else {
        throw new IllegalArgumentException("Unknown argument: " + args[i] + ".");
      }
    }
    for (String option : OPTIONS) {
      if (!options.containsKey(option)) {
        throw new IllegalArgumentException(option + " is missing.");
      }
    }
    return options;
  }

  /** Blocks until ClickHouse has ended, and returns whether it ended because it was stopped. */
  private boolean serve(Map<String, String> options) {
    Chdb chdb = Native.load(options.get("--library"), Chdb.class);
    // ClickHouse's handlers would end the process at the JVM's own, harmless SIGSEGVs.
    chdb.chdb_set_signal_handlers_enabled(false);
    List<String> argv = new ArrayList<>();
    argv.add("clickhouse-local");
    argv.addAll(List.of("--config-file", options.get("--config")));
    argv.addAll(List.of("--path", options.get("--path")));
    argv.addAll(
        List.of(
            "--log-level", "error", "--logger.console", "0", "--logger.log", options.get("--log")));
    argv.addAll(List.of("--listen_host", Ports.LOOPBACK));
    argv.addAll(List.of("--http_port", options.get("--http-port")));
    argv.addAll(List.of("--tcp_port", options.get("--tcp-port")));
    // The last statement blocks until this process closes its pipe: a clean end of the program.
    argv.addAll(
        List.of(
            "--query",
            "SYSTEM START LISTEN HTTP; SYSTEM START LISTEN TCP; SELECT count() FROM file('/dev/fd/"
                + pipeRead
                + "', 'LineAsString', 'line String') FORMAT Null"));
    try {
      Pointer result = chdb.chdb_query_cmdline(argv.size(), argv.toArray(String[]::new));
      String error = chdb.chdb_result_error(result);
      if (error != null) {
        System.err.println(error);
      }
      // Some failures, such as a locked path, are only printed and look like a success.
      return stopping.get() && error == null;
    } finally {
      ended.countDown();
    }
  }

  private void stopAtEndOfInput() {
    try {
      System.in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      System.err.println("Cannot read the standard input, stopping: " + e.getMessage());
    }
    stop();
  }

  private void stop() {
    if (stopping.compareAndSet(false, true)) {
      libc.close(pipeWrite);
    }
  }

  private void stopAndWait() {
    stop();
    try {
      if (!ended.await(STOP_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("ClickHouse did not stop within " + STOP_SECONDS + " s.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The C library. */
  private interface Libc extends Library {
    int pipe(int[] ends);

    int close(int descriptor);
  }

  /** The functions of libchdb. */
  private interface Chdb extends Library {
    void chdb_set_signal_handlers_enabled(boolean enabled);

    Pointer chdb_query_cmdline(int argc, String[] argv);

    String chdb_result_error(Pointer result);
  }
}
