package dev.scriptanalytics.testkit.process;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A running {@link JavaProgram}: a child that ends with this JVM (tests), or a daemon (the local
 * stack).
 *
 * <p>The files of a process are in its directory:
 *
 * <pre>
 * run/NAME.args   the arguments of its JVM
 * run/NAME.pid    its process id
 * logs/NAME.log   its log
 * logs/NAME.out   its output, which is short unless it cannot start
 * </pre>
 */
public final class LocalProcess {

  // A URI, because Log4j complains of a path with a space.
  private static final URI LOGGING = Repository.path("deploy/local/log4j2.properties").toUri();

  private static final int TAIL_LINES = 25;
  private static final int TAIL_LINE_CHARACTERS = 240;
  private static final int TAIL_BYTES = 64 * 1024;

  // A line of a native stack trace without symbols, which only shows an address.
  private static final Pattern NATIVE_FRAME = Pattern.compile("\\d+\\. .* @ 0x[0-9a-f]+");

  // In /proc/PID/stat the name is followed by the state, 16 other fields, and the number of
  // threads.
  private static final Pattern ZOMBIE = Pattern.compile(" Z( \\S+){16} 1 ");

  private final String name;
  private final Path directory;
  private final ProcessHandle handle;

  private LocalProcess(String name, Path directory, ProcessHandle handle) {
    this.name = name;
    this.directory = directory;
    this.handle = handle;
  }

  /**
   * Starts the program; it ends with this JVM at the latest, however this JVM ends.
   *
   * @param directory of its files
   */
  public static LocalProcess startChild(JavaProgram program, Path directory) {
    try {
      Process process =
          processBuilder(program, directory, List.of())
              .redirectOutput(file(directory, "logs", program.name(), "out").toFile())
              .start();
      // Nothing is written to its input, whose end shows a program the end of this JVM.
      ChildGuard.watch(process);
      return recorded(program.name(), directory, process.toHandle());
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot start " + program.name() + ".", e);
    }
  }

  /**
   * Starts the program; it stays when this JVM, the shell and the terminal have gone.
   *
   * @param directory of its files
   */
  public static LocalProcess startDaemon(JavaProgram program, Path directory) {
    // `set -m` gives it its own process group, which Ctrl-C in the terminal does not reach.
    List<String> detach =
        List.of(
            "bash",
            "-c",
            "set -m; nohup \"$@\" </dev/null >\"$0\" 2>&1 & echo $!",
            file(directory, "logs", program.name(), "out").toString());
    try {
      JavaProgram independent =
          program.withCopiedClasses(file(directory, "run", program.name(), "classes"));
      Process shell = processBuilder(independent, directory, detach).start();
      String pid = new String(shell.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      return recorded(
          program.name(), directory, ProcessHandle.of(Long.parseLong(pid.trim())).orElseThrow());
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot start " + program.name() + ".", e);
    }
  }

  /**
   * Runs the program to its end.
   *
   * @param directory of its files
   * @return its output
   * @throws IllegalStateException if it ends with an exit code other than 0; the message contains
   *     its output
   */
  public static String run(JavaProgram program, Path directory) {
    Path output = file(directory, "logs", program.name(), "out");
    try {
      Process process =
          processBuilder(program, directory, List.of()).redirectOutput(output.toFile()).start();
      ChildGuard.watch(process);
      int exitCode = process.waitFor();
      String printed = Files.readString(output);
      if (exitCode != 0) {
        throw new IllegalStateException(
            "%s failed with exit code %d:%n%s"
                .formatted(program.name(), exitCode, printed.indent(4)));
      }
      return printed;
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot run " + program.name() + ".", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while " + program.name() + " ran.", e);
    }
  }

  /** The process that was started last with this name and directory, if it still runs. */
  public static Optional<LocalProcess> running(String name, Path directory) {
    Path pidFile = file(directory, "run", name, "pid");
    if (!Files.exists(pidFile)) {
      return Optional.empty();
    }
    try {
      return ProcessHandle.of(Long.parseLong(Files.readString(pidFile).trim()))
          .map(handle -> new LocalProcess(name, directory, handle))
          .filter(LocalProcess::isAlive);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + pidFile + ".", e);
    } catch (NumberFormatException e) {
      throw new IllegalStateException(pidFile + " does not contain a process id; delete it.", e);
    }
  }

  private static ProcessBuilder processBuilder(
      JavaProgram program, Path directory, List<String> prefix) throws IOException {
    Path log = file(directory, "logs", program.name(), "log");
    Files.createDirectories(log.getParent());
    List<String> command = new ArrayList<>(prefix);
    command.addAll(
        program
            .withJvmOption("-Dlog.file=" + log)
            .withJvmOption("-Dlog4j2.configurationFile=" + LOGGING)
            .command(file(directory, "run", program.name(), "args")));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(program.environment());
    return builder;
  }

  private static LocalProcess recorded(String name, Path directory, ProcessHandle handle)
      throws IOException {
    Files.writeString(file(directory, "run", name, "pid"), handle.pid() + "\n");
    return new LocalProcess(name, directory, handle);
  }

  private static Path file(Path directory, String kind, String name, String extension) {
    return directory.toAbsolutePath().resolve(kind).resolve(name + "." + extension);
  }

  public String name() {
    return name;
  }

  public long pid() {
    return handle.pid();
  }

  /**
   * Whether the process runs and is the one that was started; the operating system reuses process
   * ids.
   */
  public boolean isAlive() {
    return !hasEnded()
        && handle
            .info()
            .commandLine()
            .filter(line -> line.contains(file(directory, "run", name, "args").toString()))
            .isPresent();
  }

  /**
   * Waits until the process is ready.
   *
   * @throws IllegalStateException if it ends before, or is not ready in time; the message contains
   *     the end of its log
   */
  public void awaitReady(Duration atMost, BooleanSupplier ready) {
    if (!Waiting.until(atMost, () -> !isAlive() || ready.getAsBoolean())) {
      throw new IllegalStateException(
          name + " was not ready after " + atMost.toSeconds() + " s." + explanation());
    }
    if (!isAlive()) {
      throw new IllegalStateException(name + " ended instead of becoming ready." + explanation());
    }
  }

  /** Asks the process to end, and ends it if it does not within the time. */
  public void stop(Duration patience) {
    if (isAlive()) {
      handle.destroy();
      if (!awaitEnd(patience)) {
        kill();
      }
    }
  }

  /** Ends the process at once, as {@code kill -9} does, and waits until it has gone. */
  public void kill() {
    if (isAlive()) {
      handle.destroyForcibly();
      if (!awaitEnd(Duration.ofSeconds(30))) {
        throw new IllegalStateException(name + " (process " + pid() + ") cannot be ended.");
      }
    }
  }

  private boolean awaitEnd(Duration patience) {
    return Waiting.until(patience, this::hasEnded);
  }

  // A dead process keeps its id until its parent has waited for it. Its ports and locks are free
  // when its first thread is a zombie and the only one.
  private boolean hasEnded() {
    if (!handle.isAlive()) {
      return true;
    }
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(pid()), "stat"));
      return ZOMBIE.matcher(stat.substring(stat.lastIndexOf(')') + 1)).lookingAt();
    } catch (IOException otherThanLinux) {
      return false;
    }
  }

  /** The log of the process. */
  public Path log() {
    return file(directory, "logs", name, "log");
  }

  @Override
  public String toString() {
    return name + " (process " + pid() + ")";
  }

  private String explanation() {
    StringBuilder text = new StringBuilder();
    for (String extension : List.of("out", "log")) {
      Path file = file(directory, "logs", name, extension);
      String tail = tail(file);
      if (!tail.isBlank()) {
        text.append("\nThe end of ").append(file).append(":\n").append(tail.indent(4));
      }
    }
    return text.toString();
  }

  private static String tail(Path file) {
    try (RandomAccessFile end = new RandomAccessFile(file.toFile(), "r")) {
      byte[] bytes = new byte[(int) Math.min(TAIL_BYTES, end.length())];
      end.seek(end.length() - bytes.length);
      end.readFully(bytes);
      List<String> lines =
          new String(bytes, StandardCharsets.UTF_8)
              .lines()
              .filter(line -> !NATIVE_FRAME.matcher(line).matches())
              .toList();
      return lines.stream()
          .skip(Math.max(0, lines.size() - TAIL_LINES))
          .map(line -> line.substring(0, Math.min(TAIL_LINE_CHARACTERS, line.length())))
          .collect(Collectors.joining("\n"));
    } catch (IOException unreadable) {
      return "";
    }
  }
}
