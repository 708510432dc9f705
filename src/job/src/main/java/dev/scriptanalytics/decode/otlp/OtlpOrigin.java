package dev.scriptanalytics.decode.otlp;

import static dev.scriptanalytics.event.DeadLetterReason.BAD_VALUE;

import dev.scriptanalytics.decode.UnusableRecordException;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import java.util.List;

/**
 * Where items of OTLP come from.
 *
 * @param scope what could be read of the scope
 * @param resource what could be read of the resource
 */
record OtlpOrigin(InstrumentationScope scope, Resource resource) {
  /** No scope and no resource. */
  static final OtlpOrigin NONE =
      new OtlpOrigin(InstrumentationScope.getDefaultInstance(), Resource.getDefaultInstance());

  /** That resource, and no scope. */
  static OtlpOrigin of(Resource resource) {
    return new OtlpOrigin(InstrumentationScope.getDefaultInstance(), resource);
  }

  /** Why attributes of the resource are unknown, even their names; null if all are known. */
  UnusableRecordException resourceProblem() {
    return problem(OtlpUnreadable.problem(resource), resource.getAttributesList());
  }

  /** Why attributes of scope or resource are unknown, even their names; null if all are known. */
  UnusableRecordException problem() {
    UnusableRecordException ofScope =
        problem(OtlpUnreadable.problem(scope), scope.getAttributesList());
    return ofScope == null ? resourceProblem() : ofScope;
  }

  /**
   * Why some attributes are unknown, even their names; null if all are known.
   *
   * @param problem why the message must not be used that they are part of; null without a reason
   */
  static UnusableRecordException problem(
      UnusableRecordException problem, List<KeyValue> attributes) {
    if (problem != null) {
      return problem;
    }
    for (KeyValue attribute : attributes) {
      String name = attribute.getKey();
      boolean isNameless =
          name.equals(OtlpUnreadable.NAMELESS)
              && OtlpUnreadable.source(attribute.getValue()) != null;
      if (isNameless || name.indexOf(OtlpUnreadable.REPLACEMENT) >= 0) {
        return new UnusableRecordException(BAD_VALUE, "The name of an attribute cannot be read");
      }
    }
    return null;
  }
}
