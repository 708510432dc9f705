package dev.scriptanalytics.bench.throughput;

import java.util.LinkedHashMap;
import java.util.Map;

/** How long something takes, and what processes use meanwhile. */
final class Stopwatch {
  private final Map<String, Long> processes;
  private final Map<String, Double> cpuBefore;
  private final long start = System.nanoTime();

  /** Starts now. */
  Stopwatch(Map<String, Long> processes) {
    this.processes = Map.copyOf(processes);
    this.cpuBefore = cpuSoFar();
  }

  double seconds() {
    return (System.nanoTime() - start) / 1e9;
  }

  Map<String, Double> cpuSeconds() {
    Map<String, Double> used = cpuSoFar();
    used.replaceAll((process, seconds) -> seconds - cpuBefore.get(process));
    return used;
  }

  Map<String, Long> peakMegabytes() {
    Map<String, Long> peaks = new LinkedHashMap<>();
    processes.forEach((process, pid) -> peaks.put(process, ProcessUsage.peakMegabytes(pid)));
    return peaks;
  }

  private Map<String, Double> cpuSoFar() {
    Map<String, Double> seconds = new LinkedHashMap<>();
    processes.forEach((process, pid) -> seconds.put(process, ProcessUsage.cpuSeconds(pid)));
    return seconds;
  }
}
