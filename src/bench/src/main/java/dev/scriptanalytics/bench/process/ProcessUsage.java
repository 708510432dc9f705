package dev.scriptanalytics.bench.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a process of this machine has used so far, as Linux says in {@code /proc}. */
public final class ProcessUsage {
  private static final Pattern COMPILER = Pattern.compile("C[12] Compiler");

  private ProcessUsage() {}

  /** The processor time of all its threads, in seconds. */
  public static double cpuSeconds(long pid) {
    return ProcessHandle.of(pid)
            .flatMap(process -> process.info().totalCpuDuration())
            .orElse(Duration.ZERO)
            .toMillis()
        / 1000.0;
  }

  /**
   * The processor time of the threads that compile for a JVM, in seconds. A server that runs for
   * long hardly compiles any more.
   */
  public static double compilerSeconds(long pid) {
    try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
      return threads.mapToLong(ProcessUsage::compilerNanos).sum() / 1e9;
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot see what process " + pid + " uses.", e);
    }
  }

  private static long compilerNanos(Path thread) {
    try {
      return COMPILER.matcher(Files.readString(thread.resolve("comm"))).lookingAt()
          ? Long.parseLong(Files.readString(thread.resolve("schedstat")).split(" ", -1)[0])
          : 0;
    } catch (IOException ended) {
      return 0;
    }
  }

  /** The most memory that it ever had in RAM, in megabytes. */
  public static long peakMegabytes(long pid) {
    return megabytes(pid, "VmHWM:");
  }

  /** The memory that it has in RAM now, in megabytes. */
  public static long residentMegabytes(long pid) {
    return megabytes(pid, "VmRSS:");
  }

  private static long megabytes(long pid, String field) {
    try {
      return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
          .filter(line -> line.startsWith(field))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot see what process " + pid + " uses.", e);
    }
  }
}
