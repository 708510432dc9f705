package dev.scriptanalytics.decode;

import java.util.List;

/** The fields of a run event and of the objects within it. */
final class RunFields {
  /** The fields of the event itself. */
  enum Field implements EventField {
    ACCOUNT,
    RUN_ID("job_id"),
    ATTEMPT,
    SCRIPT("endpoint_id"),
    DEPLOYMENT_ID,
    DEPLOYMENT_VERSION,
    FUNCTION,
    STATUS,
    STARTED_AT,
    ENDED_AT,
    RESPONSE_TIME_MS,
    SOURCE_TYPE,
    SOURCE,
    INPUT,
    OUTPUT,
    ERROR,
    STDOUT,
    STDERR,
    TRACE_ID,
    PHASES,
    RESOURCES;

    private final String otherName;

    Field() {
      this("");
    }

    Field(String otherName) {
      this.otherName = otherName;
    }

    @Override
    public List<String> otherNames() {
      return List.of(otherName);
    }
  }

  /** The fields of {@code error}. */
  enum ErrorField implements EventField {
    CODE("error_code"),
    MESSAGE("error_message"),
    STACK_TRACE;

    private final String otherName;

    ErrorField() {
      this("");
    }

    ErrorField(String otherName) {
      this.otherName = otherName;
    }

    @Override
    public List<String> otherNames() {
      return List.of(otherName);
    }
  }

  /** The fields of {@code resources}. */
  enum ResourceField implements EventField {
    MEMORY_BYTES,
    CPU_MS,
    GPU_PERCENT,
    COLD_START
  }

  private RunFields() {}
}
