package dev.scriptanalytics.decode;

import dev.scriptanalytics.event.DeadLetterReason;
import dev.scriptanalytics.redact.Redactor;

/**
 * Says that a record or item cannot be used, and why. It becomes a dead letter and never stops the
 * job.
 *
 * <p>It has no stack trace, because a flood of bad records must not cost more than good ones.
 */
public final class UnusableRecordException extends Exception {
  private static final long serialVersionUID = 1;
  private static final int MAX_DETAIL = 500;
  private static final int MAX_VALUE = 100;

  private final DeadLetterReason reason;
  private final String sentence;

  /** The value that ends the sentence; null for none. */
  private final String value;

  private final Sender sender;

  /**
   * With one sentence that tells a person what is wrong.
   *
   * @param detail cut after 500 characters
   */
  public UnusableRecordException(DeadLetterReason reason, String detail) {
    this(reason, detail, null, Sender.UNKNOWN);
  }

  /**
   * With one sentence that tells a person what is wrong, and the wrong value.
   *
   * @param detail the sentence up to the value, cut after 500 characters
   * @param value the whole value, so that it can be masked; cut after 100 characters
   */
  UnusableRecordException(DeadLetterReason reason, String detail, String value) {
    this(reason, detail, value, Sender.UNKNOWN);
  }

  private UnusableRecordException(
      DeadLetterReason reason, String detail, String value, Sender sender) {
    super(shown(detail, value), null, false, false);
    this.reason = reason;
    this.sentence = detail;
    this.value = value;
    this.sender = sender;
  }

  /** The same problem of a record or item that was sent by somebody who is known. */
  public UnusableRecordException from(Sender known) {
    return new UnusableRecordException(reason, sentence, value, known);
  }

  public DeadLetterReason reason() {
    return reason;
  }

  /** Who sent the record or item; {@link Sender#UNKNOWN} unless a decoder said so. */
  public Sender sender() {
    return sender;
  }

  /** The sentence and the value, masked. */
  String detail(Redactor redactor) {
    return redactor.isActive()
        ? shown(redactor.text(sentence), value == null ? null : redactor.text(value))
        : getMessage();
  }

  private static String shown(String sentence, String value) {
    String detail = cut(sentence, MAX_DETAIL);
    return value == null ? detail : detail + '"' + cut(value, MAX_VALUE) + '"';
  }

  private static String cut(String text, int length) {
    return text.length() <= length ? text : text.substring(0, length) + "…";
  }
}
