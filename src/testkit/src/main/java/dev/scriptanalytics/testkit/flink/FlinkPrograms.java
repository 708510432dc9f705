package dev.scriptanalytics.testkit.flink;

import dev.scriptanalytics.testkit.process.DirectoryTree;
import dev.scriptanalytics.testkit.process.JavaProgram;
import dev.scriptanalytics.testkit.process.Ports;
import dev.scriptanalytics.testkit.process.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ConfigurationUtils;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessSpec;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessUtils;
import org.apache.flink.runtime.jobmanager.JobManagerProcessSpec;
import org.apache.flink.runtime.jobmanager.JobManagerProcessUtils;
import org.apache.flink.runtime.util.config.memory.ProcessMemoryUtils;

/**
 * The programs of a Flink cluster, with the command lines of the scripts in a Flink distribution.
 *
 * <p>The configuration is {@code deploy/flink/config.yaml}, as for every cluster, with the
 * addresses and directories of this one. The class path is that of a distribution: only the
 * submitted jar has the job and its connectors.
 */
public final class FlinkPrograms {

  public static final String JOB_MANAGER = "jobmanager";
  public static final String TASK_MANAGER = "taskmanager";

  /** The setting for the ports that serve metrics, such as {@code 9249-9259}. */
  public static final String METRICS_PORTS = "metrics.reporter.prom.port";

  private final Path directory;
  private final Configuration configuration;

  private FlinkPrograms(Path directory, Configuration configuration) {
    this.directory = directory;
    this.configuration = configuration;
  }

  /**
   * Writes the configuration of a new cluster.
   *
   * @param directory whose {@code flink} takes configuration, checkpoints and temporary files
   * @param restPort of the JobManager's web page and REST API
   * @param settings that extend or override {@code deploy/flink/config.yaml}
   */
  public static FlinkPrograms configure(
      Path directory, int restPort, Map<String, String> settings) {
    Configuration configuration =
        GlobalConfiguration.loadConfiguration(Repository.path("deploy/flink").toString());
    addresses(restPort).forEach(configuration::setString);
    directories(home(directory)).forEach(configuration::setString);
    settings.forEach(configuration::setString);
    List<String> lines = new ArrayList<>();
    lines.add("# Written at each start, from deploy/flink/config.yaml.");
    lines.addAll(ConfigurationUtils.convertConfigToWritableLines(configuration, true));
    try {
      // A killed cluster leaves tens of megabytes of temporary files.
      DirectoryTree.delete(temporary(home(directory)));
      Files.createDirectories(confDirectory(directory));
      Files.write(confDirectory(directory).resolve(GlobalConfiguration.FLINK_CONF_FILENAME), lines);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot configure Flink in " + directory + ".", e);
    }
    return configured(directory);
  }

  /** The programs of a cluster whose configuration the directory has. */
  public static FlinkPrograms configured(Path directory) {
    return new FlinkPrograms(
        directory, GlobalConfiguration.loadConfiguration(confDirectory(directory).toString()));
  }

  private static Map<String, String> addresses(int restPort) {
    return Map.of(
        "jobmanager.rpc.address", Ports.LOOPBACK,
        "jobmanager.rpc.port", Integer.toString(Ports.free()),
        "jobmanager.bind-host", Ports.LOOPBACK,
        "taskmanager.host", Ports.LOOPBACK,
        "taskmanager.bind-host", Ports.LOOPBACK,
        "rest.address", Ports.LOOPBACK,
        "rest.bind-address", Ports.LOOPBACK,
        "rest.port", Integer.toString(restPort),
        "rest.bind-port", Integer.toString(restPort));
  }

  private static Map<String, String> directories(Path home) {
    String temporary = temporary(home).toString();
    return Map.of(
        // Not Path.toUri(): Flink takes a %20 literally.
        "execution.checkpointing.dir",
        "file://" + checkpoints(home),
        "execution.checkpointing.savepoint-dir",
        "file://" + savepoints(home),
        "io.tmp.dirs",
        temporary,
        "web.tmpdir",
        temporary,
        // Application mode copies the jar to this directory, and runs an older copy of the same
        // name instead.
        "user.artifacts.base-dir",
        home.resolve("artifacts").toString());
  }

  private static Path home(Path directory) {
    return directory.toAbsolutePath().resolve("flink");
  }

  private static Path temporary(Path home) {
    return home.resolve("tmp");
  }

  private static Path confDirectory(Path directory) {
    return home(directory).resolve("conf");
  }

  /** The directory of the jobs' checkpoints. */
  public Path checkpoints() {
    return checkpoints(home(directory));
  }

  private static Path checkpoints(Path home) {
    return home.resolve("checkpoints");
  }

  /** The directory of savepoints unless a request names another. */
  public Path savepoints() {
    return savepoints(home(directory));
  }

  private static Path savepoints(Path home) {
    return home.resolve("savepoints");
  }

  /** The address of the JobManager's web page and REST API. */
  public URI restAddress() {
    return URI.create("http://" + Ports.LOOPBACK + ":" + configuration.get(RestOptions.PORT));
  }

  /** The JobManager of a session cluster. */
  public JavaProgram jobManager() {
    JobManagerProcessSpec memory = JobManagerProcessUtils.processSpecFromConfig(configuration);
    return new JavaProgram(
        JOB_MANAGER,
        classPath(),
        jvmOptions(
            JOB_MANAGER, JobManagerProcessUtils.generateJvmParametersStr(memory, configuration)),
        "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint",
        arguments(JobManagerProcessUtils.generateDynamicConfigsStr(memory)));
  }

  /**
   * The JobManager of a cluster of one job, which it starts and with which it ends: {@code
   * bin/standalone-job.sh} of a distribution.
   *
   * @param from the savepoint or checkpoint to continue from, if any
   * @param job the arguments of the job's main method
   */
  public JavaProgram jobManagerOf(
      Path jar, String mainClass, Optional<Path> from, List<String> job) {
    JobManagerProcessSpec memory = JobManagerProcessUtils.processSpecFromConfig(configuration);
    List<String> arguments =
        new ArrayList<>(arguments(JobManagerProcessUtils.generateDynamicConfigsStr(memory)));
    arguments.addAll(List.of("--job-classname", mainClass, "--jars", "file://" + jar));
    from.ifPresent(
        savepoint -> arguments.addAll(List.of("--fromSavepoint", "file://" + savepoint)));
    arguments.addAll(job);
    return new JavaProgram(
        JOB_MANAGER,
        classPath(),
        jvmOptions(
            JOB_MANAGER, JobManagerProcessUtils.generateJvmParametersStr(memory, configuration)),
        "org.apache.flink.container.entrypoint.StandaloneApplicationClusterEntryPoint",
        arguments);
  }

  /**
   * A TaskManager.
   *
   * @param name of the process, for a cluster can have several
   */
  public JavaProgram taskManager(String name) {
    TaskExecutorProcessSpec memory = TaskExecutorProcessUtils.processSpecFromConfig(configuration);
    return new JavaProgram(
        name,
        classPath(),
        jvmOptions(TASK_MANAGER, ProcessMemoryUtils.generateJvmParametersStr(memory)),
        "org.apache.flink.runtime.taskexecutor.TaskManagerRunner",
        arguments(TaskExecutorProcessUtils.generateDynamicConfigsStr(memory)));
  }

  /**
   * Flink's command line client, {@code bin/flink} of a distribution.
   *
   * @param environment variables for the job's main method, such as secrets
   */
  public JavaProgram client(List<String> arguments, Map<String, String> environment) {
    Map<String, String> withConfiguration = new HashMap<>(environment);
    withConfiguration.put("FLINK_CONF_DIR", confDirectory(directory).toString());
    return new JavaProgram(
        "flink-client",
        classPath(),
        jvmOptions("client", "-XX:+UseSerialGC -XX:TieredStopAtLevel=1"),
        "org.apache.flink.client.cli.CliFrontend",
        arguments,
        withConfiguration);
  }

  private List<String> arguments(String dynamicConfiguration) {
    List<String> arguments = new ArrayList<>();
    arguments.add("--configDir");
    arguments.add(confDirectory(directory).toString());
    arguments.addAll(words(dynamicConfiguration));
    return arguments;
  }

  // In the order of a distribution's scripts: memory, options of all processes, options of this
  // kind of process.
  private List<String> jvmOptions(String kind, String first) {
    return Stream.of(
            words(first).stream(),
            words(configuration.getString("env.java.opts.all", "")).stream(),
            words(configuration.getString("env.java.opts." + kind, "")).stream())
        .flatMap(options -> options)
        .toList();
  }

  private static List<String> words(String text) {
    return Arrays.stream(text.trim().split("\\s+")).filter(word -> !word.isEmpty()).toList();
  }

  private static String classPath() {
    Path file = Repository.path("src/testkit/target/classpath/flink");
    try {
      return Files.readString(file).trim();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + file + ".", e);
    }
  }
}
