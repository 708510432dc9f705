package dev.scriptanalytics.decode.otlp;

import static dev.scriptanalytics.event.DeadLetterReason.BAD_VALUE;

import dev.scriptanalytics.decode.EventLimits;
import dev.scriptanalytics.decode.Sender;
import dev.scriptanalytics.decode.UnusableRecordException;
import dev.scriptanalytics.row.LogEntry;

/** The run that a log entry or a span belongs to, as its attributes describe it. */
final class OtlpRun {
  private static final String ACCOUNT = "account";
  private static final String INVOCATION = "faas.invocation_id";

  /** The former name in the semantic conventions. */
  private static final String EXECUTION = "faas.execution";

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
   * @throws UnusableRecordException if the account is unknown
   */
  OtlpRun(OtlpAttributes attributes, byte[] otherFunction) throws UnusableRecordException {
    this(attributes, account(attributes), id(attributes), otherFunction);
  }

  /** Takes the other attributes of a run whose account and id are known. */
  OtlpRun(OtlpAttributes attributes, byte[] account, byte[] id, byte[] otherFunction) {
    this.account = account;
    this.id = id;
    script = attributes.takeName("faas.name", "service.name");
    byte[] version = attributes.takeName("faas.version");
    deploymentVersion = number(version);
    // A version that is not a number still identifies the deployment.
    deploymentId =
        deploymentVersion == 0 && version.length > 0
            ? version
            : attributes.takeName("deployment_id");
    function = or(attributes.takeName("code.function.name", "code.function"), otherFunction);
    sourceType = attributes.takeName("faas.trigger");
  }

  /**
   * The account that the attributes name, or the default one.
   *
   * @throws UnusableRecordException if it is unknown, because what may name it cannot be read
   */
  static byte[] account(OtlpAttributes attributes) throws UnusableRecordException {
    return or(namedAccount(attributes), OtlpValues.utf8(EventLimits.DEFAULT_ACCOUNT));
  }

  /**
   * Who sent the item that the attributes belong to.
   *
   * @param isDefault whether it is of the default account if no attribute names one; else its
   *     account is unknown then
   */
  static Sender sender(OtlpAttributes attributes, boolean isDefault) {
    String account = "";
    try {
      account = OtlpValues.text(namedAccount(attributes));
      if (account.isEmpty() && isDefault) {
        account = EventLimits.DEFAULT_ACCOUNT;
      }
    } catch (UnusableRecordException unknown) {
      // What may name it cannot be read.
    }
    return new Sender(account, attributes.resource());
  }

  /** The account that the attributes name; empty if they name none. */
  private static byte[] namedAccount(OtlpAttributes attributes) throws UnusableRecordException {
    if (attributes.isUnreadable(ACCOUNT)) {
      throw new UnusableRecordException(
          BAD_VALUE, "The account is unknown: the attribute account cannot be read");
    }
    byte[] account = attributes.takeName(ACCOUNT);
    UnusableRecordException problem =
        account.length == 0 ? attributes.origin().resourceProblem() : null;
    if (problem != null) {
      throw new UnusableRecordException(
          problem.reason(),
          "The account is unknown, for the resource cannot be read: " + problem.getMessage());
    }
    if (OtlpValues.text(account).indexOf(OtlpUnreadable.REPLACEMENT) >= 0) {
      throw new UnusableRecordException(
          BAD_VALUE, "The account is unknown: a character of it cannot be read");
    }
    return account;
  }

  /** The run id; empty if the attributes name no invocation that can be read. */
  static byte[] id(OtlpAttributes attributes) {
    return unreadableId(attributes) == null
        ? attributes.takeName(INVOCATION, EXECUTION)
        : LogEntry.NONE;
  }

  /** The attribute that names the invocation and cannot be read; null if there is none. */
  static String unreadableId(OtlpAttributes attributes) {
    if (attributes.isUnreadable(INVOCATION)) {
      return INVOCATION;
    }
    boolean isNamed = attributes.isPresent(INVOCATION);
    return !isNamed && attributes.isUnreadable(EXECUTION) ? EXECUTION : null;
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
