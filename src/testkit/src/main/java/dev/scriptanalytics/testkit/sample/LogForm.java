package dev.scriptanalytics.testkit.sample;

import java.util.List;

/** The forms in which platforms send log entries. */
public enum LogForm {
  /** A native entry. */
  NATIVE(Topic.LOGS) {
    @Override
    public byte[] write(List<SampleLog> batch, LogEventWriter writer) {
      return writer.nativeEntry(only(batch));
    }
  },
  /** An entry of the endpoints' logs API. */
  ENDPOINT(Topic.LOGS) {
    @Override
    public byte[] write(List<SampleLog> batch, LogEventWriter writer) {
      return writer.endpointEntry(only(batch));
    }
  },
  /** Entries within an answer of the endpoints' logs API, which tells their script. */
  ENDPOINT_ANSWER(Topic.LOGS) {
    @Override
    public byte[] write(List<SampleLog> batch, LogEventWriter writer) {
      return writer.endpointAnswer(batch);
    }
  },
  /** Lines of text within such an answer; they lack ids and details. */
  ENDPOINT_LINES(Topic.LOGS) {
    @Override
    public byte[] write(List<SampleLog> batch, LogEventWriter writer) {
      return writer.endpointLines(batch);
    }
  },
  /** Such a line as a record; it lacks the script and the account as well. */
  LINE(Topic.LOGS) {
    @Override
    public byte[] write(List<SampleLog> batch, LogEventWriter writer) {
      return writer.line(only(batch));
    }
  },
  /** The span that korelogger makes of an entry. */
  KORELOGGER(Topic.LOGS) {
    @Override
    public byte[] write(List<SampleLog> batch, LogEventWriter writer) {
      return writer.koreloggerSpan(only(batch));
    }
  },
  /** A batch of OpenTelemetry's logs in JSON. */
  OTLP_JSON(Topic.OTLP_LOGS) {
    @Override
    public byte[] write(List<SampleLog> batch, LogEventWriter writer) {
      return OtlpJsonWriter.write(OtlpBatches.logs(batch));
    }
  },
  /** A batch of OpenTelemetry's logs in Protocol Buffers. */
  OTLP_PROTOBUF(Topic.OTLP_LOGS) {
    @Override
    public byte[] write(List<SampleLog> batch, LogEventWriter writer) {
      return OtlpBatches.logs(batch).toByteArray();
    }
  };

  private final Topic topic;

  LogForm(Topic topic) {
    this.topic = topic;
  }

  /** Where records of this form go. */
  public Topic topic() {
    return topic;
  }

  /** Whether a record holds any number of entries, and not one. */
  public boolean batches() {
    return topic == Topic.OTLP_LOGS || this == ENDPOINT_ANSWER || this == ENDPOINT_LINES;
  }

  /** Whether it is one of the endpoints' logs API. */
  boolean isOfEndpoint() {
    return this == ENDPOINT || this == ENDPOINT_ANSWER || this == ENDPOINT_LINES || this == LINE;
  }

  /**
   * The record that tells of {@code batch}, which is one entry unless the form {@link #batches}.
   */
  public abstract byte[] write(List<SampleLog> batch, LogEventWriter writer);

  private static SampleLog only(List<SampleLog> batch) {
    if (batch.size() != 1) {
      throw new IllegalArgumentException("One entry a record, not " + batch.size());
    }
    return batch.get(0);
  }
}
