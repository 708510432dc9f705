package dev.scriptanalytics.decode.otlp;

import dev.scriptanalytics.decode.EventLimits;
import dev.scriptanalytics.row.LogEntry;

/** The run that a log entry or a span belongs to, as its attributes describe it. */
final class OtlpRun {
  /** The largest UInt32. */
  private static final long MAX_VERSION = 0xFFFF_FFFFL;

  final byte[] account;

  /** Empty if the item belongs to no run. */
  final byte[] id;

  final byte[] script;

  /** A UInt32; 0 if unknown. */
  final int deploymentVersion;

  final byte[] deploymentId;
  final byte[] function;
  final byte[] sourceType;

  /**
   * Takes the attributes of the run.
   *
   * @param otherFunction the function if no attribute names it
   */
  OtlpRun(OtlpAttributes attributes, byte[] otherFunction) {
    this(attributes, account(attributes), id(attributes), otherFunction);
  }

  /** Takes the other attributes of a run whose account and id are known. */
  OtlpRun(OtlpAttributes attributes, byte[] account, byte[] id, byte[] otherFunction) {
    this.account = account;
    this.id = id;
    script = attributes.take("faas.name", "service.name");
    byte[] version = attributes.take("faas.version");
    deploymentVersion = number(version);
    // A version that is not a number still identifies the deployment.
    deploymentId =
        deploymentVersion == 0 && version.length > 0 ? version : attributes.take("deployment_id");
    function = or(attributes.take("code.function.name", "code.function"), otherFunction);
    sourceType = attributes.take("faas.trigger");
  }

  /** The account that the attributes name, or the default one. */
  static byte[] account(OtlpAttributes attributes) {
    return or(attributes.take("account"), OtlpValues.utf8(EventLimits.DEFAULT_ACCOUNT));
  }

  /** The run id; empty if the attributes name no invocation. */
  static byte[] id(OtlpAttributes attributes) {
    // The second is the former name in the semantic conventions.
    return attributes.take("faas.invocation_id", "faas.execution");
  }

  /** Copies everything into an entry of the run. */
  void copyTo(LogEntry entry) {
    entry.account = account;
    entry.runId = id;
    entry.script = script;
    entry.deploymentVersion = deploymentVersion;
    entry.deploymentId = deploymentId;
    entry.function = function;
    entry.sourceType = sourceType;
  }

  private static byte[] or(byte[] text, byte[] otherwise) {
    return text.length > 0 ? text : otherwise;
  }

  /** A version number, which is unsigned; 0 if the text is not one. */
  private static int number(byte[] digits) {
    long number = 0;
    for (byte digit : digits) {
      if (digit < '0' || digit > '9') {
        return 0;
      }
      number = number * 10 + digit - '0';
      if (number > MAX_VERSION) {
        return 0;
      }
    }
    return (int) number;
  }
}
