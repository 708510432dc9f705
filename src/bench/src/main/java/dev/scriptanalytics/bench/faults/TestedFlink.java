package dev.scriptanalytics.bench.faults;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptanalytics.testkit.flink.FlinkJobs;
import dev.scriptanalytics.testkit.flink.FlinkPrograms;
import dev.scriptanalytics.testkit.flink.FlinkRest;
import dev.scriptanalytics.testkit.process.JavaProgram;
import dev.scriptanalytics.testkit.process.LocalProcess;
import dev.scriptanalytics.testkit.process.Ports;
import dev.scriptanalytics.testkit.process.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.annotation.Nullable;

/**
 * A Flink cluster whose processes are killed and replaced: one JobManager, or two with ZooKeeper to
 * choose between them, and TaskManagers, each with room for the whole job.
 */
final class TestedFlink implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final String ZOOKEEPER = "zookeeper";

  private final Path directory;
  private final FlinkPrograms programs;
  @Nullable private final LocalProcess zooKeeper;
  private final List<Member> jobManagers = new ArrayList<>();
  private final List<Member> taskManagers = new ArrayList<>();
  private int started;

  /** A process of the cluster; a TaskManager is known by its name, a JobManager by its REST API. */
  private record Member(String name, LocalProcess process, FlinkRest rest) {}

  TestedFlink(
      Path directory, int taskManagers, boolean highlyAvailable, Map<String, String> settings)
      throws IOException {
    this.directory = directory;
    Map<String, String> all = new HashMap<>(settings);
    int zooKeeperPort = Ports.free();
    if (highlyAvailable) {
      all.putAll(highAvailability(directory, zooKeeperPort));
    }
    this.programs = FlinkPrograms.configure(directory, Ports.free(), all);
    this.zooKeeper = highlyAvailable ? startZooKeeper(zooKeeperPort) : null;
    // Where the client looks for it, unless it asks ZooKeeper.
    startJobManager(programs.restAddress().getPort());
    leader().process().awaitReady(PATIENCE, () -> leader().rest().hasTaskManagers(0));
    if (highlyAvailable) {
      // Only now, so that the first one leads.
      startStandby();
    }
    for (int i = 0; i < taskManagers; i++) {
      startTaskManager();
    }
    awaitTaskManagers();
  }

  private static Map<String, String> highAvailability(Path directory, int zooKeeperPort) {
    return Map.of(
        "high-availability.type", "zookeeper",
        "high-availability.zookeeper.quorum", Ports.LOOPBACK + ":" + zooKeeperPort,
        "high-availability.storageDir", "file://" + directory.resolve("ha"),
        "high-availability.cluster-id", "/faults",
        // How long a leader that says nothing is waited for; the default is a minute.
        "high-availability.zookeeper.client.session-timeout", "10 s",
        "high-availability.zookeeper.client.connection-timeout", "5 s");
  }

  private LocalProcess startZooKeeper(int port) throws IOException {
    Path configuration = directory.resolve("zookeeper.properties");
    Files.write(
        configuration,
        List.of(
            "dataDir=" + directory.resolve(ZOOKEEPER),
            "clientPort=" + port,
            "clientPortAddress=" + Ports.LOOPBACK,
            "tickTime=1000",
            "admin.enableServer=false"));
    LocalProcess process =
        LocalProcess.startChild(
            new JavaProgram(
                ZOOKEEPER,
                programs.jobManager().classPath(),
                List.of("-Xmx96m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                "org.apache.flink.runtime.zookeeper.FlinkZooKeeperQuorumPeer",
                List.of("--zkConfigFile", configuration.toString(), "--peerId", "1")),
            directory);
    process.awaitReady(PATIENCE, () -> Ports.accepts(port));
    return process;
  }

  private void startJobManager(int port) {
    String name = FlinkPrograms.JOB_MANAGER + "-" + started++;
    JavaProgram program =
        changed(
            programs.jobManager(),
            name,
            List.of("-Drest.port=" + port, "-Drest.bind-port=" + port));
    jobManagers.add(
        new Member(
            name,
            LocalProcess.startChild(program, directory),
            new FlinkRest(URI.create("http://" + Ports.LOOPBACK + ":" + port))));
  }

  private void startTaskManager() {
    String name = FlinkPrograms.TASK_MANAGER + "-" + started++;
    JavaProgram program =
        changed(programs.taskManager(name), name, List.of("-Dtaskmanager.resource-id=" + name));
    taskManagers.add(new Member(name, LocalProcess.startChild(program, directory), rest()));
  }

  private static JavaProgram changed(JavaProgram program, String name, List<String> arguments) {
    List<String> all = new ArrayList<>(program.arguments());
    all.addAll(arguments);
    return new JavaProgram(
        name,
        program.classPath(),
        program.jvmOptions(),
        program.mainClass(),
        all,
        program.environment());
  }

  private Member leader() {
    return jobManagers.get(0);
  }

  /** The JobManager that leads. */
  FlinkRest rest() {
    return leader().rest();
  }

  FlinkJobs jobs() {
    return new FlinkJobs(programs, directory);
  }

  /** Waits until every TaskManager that lives offers its slots. */
  void awaitTaskManagers() {
    for (Member member : taskManagers) {
      member.process().awaitReady(PATIENCE, () -> registered().contains(member.name()));
    }
  }

  /** Ends all TaskManagers at once, as {@code kill -9} does, and starts as many. */
  void replaceTaskManagers() {
    int count = taskManagers.size();
    taskManagers.forEach(member -> member.process().kill());
    taskManagers.clear();
    for (int i = 0; i < count; i++) {
      startTaskManager();
    }
  }

  /** Ends one TaskManager on which tasks of the job run; another one starts by {@link #refill}. */
  void killBusyTaskManager() {
    List<String> names = busy();
    Member busy =
        taskManagers.stream()
            .filter(member -> names.contains(member.name()))
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("No TaskManager has tasks."));
    busy.process().kill();
    taskManagers.remove(busy);
  }

  /** Starts a TaskManager in place of one that was killed. */
  void refill() {
    startTaskManager();
    awaitTaskManagers();
  }

  /** Ends the JobManager that leads, as {@code kill -9} does, so that the other one takes over. */
  void killLeader() {
    leader().process().kill();
    jobManagers.remove(0);
  }

  /** Starts a JobManager that stands by. */
  void startStandby() {
    startJobManager(Ports.free());
  }

  private List<String> registered() {
    return ids(0);
  }

  private List<String> busy() {
    return ids(1);
  }

  private List<String> ids(int usedSlots) {
    List<String> ids = new ArrayList<>();
    for (JsonNode node : rest().get("/taskmanagers").path("taskmanagers")) {
      if (node.path("slotsNumber").asInt() - node.path("freeSlots").asInt() >= usedSlots) {
        ids.add(node.path("id").asText());
      }
    }
    return ids;
  }

  /** Submits the jar that is shipped, and waits until all its tasks run. */
  String submit(Path jar, List<String> arguments, Map<String, String> environment) {
    String job = jobs().submit(jar, Optional.empty(), arguments, environment);
    if (!Waiting.until(PATIENCE, () -> rest().allTasksRun(job))) {
      throw new IllegalStateException(
          "The job does not run: " + rest().lastFailure(job).orElse("no failure is known"));
    }
    return job;
  }

  /**
   * Whether the job was started again after a time, and all its tasks run.
   *
   * @param millis since 1970
   */
  boolean hasRestartedSince(String job, long millis) {
    try {
      JsonNode running = rest().get("/jobs/" + job).path("timestamps").path("RUNNING");
      return running.asLong() >= millis && rest().allTasksRun(job);
    } catch (UncheckedIOException nobodyLeadsYet) {
      return false;
    }
  }

  @Override
  public void close() {
    taskManagers.forEach(member -> member.process().kill());
    jobManagers.forEach(member -> member.process().kill());
    if (zooKeeper != null) {
      zooKeeper.kill();
    }
  }
}
