package dev.scriptanalytics.redact;

/**
 * A text with a limited number of reads, which is the only way to stop a regular expression that
 * backtracks without end.
 */
final class BudgetedText implements CharSequence {
  /** Says that the budget is used up. */
  static final class ExhaustedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private ExhaustedException() {
      super(null, null, false, false);
    }
  }

  private final String text;
  private long left;

  BudgetedText(String text) {
    this.text = text;
  }

  /** Sets the number of characters that may still be read. */
  void allow(long reads) {
    left = reads;
  }

  long left() {
    return left;
  }

  @Override
  public char charAt(int index) {
    if (--left < 0) {
      throw new ExhaustedException();
    }
    return text.charAt(index);
  }

  @Override
  public int length() {
    return text.length();
  }

  @Override
  public CharSequence subSequence(int start, int end) {
    return text.subSequence(start, end);
  }

  @Override
  public String toString() {
    return text;
  }
}
