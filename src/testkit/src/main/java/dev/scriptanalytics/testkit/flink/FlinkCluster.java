package dev.scriptanalytics.testkit.flink;

import dev.scriptanalytics.testkit.process.JavaProgram;
import dev.scriptanalytics.testkit.process.LocalProcess;
import dev.scriptanalytics.testkit.process.Ports;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A real Flink cluster for tests: a JobManager and TaskManagers of two slots each, in processes of
 * their own that end with this JVM at the latest.
 */
public final class FlinkCluster implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(15);

  private final Path directory;
  private final FlinkPrograms programs;
  private final FlinkRest rest;
  private final LocalProcess jobManager;
  private final List<LocalProcess> taskManagers = new ArrayList<>();

  private FlinkCluster(
      Path directory,
      int taskManagers,
      Map<String, String> settings,
      Function<FlinkPrograms, JavaProgram> program) {
    this.directory = directory;
    Map<String, String> all = new HashMap<>(settings);
    // Any free port, because a local stack may use the shipped ones.
    all.putIfAbsent(FlinkPrograms.METRICS_PORTS, "0");
    this.programs = FlinkPrograms.configure(directory, Ports.free(), all);
    this.rest = new FlinkRest(programs.restAddress());
    this.jobManager = LocalProcess.startChild(program.apply(programs), directory);
    for (int i = 0; i < taskManagers; i++) {
      this.taskManagers.add(startTaskManager(i));
    }
    jobManager.awaitReady(PATIENCE, () -> rest.hasTaskManagers(0));
    this.taskManagers.forEach(
        process -> process.awaitReady(PATIENCE, () -> rest.hasTaskManagers(taskManagers)));
  }

  /**
   * Starts a cluster with the shipped configuration, and waits until every TaskManager offers its
   * slots.
   */
  public static FlinkCluster start(Path directory, int taskManagers) {
    return start(directory, taskManagers, Map.of());
  }

  /**
   * Starts a cluster, and waits until every TaskManager offers its slots.
   *
   * @param settings that override {@code deploy/flink/config.yaml}
   */
  public static FlinkCluster start(Path directory, int taskManagers, Map<String, String> settings) {
    return new FlinkCluster(directory, taskManagers, settings, FlinkPrograms::jobManager);
  }

  /**
   * Starts a cluster of one job (application mode) with one TaskManager.
   *
   * @param from the savepoint or checkpoint to continue from, if any
   * @param job the arguments of the job's main method
   */
  public static FlinkCluster startApplication(
      Path directory,
      Map<String, String> settings,
      Path jar,
      String mainClass,
      Optional<Path> from,
      List<String> job) {
    return new FlinkCluster(
        directory, 1, settings, programs -> programs.jobManagerOf(jar, mainClass, from, job));
  }

  private LocalProcess startTaskManager(int index) {
    return LocalProcess.startChild(
        programs.taskManager(FlinkPrograms.TASK_MANAGER + "-" + index), directory);
  }

  /** The cluster's REST API. */
  public FlinkRest rest() {
    return rest;
  }

  public URI restAddress() {
    return programs.restAddress();
  }

  public long jobManagerPid() {
    return jobManager.pid();
  }

  /**
   * The process id of a TaskManager.
   *
   * @param index from 0
   */
  public long taskManagerPid(int index) {
    return taskManagers.get(index).pid();
  }

  /** Submits jobs, and finds their checkpoints. */
  public FlinkJobs jobs() {
    return new FlinkJobs(programs, directory);
  }

  /**
   * Ends a TaskManager at once, as {@code kill -9} does.
   *
   * @param index from 0
   */
  public void killTaskManager(int index) {
    taskManagers.get(index).kill();
  }

  /**
   * Restarts a TaskManager that was killed; it offers its slots a few seconds later.
   *
   * @param index from 0
   */
  public void restartTaskManager(int index) {
    taskManagers.get(index).stop(STOP_PATIENCE);
    taskManagers.set(index, startTaskManager(index));
  }

  @Override
  public void close() {
    taskManagers.forEach(process -> process.stop(STOP_PATIENCE));
    jobManager.stop(STOP_PATIENCE);
  }
}
