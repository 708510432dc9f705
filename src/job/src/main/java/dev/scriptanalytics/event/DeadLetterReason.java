package dev.scriptanalytics.event;

import java.util.Locale;

/**
 * Why a record could not be used; {@code dead_letters.reason} and metrics show the {@link #word}.
 */
public enum DeadLetterReason {
  /** A value without bytes. A null value, Kafka's tombstone, is ignored. */
  EMPTY,
  /** Not one well-formed JSON object. */
  NOT_JSON,
  /** Neither JSON nor a well-formed OTLP message in Protocol Buffers. */
  NOT_PROTOBUF,
  /** Not UTF-8. */
  NOT_UTF8,
  /** A required field is absent, null or empty. */
  MISSING_FIELD,
  /** A field has the wrong JSON type. */
  WRONG_TYPE,
  /** A field has the right type and an impossible value. */
  BAD_VALUE,
  /** A time before 1970. */
  NEGATIVE_TIME,
  /** More than {@code event.max-age}, or its account's retention, before its arrival. */
  TOO_OLD,
  /** More than {@code event.max-ahead} after its arrival. */
  TOO_FAR_AHEAD,
  /** Larger than {@code event.max-bytes}. */
  TOO_LARGE,
  /**
   * A start of another script, another deployment or another time than is known of its run. A run
   * id belongs to one run.
   */
  CONTRADICTING_START,
  /**
   * An end of another script, another deployment or another start than is known of its run, or with
   * another status, end or response time than the run's first end.
   */
  CONTRADICTING_END,
  /** An end that arrived after the run had failed by {@code run.timeout}. */
  END_AFTER_TIMEOUT,
  /** A start that arrived too late to be merged: its run's end is not kept so long. */
  LATE_START;

  private final String word = name().toLowerCase(Locale.ROOT);

  /** The reason in lower case. */
  public String word() {
    return word;
  }
}
