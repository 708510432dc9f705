package dev.scriptanalytics.bench.shape;

import dev.scriptanalytics.shape.ErrorGroups;
import dev.scriptanalytics.shape.Shapes;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Measures what the shape of a message costs, and the group of an error.
 *
 * <p>The job makes a shape for every log entry, so the aim is 1 million messages per second and
 * core: 1,000 ns each.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 2,
    jvmArgs = {"-Xmx512m", "-XX:+UseParallelGC"})
public class ShapesBenchmark {
  private static final int MESSAGES = 8;

  private static final byte[] STACK =
      utf8(
          """
          java.lang.IllegalStateException: order 4711 is gone
          \tat java.base/java.util.Optional.orElseThrow(Optional.java:403)
          \tat org.springframework.web.Servlet.service(Servlet.java:897)
          \tat com.example.orders.OrderService.lambda$load$0(OrderService.java:118)
          \tat com.example.Main.main(Main.java:12)
          """);

  /** From 14 to 222 bytes, 90 on average: the sizes and values that scripts log. */
  private final byte[][] messages = {
    utf8("Server started"),
    utf8("Checked the balance of account 8812-4410 in 138.2 ms, 3 retries"),
    utf8("GET https://api.example.com/v2/orders/38101a0b-2096-447d-96ea-a692162415ae?full=1 200"),
    utf8("Received block blk_-6952295868487656571 of size 67108864 from /10.251.73.220:50010"),
    utf8("Could not read /var/lib/data/day=2025-05-14/part-00017.parquet: permission denied"),
    utf8(
        "user=jane.doe@example.com session=9f86d081884c7d65 plan=\"pro\" ids=[17, 18, 19, 20, 21]"),
    utf8("2025-05-14T06:07:27.100Z worker-3 com.example.orders.OrderService took 1,234 of 5,000"),
    utf8(
        "{\"level\":\"info\",\"event\":\"order.created\",\"order\":{\"id\":4711,\"lines\":3,"
            + "\"total\":129.95,\"currency\":\"EUR\"},\"customer\":{\"id\":\"c-8812\",\"country\":\"DE\"},"
            + "\"source\":\"10.0.12.7\",\"request\":\"9b2d7c1e-52f4-4d0f-8a53-0d6c1f2f7a11\",\"ms\":42}"),
  };

  private final byte[] longMessage =
      utf8("Processed the row of a batch with id=4711 and name \"some text\", ".repeat(50));
  private final byte[] none = {};
  private final Shapes shapes = new Shapes();
  private final ErrorGroups groups = new ErrorGroups();

  /** Makes the shapes of typical messages; the time is for one. */
  @Benchmark
  @OperationsPerInvocation(MESSAGES)
  public long typicalMessages() {
    long sum = 0;
    for (byte[] message : messages) {
      shapes.of(message, 0, message.length);
      sum += shapes.hash();
    }
    return sum;
  }

  /** Makes the shape of a line that is longer than what is read of it. */
  @Benchmark
  public long longMessage() {
    shapes.of(longMessage, 0, longMessage.length);
    return shapes.hash();
  }

  /** Makes the group of an error with a stack trace. */
  @Benchmark
  public long errorGroup() {
    return groups.of(none, STACK, none);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
