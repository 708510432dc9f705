package dev.scriptanalytics.local.trace;

import java.util.List;

/**
 * One function of a trace.
 *
 * @param owner a hash, as are {@code app} and {@code function}
 * @param trigger what invokes it, such as {@code http} or {@code timer}
 * @param invocations the number of its runs in each minute of the trace
 */
public record FunctionTrace(
    String owner,
    String app,
    String function,
    String trigger,
    List<Integer> invocations,
    DurationPercentiles durations) {}
