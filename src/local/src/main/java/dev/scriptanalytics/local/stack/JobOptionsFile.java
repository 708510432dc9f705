package dev.scriptanalytics.local.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The properties file with which the job of a local stack is submitted: a file, so that whoever
 * submits the job by hand does it with the same options. It is written once, and its owner's to
 * change from then on.
 */
final class JobOptionsFile {

  // The email pattern is for the sample's addresses alone: what is replayed is to be found as it
  // was sent. Addresses and the secret come from the environment of whoever submits.
  private static final String TEXT =
      """
      # The options of this local stack's job, beside their defaults. deploy/local/up submits it with them, and
      # so must you (OPERATIONS.md): without its redact.patterns a job writes in clear what another has masked.
      # Written once, and yours to change; deploy/flink/script-analytics.properties explains every option.

      kafka.bootstrap.servers=${KAFKA_BOOTSTRAP_SERVERS}
      otlp.logs.topics=%s
      otlp.spans.topics=%s

      clickhouse.url=${CLICKHOUSE_URL}
      clickhouse.password=${CLICKHOUSE_PASSWORD}

      redact.patterns.email=\\\\b[\\\\w.%%+-]{1,64}@example\\\\.(?:com|net|org)\\\\b
      """
          .formatted(Stack.OTLP_LOGS_TOPIC, Stack.OTLP_SPANS_TOPIC);

  private JobOptionsFile() {}

  /** The file of the stack in the directory, which is written if it is not there. */
  static Path in(Path home) {
    Path file = home.resolve("script-analytics.properties");
    if (!Files.exists(file)) {
      try {
        Files.writeString(file, TEXT);
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot write " + file + ".", e);
      }
    }
    return file;
  }
}
