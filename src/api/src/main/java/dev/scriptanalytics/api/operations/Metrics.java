package dev.scriptanalytics.api.operations;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.Set;
import java.util.function.Supplier;

/** What Prometheus reads at {@code /metrics}. No metric names a user, an account or a script. */
public final class Metrics implements AutoCloseable {
  /** The content type of {@link #text}. */
  public static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "DELETE", "OPTIONS");
  private static final Duration[] BUCKETS = {
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(25),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(250),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofMillis(2500),
    Duration.ofSeconds(5),
    Duration.ofSeconds(10),
    Duration.ofSeconds(30)
  };

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics garbageCollection = new JvmGcMetrics();
  private final Meter.MeterProvider<Timer> requests =
      Timer.builder("script.analytics.api.requests")
          .description("Requests and how long they took, until the end of the answer")
          .serviceLevelObjectives(BUCKETS)
          .withRegistry(registry);

  public Metrics() {
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    garbageCollection.bindTo(registry);
  }

  /** Shows a number that is asked for at each reading. */
  public void show(String name, String description, Supplier<Number> value) {
    Gauge.builder("script.analytics.api." + name, value)
        .description(description)
        .register(registry);
  }

  void answered(String method, String route, int status, Duration duration) {
    requests
        .withTags(
            "method",
            // A client may send any word, and each would be a time series.
            METHODS.contains(method) ? method : "other",
            "route",
            route,
            "status",
            Integer.toString(status))
        .record(duration);
  }

  /** All metrics in Prometheus's text format. */
  public String text() {
    return registry.scrape();
  }

  @Override
  public void close() {
    garbageCollection.close();
    registry.close();
  }
}
