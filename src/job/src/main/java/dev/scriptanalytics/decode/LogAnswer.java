package dev.scriptanalytics.decode;

import dev.scriptanalytics.row.LogEntry;
import java.util.Arrays;

/**
 * What an answer of the logs API says of all its entries: whose they are, and where they come from.
 * An entry that does not say it takes it from here. Other fields of the answer, such as counts and
 * paging, belong to no entry and are ignored. Reusable, not thread-safe.
 */
final class LogAnswer {
  private final LogEntry common = new LogEntry();

  // The problem with the account, if it cannot be read.
  private UnusableRecordException unknownAccount;

  /** Reads the answer that the reader's fields are those of. */
  void read(LogEntryReader answer) {
    common.reset();
    unknownAccount = null;
    try {
      common.account = answer.account();
    } catch (UnusableRecordException e) {
      unknownAccount = e;
    }
    answer.readAnswer(common);
  }

  /**
   * Sets what an entry leaves to its answer. Two fields that belong together, such as version and
   * id of a deployment, are taken together.
   *
   * @throws UnusableRecordException if nothing says whose the entry is
   */
  void complete(LogEntry entry) throws UnusableRecordException {
    if (entry.account.length == 0 && unknownAccount != null) {
      throw unknownAccount;
    }
    entry.account = either(entry.account, common.account);
    entry.script = either(entry.script, common.script);
    entry.runId = either(entry.runId, common.runId);
    if (entry.deploymentVersion == 0 && entry.deploymentId.length == 0) {
      entry.deploymentVersion = common.deploymentVersion;
      entry.deploymentId = common.deploymentId;
    }
    entry.function = either(entry.function, common.function);
    entry.source = either(entry.source, common.source);
    entry.sourceType = either(entry.sourceType, common.sourceType);
    entry.requestId = either(entry.requestId, common.requestId);
    if (entry.traceId.length == 0) {
      entry.traceId = common.traceId;
      entry.spanId = either(entry.spanId, common.spanId);
    }
    entry.extra = joined(entry.extra, common.extra);
  }

  private static byte[] either(byte[] own, byte[] ofAnswer) {
    return own.length == 0 ? ofAnswer : own;
  }

  /** The fields of two JSON objects, of which each may be empty. */
  private static byte[] joined(byte[] object, byte[] other) {
    if (object.length == 0 || other.length == 0) {
      return either(object, other);
    }
    byte[] both = Arrays.copyOf(object, object.length + other.length - 1);
    System.arraycopy(other, 0, both, object.length - 1, other.length);
    both[object.length - 1] = ',';
    return both;
  }
}
