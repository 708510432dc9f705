package dev.scriptanalytics.local;

import dev.scriptanalytics.testkit.command.Commands;
import dev.scriptanalytics.testkit.command.KafkaOptions;
import dev.scriptanalytics.testkit.command.TopicOptions;
import dev.scriptanalytics.testkit.kafka.EventSender;
import dev.scriptanalytics.testkit.sample.Delivery;
import dev.scriptanalytics.testkit.sample.RunGenerator;
import dev.scriptanalytics.testkit.sample.SampleStream;
import dev.scriptanalytics.testkit.sample.Topic;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Fills the topics with made-up runs and their logs: first a past, then in real time. */
@Command(
    name = "sample-producer",
    description = "Sends made-up runs and their log entries to Kafka until it is stopped.")
public final class SampleProducer implements Callable<Integer> {
  private final PrintStream messages;

  @Spec private CommandSpec spec;
  @Mixin private KafkaOptions kafka;
  @Mixin private TopicOptions topics;

  @Option(
      names = "--otlp-spans-topic",
      paramLabel = "NAME",
      defaultValue = "otlp_spans",
      description = "the topic of OpenTelemetry's spans; default ${DEFAULT-VALUE}")
  private String otlpSpansTopic;

  @Option(
      names = "--rate",
      paramLabel = "EVENTS_PER_SECOND",
      defaultValue = "50",
      description =
          "events of runs, on average over a day; log entries come on top; default ${DEFAULT-VALUE}")
  private double rate;

  @Option(
      names = "--history",
      paramLabel = "DURATION",
      defaultValue = "2h",
      description = "how far back the runs begin: these are sent at once; default ${DEFAULT-VALUE}")
  private Duration history;

  @Option(
      names = "--count",
      paramLabel = "RECORDS",
      defaultValue = "0",
      description = "ends after so many records; default 0: never")
  private long count;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "default ${DEFAULT-VALUE}; another seed gives other runs")
  private long seed;

  @Option(
      names = "--from",
      paramLabel = "ISO_TIME",
      description = "begins there instead of --history ago: same seed, start and rate, same bytes")
  private Instant from;

  private SampleProducer(PrintStream messages) {
    this.messages = messages;
  }

  public static void main(String[] args) {
    CountDownLatch finished = new CountDownLatch(1);
    Thread main = Thread.currentThread();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(main, finished)));
    int exitCode;
    try {
      exitCode = Commands.run(new SampleProducer(System.err), System.out, System.err, args);
    } finally {
      finished.countDown();
    }
    if (exitCode != 0) {
      System.exit(exitCode);
    }
  }

  /** Gives the main thread time to send the records that it has begun with. */
  private static void stop(Thread main, CountDownLatch finished) {
    main.interrupt();
    try {
      boolean unused = finished.await(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public Integer call() throws IOException {
    if (!(rate > 0 && rate <= 1e6)) {
      throw new ParameterException(
          spec.commandLine(), "--rate must be above 0 and at most 1,000,000");
    }
    try {
      produce();
    } catch (InterruptedException e) {
      // The process is being stopped; closing the sender has sent the records that Kafka was given.
    }
    return 0;
  }

  private void produce() throws IOException, InterruptedException {
    Instant begin = from == null ? Instant.now().minus(history) : from;
    SampleStream stream = new SampleStream(RunGenerator.ofUsableRuns(seed, begin, rate));
    Map<Topic, String> names = topics.names();
    names.put(Topic.OTLP_SPANS, otlpSpansTopic);
    try (EventSender sender = new EventSender(kafka.bootstrapServers(), names, messages)) {
      boolean past = true;
      for (long sent = 0; count == 0 || sent < count; sent++) {
        Delivery delivery = stream.next();
        long ahead = delivery.at() - System.currentTimeMillis();
        if (ahead > 0) {
          if (past) {
            messages.printf("Sent %,d records of the past; from now on as they occur.%n", sent);
            past = false;
          }
          Thread.sleep(ahead);
        }
        sender.send(delivery);
      }
      sender.flush();
    }
  }
}
