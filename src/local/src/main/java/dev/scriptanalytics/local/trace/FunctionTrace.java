package dev.scriptanalytics.local.trace;

import java.util.List;

/**
 * One function of a trace.
 *
 * @param owner a hash, as are {@code app} and {@code function}
 * @param trigger what invokes it, such as {@code http} or {@code timer}
 * @param invocations how often it ran in each minute of the trace, from the trace's first minute on
 */
public record FunctionTrace(
    String owner,
    String app,
    String function,
    String trigger,
    List<Integer> invocations,
    DurationPercentiles durations) {}
