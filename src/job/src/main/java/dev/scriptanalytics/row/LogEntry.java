package dev.scriptanalytics.row;

import dev.scriptanalytics.event.LogLevel;
import java.util.ArrayList;
import java.util.List;

/**
 * The values of a log entry, to be written as a row of {@code logs}.
 *
 * <p>Texts are UTF-8 and never null: {@link #NONE} stands for a missing text. Reusable for entry
 * after entry ({@link #reset}), not thread-safe.
 */
public final class LogEntry {
  /** An empty text. */
  public static final byte[] NONE = {};

  /** The time of logging, in microseconds since 1970. */
  public long timestamp;

  public LogLevel level;

  /** The producer's word for the level. */
  public byte[] originalLevel;

  public byte[] message;
  public byte[] account;
  public byte[] script;
  public byte[] logId;
  public byte[] runId;

  /** 0 if unknown. */
  public int deploymentVersion;

  public byte[] deploymentId;
  public byte[] function;
  public byte[] source;
  public byte[] sourceType;
  public byte[] requestId;

  /** The duration of the logged operation, in milliseconds; NaN if unknown. */
  public double durationMillis;

  /** Memory in use, in bytes; negative if unknown. */
  public long memoryBytes;

  /** Utilization of the GPU, in percent; NaN if unknown. */
  public double gpuPercent;

  public byte[] errorCode;

  /** One frame per line. */
  public byte[] stackTrace;

  /** A JSON object, or empty. */
  public byte[] metadata;

  public byte[] traceId;
  public byte[] spanId;

  /** A JSON object of the fields without a column, or empty. */
  public byte[] extra;

  /** The line of captured output, counted from 1; 0 for any other entry. */
  public int line;

  /** The place among entries of the same time; entries of one Kafka partition come in its order. */
  public long sequence;

  /** The hash of the message's shape; 0 if the message says nothing. */
  public long shape;

  /** The hash of what groups an error with others; 0 if the entry is no error. */
  public long errorGroup;

  /** {@code stdout} or {@code stderr} for captured output; empty for any other entry. */
  public byte[] stream;

  /** For how many days the row lives. */
  public int retentionDays;

  /** The names of the columns that were cut. */
  public final List<String> truncated = new ArrayList<>();

  /** The names of the columns in which something was masked. */
  public final List<String> redacted = new ArrayList<>();

  public LogEntry() {
    reset();
  }

  /** Resets every value to unknown or empty. */
  public void reset() {
    timestamp = 0;
    level = LogLevel.INFO;
    originalLevel = NONE;
    message = NONE;
    account = NONE;
    script = NONE;
    logId = NONE;
    runId = NONE;
    deploymentVersion = 0;
    deploymentId = NONE;
    function = NONE;
    source = NONE;
    sourceType = NONE;
    requestId = NONE;
    durationMillis = Double.NaN;
    memoryBytes = -1;
    gpuPercent = Double.NaN;
    errorCode = NONE;
    stackTrace = NONE;
    metadata = NONE;
    traceId = NONE;
    spanId = NONE;
    extra = NONE;
    line = 0;
    sequence = 0;
    shape = 0;
    errorGroup = 0;
    stream = NONE;
    retentionDays = 0;
    truncated.clear();
    redacted.clear();
  }

  /** Writes the row of {@code logs} in RowBinary, in the order of {@link LogRow#COLUMNS}. */
  public void writeTo(int version, RowBinaryBuffer out) {
    LogRow.writeFixed(
        version,
        false,
        level,
        deploymentVersion,
        timestamp,
        line,
        sequence,
        shape,
        errorGroup,
        retentionDays,
        out);
    out.string(account);
    out.string(script);
    out.string(logId);
    out.string(runId);
    out.string(deploymentId);
    out.string(function);
    out.string(stream);
    out.string(originalLevel);
    out.string(message);
    out.string(source);
    out.string(sourceType);
    out.string(requestId);
    out.nullableFloat64(durationMillis);
    out.nullableInt64(memoryBytes, memoryBytes >= 0);
    out.nullableFloat64(gpuPercent);
    out.string(errorCode);
    out.string(stackTrace);
    out.string(metadata);
    out.string(traceId);
    out.string(spanId);
    LogRow.writeNames(truncated, out);
    LogRow.writeNames(redacted, out);
    out.string(extra);
  }
}
