package dev.scriptanalytics.decode;

import dev.scriptanalytics.event.DeadLetterReason;

/**
 * A record that cannot be used, and why. It ends as a dead letter and never stops the job.
 *
 * <p>Without a stack trace, because a flood of bad records must not cost more than good ones.
 */
public final class UnusableRecordException extends Exception {
  private static final long serialVersionUID = 1;
  private static final int MAX_DETAIL = 500;

  private final DeadLetterReason reason;

  /**
   * With one sentence for a person about what was wrong.
   *
   * @param detail cut after 500 characters
   */
  public UnusableRecordException(DeadLetterReason reason, String detail) {
    super(
        detail.length() <= MAX_DETAIL ? detail : detail.substring(0, MAX_DETAIL) + "…",
        null,
        false,
        false);
    this.reason = reason;
  }

  public DeadLetterReason reason() {
    return reason;
  }
}
