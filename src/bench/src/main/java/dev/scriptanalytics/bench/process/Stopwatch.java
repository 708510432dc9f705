package dev.scriptanalytics.bench.process;

import java.util.LinkedHashMap;
import java.util.Map;

/** How long something takes, and what processes use meanwhile. */
public final class Stopwatch {
  private final Map<String, Long> processes;
  private final Map<String, Double> cpuBefore;
  private final long start = System.nanoTime();

  /** Starts now. */
  public Stopwatch(Map<String, Long> processes) {
    this.processes = Map.copyOf(processes);
    this.cpuBefore = cpuSoFar();
  }

  public double seconds() {
    return (System.nanoTime() - start) / 1e9;
  }

  public Map<String, Double> cpuSeconds() {
    Map<String, Double> used = cpuSoFar();
    used.replaceAll((process, seconds) -> seconds - cpuBefore.get(process));
    return used;
  }

  public Map<String, Long> peakMegabytes() {
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
