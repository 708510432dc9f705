package dev.scriptanalytics.decode;

import java.io.Serializable;

/**
 * Under which attributes of a korelogger span stands what is known of a log entry; platforms may
 * change their names. Of the rest, trace, span and time, the span itself knows.
 *
 * @param message the message, which no span may lack
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
    implements Serializable {}
