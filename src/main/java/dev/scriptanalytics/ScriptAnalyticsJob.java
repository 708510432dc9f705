package dev.scriptanalytics;

/** Where the cluster starts the job. */
public final class ScriptAnalyticsJob {
  private ScriptAnalyticsJob() {}

  public static void main(String[] args) {}
}
