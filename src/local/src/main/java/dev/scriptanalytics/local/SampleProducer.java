package dev.scriptanalytics.local;

import dev.scriptanalytics.testkit.command.CommandLine;
import dev.scriptanalytics.testkit.command.CommandLine.BadArgument;
import dev.scriptanalytics.testkit.command.LocalKafka;
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
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Fills the topics with made-up runs and their logs: first a past, then as time goes by. */
public final class SampleProducer {
  private static final String USAGE =
      """
      Sends made-up runs and what they log to Kafka, for as long as it runs.
        --bootstrap-servers HOST:PORT  default 127.0.0.1:$KAFKA_PORT, that is 9092
        --topic NAME                   of the runs; default script-runs
        --logs-topic NAME              default script-logs
        --otlp-logs-topic NAME         default otlp_logs
        --otlp-spans-topic NAME        default otlp_spans
        --rate EVENTS_PER_SECOND       of runs, on average over a day; logs come on top; default 50
        --history DURATION             how far back the runs begin: these are sent at once; default 2h
        --count RECORDS                ends after so many; default 0: never
        --seed N                       default 1; another seed gives other runs
        --from ISO_TIME                begins there instead of --history ago: same seed, start and
                                       rate, same bytes
      """;

  private final CommandLine options;
  private final PrintStream messages;

  private SampleProducer(CommandLine options, PrintStream messages) {
    this.options = options;
    this.messages = messages;
  }

  public static void main(String[] args) {
    CountDownLatch finished = new CountDownLatch(1);
    Thread main = Thread.currentThread();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(main, finished)));
    int status = run(args, finished);
    if (status != 0) {
      System.exit(status);
    }
  }

  private static int run(String[] args, CountDownLatch finished) {
    try {
      Set<String> valued =
          Set.of(
              "--bootstrap-servers",
              "--topic",
              "--logs-topic",
              "--otlp-logs-topic",
              "--otlp-spans-topic",
              "--rate",
              "--history",
              "--count",
              "--seed",
              "--from");
      CommandLine options = CommandLine.parse(args, valued, Set.of("--help"));
      options.expectNoOthers();
      if (options.has("--help")) {
        System.out.print(USAGE);
      } else {
        new SampleProducer(options, System.err).produce();
      }
      return 0;
    } catch (BadArgument e) {
      System.err.println("sample producer: " + e.getMessage() + "; see --help");
      return 2;
    } catch (IOException e) {
      System.err.println("sample producer: " + e.getMessage());
      return 1;
    } catch (InterruptedException e) {
      // Somebody ended the process: what was handed to Kafka has been given its time.
      return 0;
    } finally {
      finished.countDown();
    }
  }

  /** Lets the main thread send what it has begun with. */
  private static void stop(Thread main, CountDownLatch finished) {
    main.interrupt();
    try {
      boolean unused = finished.await(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void produce() throws BadArgument, IOException, InterruptedException {
    Duration history = options.duration("--history", Duration.ofHours(2));
    Instant from = options.instant("--from", Instant.now().minus(history));
    double rate = options.number("--rate", 50);
    if (rate == 0 || rate > 1e6) {
      throw new BadArgument("--rate must be above 0 and at most 1,000,000");
    }
    long count = options.integer("--count", 0);
    SampleStream stream =
        new SampleStream(new RunGenerator(options.integer("--seed", 1), from, rate));
    try (EventSender sender =
        new EventSender(
            LocalKafka.bootstrapServers(options),
            Map.of(
                Topic.RUNS,
                options.text("--topic", Topic.RUNS.usualName()),
                Topic.LOGS,
                options.text("--logs-topic", Topic.LOGS.usualName()),
                Topic.OTLP_LOGS,
                options.text("--otlp-logs-topic", Topic.OTLP_LOGS.usualName()),
                Topic.OTLP_SPANS,
                options.text("--otlp-spans-topic", Topic.OTLP_SPANS.usualName())),
            messages)) {
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
