package dev.scriptanalytics.bench.throughput;

/** What takes events from Kafka to ClickHouse. */
public interface Contender {
  /** Its name on the command line and in the tables of results. */
  String name();

  /**
   * Consumes everything from the earliest offset on, in processes that know nothing yet.
   *
   * @throws IllegalStateException if it does not come to an end
   */
  Measurement measure(LoadedTopics topics);
}
