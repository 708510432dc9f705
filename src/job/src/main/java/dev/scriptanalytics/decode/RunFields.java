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

    private final List<String> names;

    Field(String... others) {
      names = EventField.namesOf(this, others);
    }

    @Override
    public List<String> names() {
      return names;
    }
  }

  /** The fields of {@code error}. */
  enum ErrorField implements EventField {
    CODE("error_code"),
    MESSAGE("error_message"),
    STACK_TRACE;

    private final List<String> names;

    ErrorField(String... others) {
      names = EventField.namesOf(this, others);
    }

    @Override
    public List<String> names() {
      return names;
    }
  }

  /** The fields of {@code resources}. */
  enum ResourceField implements EventField {
    MEMORY_BYTES,
    CPU_MS,
    GPU_PERCENT,
    COLD_START;

    private final List<String> names = EventField.namesOf(this);

    @Override
    public List<String> names() {
      return names;
    }
  }

  private RunFields() {}
}
