package dev.scriptanalytics.bench.json;

import dev.scriptanalytics.json.JsonSyntaxException;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Compares the job's JSON scanner with Jackson's streaming parser and with Jackson's databind.
 *
 * <p>Each reads the fields of a run event and copies their values, UTF-8 texts, numbers and nested
 * documents, into one buffer, as the job does for a row.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 2,
    jvmArgs = {"-Xmx512m", "-XX:+UseParallelGC"})
public class JsonScannerBenchmark {
  /** The event that is read. */
  @Param({"TYPICAL", "LARGE"})
  public RunEventSample event;

  private final ScannerReader scanner = new ScannerReader();
  private final StreamingReader streaming = new StreamingReader();
  private final DatabindReader databind = new DatabindReader();
  private final FieldBuffer buffer = new FieldBuffer();
  private byte[] json;

  /** Passes its arguments on to JMH. */
  public static void main(String[] args) throws IOException {
    org.openjdk.jmh.Main.main(args);
  }

  /** Makes the event's bytes. */
  @Setup
  public void prepare() {
    json = event.json();
  }

  /** Reads with the job's scanner. */
  @Benchmark
  public int jobScanner() throws JsonSyntaxException {
    return scanner.read(json, buffer);
  }

  /** Reads with Jackson's streaming parser. */
  @Benchmark
  public int jacksonStreaming() throws IOException {
    return streaming.read(json, buffer);
  }

  /** Reads with Jackson's databind, into an object. */
  @Benchmark
  public int jacksonDatabind() throws IOException {
    return databind.read(json, buffer);
  }
}
