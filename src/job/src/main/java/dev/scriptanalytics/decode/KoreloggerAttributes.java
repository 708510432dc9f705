package dev.scriptanalytics.decode;

import static dev.scriptanalytics.configuration.JobOptions.KORELOGGER_ATTRIBUTE_ACCOUNT;
import static dev.scriptanalytics.configuration.JobOptions.KORELOGGER_ATTRIBUTE_DEPLOYMENT_ID;
import static dev.scriptanalytics.configuration.JobOptions.KORELOGGER_ATTRIBUTE_DEPLOYMENT_VERSION;
import static dev.scriptanalytics.configuration.JobOptions.KORELOGGER_ATTRIBUTE_FUNCTION;
import static dev.scriptanalytics.configuration.JobOptions.KORELOGGER_ATTRIBUTE_LEVEL;
import static dev.scriptanalytics.configuration.JobOptions.KORELOGGER_ATTRIBUTE_LOG_ID;
import static dev.scriptanalytics.configuration.JobOptions.KORELOGGER_ATTRIBUTE_MESSAGE;
import static dev.scriptanalytics.configuration.JobOptions.KORELOGGER_ATTRIBUTE_RUN_ID;
import static dev.scriptanalytics.configuration.JobOptions.KORELOGGER_ATTRIBUTE_SCRIPT;
import static dev.scriptanalytics.configuration.JobOptions.KORELOGGER_ATTRIBUTE_SOURCE;
import static dev.scriptanalytics.configuration.JobOptions.KORELOGGER_ATTRIBUTE_SOURCE_TYPE;

import dev.scriptanalytics.configuration.JobConfiguration;
import java.io.Serializable;

/**
 * The names of the attributes of a korelogger span that hold a log entry, which platforms may
 * choose. Trace, span and time are the span's own fields.
 *
 * @param message the message, which is required
 * @param level the level's word
 * @param logId the entry's id
 * @param runId the run
 * @param deploymentId the deployment
 * @param deploymentVersion the deployment's version
 * @param source the triggering source
 * @param sourceType the kind of that source
 * @param account the tenant
 * @param script the script
 * @param function the function within the script
 */
public record KoreloggerAttributes(
    String message,
    String level,
    String logId,
    String runId,
    String deploymentId,
    String deploymentVersion,
    String source,
    String sourceType,
    String account,
    String script,
    String function)
    implements Serializable {
  /** The names that the options set. */
  public static KoreloggerAttributes of(JobConfiguration configuration) {
    return new KoreloggerAttributes(
        configuration.get(KORELOGGER_ATTRIBUTE_MESSAGE),
        configuration.get(KORELOGGER_ATTRIBUTE_LEVEL),
        configuration.get(KORELOGGER_ATTRIBUTE_LOG_ID),
        configuration.get(KORELOGGER_ATTRIBUTE_RUN_ID),
        configuration.get(KORELOGGER_ATTRIBUTE_DEPLOYMENT_ID),
        configuration.get(KORELOGGER_ATTRIBUTE_DEPLOYMENT_VERSION),
        configuration.get(KORELOGGER_ATTRIBUTE_SOURCE),
        configuration.get(KORELOGGER_ATTRIBUTE_SOURCE_TYPE),
        configuration.get(KORELOGGER_ATTRIBUTE_ACCOUNT),
        configuration.get(KORELOGGER_ATTRIBUTE_SCRIPT),
        configuration.get(KORELOGGER_ATTRIBUTE_FUNCTION));
  }
}
