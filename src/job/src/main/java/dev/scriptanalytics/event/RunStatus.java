package dev.scriptanalytics.event;

/** The state of a run. */
public enum RunStatus {
  IN_PROGRESS(1, "In Progress"),
  SUCCESS(2, "Success"),
  FAILED(3, "Failed");

  private static final RunStatus[] BY_CODE = {null, IN_PROGRESS, SUCCESS, FAILED};

  private final int code;
  private final String word;

  RunStatus(int code, String word) {
    this.code = code;
    this.word = word;
  }

  /** The value of ClickHouse's {@code Enum8} and of serialized state; never changes. */
  public int code() {
    return code;
  }

  /** The word in every row and view. */
  public String word() {
    return word;
  }

  /** The status with this {@link #code}. */
  public static RunStatus ofCode(int code) {
    return BY_CODE[code];
  }
}
