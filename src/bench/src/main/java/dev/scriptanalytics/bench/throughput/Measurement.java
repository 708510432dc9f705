package dev.scriptanalytics.bench.throughput;

import java.util.List;
import java.util.Map;

/**
 * What one contender took for one case, once.
 *
 * @param contender who
 * @param workload letter of the case
 * @param events that were consumed, of runs and logs
 * @param bytes of those events
 * @param seconds from the start of consumption until everything could be queried
 * @param cpuSeconds processor time meanwhile, by process
 * @param peakMegabytes the most memory that each process ever had
 * @param details what else there is to know, by name
 * @param differences what came out wrong; empty if all is exact
 */
public record Measurement(
    String contender,
    String workload,
    long events,
    long bytes,
    double seconds,
    Map<String, Double> cpuSeconds,
    Map<String, Long> peakMegabytes,
    Map<String, Object> details,
    List<String> differences) {

  /** Names of processes in {@link #cpuSeconds} and {@link #peakMegabytes}. */
  static final String TASK_MANAGER = "TaskManager";

  static final String JOB_MANAGER = "JobManager";
  static final String KAFKA = "Kafka";
  static final String CLICKHOUSE = "ClickHouse";

  public double eventsPerSecond() {
    return events / seconds;
  }

  /** Processor time of TaskManager and ClickHouse per event, in microseconds. */
  double cpuMicrosPerEvent() {
    return cpuMicrosPerEvent(TASK_MANAGER) + cpuMicrosPerEvent(CLICKHOUSE);
  }

  /** Processor time of one process per event, in microseconds; 0 where it has no part. */
  double cpuMicrosPerEvent(String process) {
    return 1e6 * cpuSeconds.getOrDefault(process, 0.0) / events;
  }
}
