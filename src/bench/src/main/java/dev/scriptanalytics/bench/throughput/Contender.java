package dev.scriptanalytics.bench.throughput;

/** What takes events from Kafka to ClickHouse. */
public interface Contender {
  /** As the table of results calls it. */
  String name();

  /**
   * Consumes everything from the earliest offset on, in processes that know nothing yet.
   *
   * @throws IllegalStateException if it does not come to an end
   */
  Measurement measure(LoadedTopics topics);
}
