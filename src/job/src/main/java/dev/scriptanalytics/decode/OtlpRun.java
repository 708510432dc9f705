package dev.scriptanalytics.decode;

import dev.scriptanalytics.row.LogEntry;

/** What attributes tell of the run that a log entry or a span is of. */
final class OtlpRun {
  private OtlpRun() {}

  /** Sets account, run, script, deployment, function and kind of source. */
  static void read(OtlpAttributes attributes, LogEntry entry) {
    entry.account = attributes.take("account");
    entry.runId = attributes.take("faas.invocation_id");
    entry.script = attributes.take("faas.name", "service.name");
    byte[] version = attributes.take("faas.version");
    entry.deploymentVersion = number(version);
    // What is no number still tells which deployment it was.
    entry.deploymentId =
        entry.deploymentVersion == 0 && version.length > 0
            ? version
            : attributes.take("deployment_id");
    entry.function = attributes.take("code.function.name", "code.function");
    entry.sourceType = attributes.take("faas.trigger");
  }

  /** A version number, 0 where the text is none. */
  private static int number(byte[] digits) {
    long number = 0;
    for (byte digit : digits) {
      if (digit < '0' || digit > '9') {
        return 0;
      }
      number = number * 10 + digit - '0';
      if (number > Integer.MAX_VALUE) {
        return 0;
      }
    }
    return (int) number;
  }
}
