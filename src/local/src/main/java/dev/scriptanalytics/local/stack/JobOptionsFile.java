package dev.scriptanalytics.local.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The properties file with the options of a local stack's job. It is a file so that a user who
 * submits the job by hand uses the same options. It is written once, and the user may change it.
 */
final class JobOptionsFile {

  // The email pattern only matches the sample's addresses, because a comparison after a replay
  // expects messages as they were sent. Addresses and the secret come from the client's
  // environment.
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

  /** The file of the stack in the directory, which is written if it is missing. */
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
