package dev.scriptanalytics.testkit.ledger;

/** How a run of the samples ends. The test kit has its own words, apart from those of the job. */
public enum RunStatus {
  IN_PROGRESS("In Progress"),
  SUCCESS("Success"),
  FAILED("Failed");

  private final String word;

  RunStatus(String word) {
    this.word = word;
  }

  /** As the column {@code status} spells it. */
  public String word() {
    return word;
  }
}
