package dev.scriptanalytics.local.stack;

/**
 * The ports that users of the local stack connect to; the environment variable of the same name
 * moves one.
 */
enum StackPort {
  CLICKHOUSE_HTTP_PORT(8123, Stack.CLICKHOUSE, "ClickHouse serves HTTP"),
  CLICKHOUSE_TCP_PORT(9000, Stack.CLICKHOUSE, "ClickHouse speaks its native protocol"),
  KAFKA_PORT(9092, Stack.KAFKA, "Kafka serves its clients"),
  FLINK_REST_PORT(8081, Stack.JOB_MANAGER, "Flink serves its web page"),
  API_PORT(8080, Stack.API, "the API server answers");

  private final int standard;
  private final String process;
  private final String purpose;

  StackPort(int standard, String process, String purpose) {
    this.standard = standard;
    this.process = process;
    this.purpose = purpose;
  }

  /** The port unless the environment names another. */
  int standard() {
    return standard;
  }

  /** The process that listens on it. */
  String process() {
    return process;
  }

  /** Its use, as a clause. */
  String purpose() {
    return purpose;
  }
}
