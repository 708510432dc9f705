package dev.scriptanalytics.decode;

/**
 * Who sent what cannot be used, as far as the record tells.
 *
 * @param account the account that the event would have belonged to; empty if it is unknown
 * @param resource of an item of OTLP, the attributes of its resource as a JSON object; else empty
 */
public record Sender(String account, String resource) {
  /** Nobody knows: what may name the account cannot be read. */
  public static final Sender UNKNOWN = new Sender("", "");

  /** The sender of an event that names no account. */
  static final Sender DEFAULT = new Sender(EventLimits.DEFAULT_ACCOUNT, "");
}
