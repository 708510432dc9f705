package dev.scriptanalytics.event;

import java.util.Locale;

/**
 * Why a record could not be used; the word stands in {@code dead_letters.reason} and in metrics.
 */
public enum DeadLetterReason {
  /** No bytes at all (a Kafka tombstone). */
  EMPTY,
  /** Not one well-formed JSON object. */
  NOT_JSON,
  /** Neither JSON nor a well-formed Protocol Buffers message of OTLP. */
  NOT_PROTOBUF,
  /** Bytes that are not UTF-8. */
  NOT_UTF8,
  /** A required field is absent, null or empty. */
  MISSING_FIELD,
  /** A field has another JSON type than it must have. */
  WRONG_TYPE,
  /** A field has the right type and an impossible value. */
  BAD_VALUE,
  /** A time before 1970. */
  NEGATIVE_TIME,
  /** Older than {@code event.max-age}, counted from its arrival. */
  TOO_OLD,
  /** Further ahead of its arrival than {@code event.max-ahead}. */
  TOO_FAR_AHEAD,
  /** More bytes than {@code event.max-bytes}. */
  TOO_LARGE,
  /** An end that differs from the run's first end in status or response time. */
  CONTRADICTING_END,
  /** An end that came after the run had failed by {@code run.timeout}. */
  END_AFTER_TIMEOUT,
  /** A start that came when its run's end was no longer kept, so that they could not be merged. */
  LATE_START;

  private final String word = name().toLowerCase(Locale.ROOT);

  /** The reason as it is written, in lower case. */
  public String word() {
    return word;
  }
}
