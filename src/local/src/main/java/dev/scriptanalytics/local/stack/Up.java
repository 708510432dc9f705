package dev.scriptanalytics.local.stack;

import dev.scriptanalytics.local.SampleProducer;
import dev.scriptanalytics.testkit.clickhouse.ClickHouseProgram;
import dev.scriptanalytics.testkit.flink.FlinkJobs;
import dev.scriptanalytics.testkit.flink.FlinkPrograms;
import dev.scriptanalytics.testkit.kafka.KafkaProgram;
import dev.scriptanalytics.testkit.process.JavaProgram;
import dev.scriptanalytics.testkit.process.LocalProcess;
import dev.scriptanalytics.testkit.process.Repository;
import dev.scriptanalytics.testkit.process.Waiting;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Starts the missing parts of a local stack, and waits until it works from end to end. */
final class Up {

  private static final Duration PATIENCE = Duration.ofMinutes(3);
  // Longer than the server gives its running requests.
  private static final Duration API_PATIENCE = Duration.ofSeconds(30);
  private static final Duration REPORT_INTERVAL = Duration.ofSeconds(5);

  // Two for each slot of the TaskManager, which leaves some for a third and a fourth slot.
  private static final int PARTITIONS = 4;
  // Larger than event.max-bytes, so that the job's own limit decides.
  private static final Map<String, String> TOPIC_CONFIGURATION =
      Map.of("message.timestamp.type", "LogAppendTime", "max.message.bytes", "16777216");

  private final Stack stack;
  private final Report report;
  private final boolean withSample;
  private final Map<String, String> metricsPorts;

  private Up(Stack stack, Report report, boolean withSample, Map<String, String> environment) {
    this.stack = stack;
    this.report = report;
    this.withSample = withSample;
    String ports = environment.getOrDefault("FLINK_METRICS_PORTS", "");
    this.metricsPorts = ports.isEmpty() ? Map.of() : Map.of(FlinkPrograms.METRICS_PORTS, ports);
  }

  /**
   * Brings the stack up.
   *
   * @param environment with the ports of {@link StackPort}, and in {@code FLINK_METRICS_PORTS} the
   *     range in which each process of Flink takes a port for its metrics
   * @throws IllegalStateException if something cannot be started; the message says why and what to
   *     do
   */
  static void run(Path home, Map<String, String> environment, Report report, boolean withSample) {
    HomeLock.holding(
        home,
        () -> {
          Optional<Stack> running = Stack.running(home);
          running.ifPresent(stack -> stack.ports().expectNoOthersIn(environment));
          Stack stack = running.orElseGet(() -> new Stack(home, StackPorts.of(environment)));
          new Up(stack, report, withSample, environment).run();
        });
  }

  private void run() {
    stack.ports().expectFree(port -> !stack.runs(port.process()));
    stack.ports().store(Stack.portsFile(stack.home()));
    report.step("Local stack in %s", stack.home());
    ClickHouseProgram clickHouse = stack.clickHouse();
    LocalProcess clickHouseProcess = started(Stack.CLICKHOUSE, clickHouse::prepareDetached);
    if (!stack.runs(Stack.JOB_MANAGER)) {
      configureFlink();
    }
    FlinkPrograms flink = stack.flinkPrograms();
    int expectedFailures = failuresWhenRestarted();
    LocalProcess jobManager = started(Stack.JOB_MANAGER, flink::jobManager);
    LocalProcess taskManager =
        started(Stack.TASK_MANAGER, () -> flink.taskManager(Stack.TASK_MANAGER));
    KafkaProgram kafka = stack.kafka();
    LocalProcess kafkaProcess = started(Stack.KAFKA, kafka::prepare);

    clickHouse.awaitReady(clickHouseProcess);
    new Schema(clickHouse.http(), Repository.path("sql")).apply();
    report.step("ClickHouse answers; the tables and views of sql/ are there");
    LocalProcess api = startedApi();
    kafka.awaitReady(kafkaProcess);
    Stack.TOPICS.forEach(name -> kafka.createTopic(name, PARTITIONS, TOPIC_CONFIGURATION));
    report.step("Kafka answers; the topics %s are there", String.join(", ", Stack.TOPICS));
    jobManager.awaitReady(PATIENCE, () -> stack.flink().hasTaskManagers(0));
    taskManager.awaitReady(PATIENCE, () -> stack.flink().hasTaskManagers(1));
    report.step("Flink answers; a TaskManager offers its slots");
    api.awaitReady(PATIENCE, stack.api()::answers);
    report.step("The API server answers");
    boolean newJob = submitUnlessItRuns(flink);
    FirstRuns firstRuns = new FirstRuns(clickHouse.http());
    boolean newSample = withSample && !stack.runs(Stack.SAMPLE);
    if (newSample) {
      start(sample(kafka, firstRuns.isFirstStart()));
      report.step("The sample producer sends runs and logs to these topics");
    }
    JobProgress job = submittedJob().orElseThrow();
    await(
        job,
        "its tasks to run",
        () -> job.allTasksRun() && (newJob || job.failures() >= expectedFailures));
    report.step("The job runs");
    if (newSample || (newJob && stack.runs(Stack.SAMPLE))) {
      await(job, "the first runs in ClickHouse", firstRuns::haveArrived);
      report.step("The first runs can be queried");
    }
    report.say(new Summary(stack).text());
  }

  private LocalProcess started(String name, Supplier<JavaProgram> program) {
    Optional<LocalProcess> running = stack.process(name);
    if (running.isPresent()) {
      report.step("%s runs already", running.get());
      return running.get();
    }
    return start(program.get());
  }

  /** It keeps nothing, so an older build is replaced without a question. */
  private LocalProcess startedApi() {
    ApiProgram api = stack.api();
    stack
        .process(Stack.API)
        .filter(running -> api.isOlderBuild())
        .ifPresent(
            running -> {
              report.step("%s is an older build, which makes way for this one", running);
              running.stop(API_PATIENCE);
            });
    return started(Stack.API, api::prepare);
  }

  private LocalProcess start(JavaProgram program) {
    LocalProcess process = LocalProcess.startDaemon(program, stack.home());
    report.step("Starting %s", process);
    return process;
  }

  private void configureFlink() {
    // A TaskManager knows its JobManager by a port, and the next JobManager has another.
    stack.process(Stack.TASK_MANAGER).ifPresent(LocalProcess::kill);
    FlinkPrograms.configure(
        stack.home(), stack.ports().get(StackPort.FLINK_REST_PORT), metricsPorts);
  }

  private Optional<JobProgress> submittedJob() {
    return stack.job().map(job -> new JobProgress(stack.flink(), job.id()));
  }

  /**
   * The number of failures from which on the submitted job's running tasks are really running. For
   * some seconds after the end of a TaskManager the JobManager still shows its tasks as running;
   * then the job fails and restarts.
   */
  private int failuresWhenRestarted() {
    if (!stack.runs(Stack.JOB_MANAGER) || stack.runs(Stack.TASK_MANAGER)) {
      return 0;
    }
    return submittedJob().filter(JobProgress::allTasksRun).map(job -> job.failures() + 1).orElse(0);
  }

  private static JavaProgram sample(KafkaProgram kafka, boolean firstStart) {
    List<String> arguments =
        new ArrayList<>(List.of("--bootstrap-servers", kafka.bootstrapServers()));
    if (!firstStart) {
      arguments.addAll(List.of("--history", "0s"));
    }
    return new JavaProgram(
        Stack.SAMPLE,
        JavaProgram.ownClassPath(),
        List.of("-Xmx192m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
        SampleProducer.class.getName(),
        arguments);
  }

  private boolean submitUnlessItRuns(FlinkPrograms flink) {
    Path options = JobOptionsFile.in(stack.home());
    Path jar = Repository.jobJar();
    String checksum = SubmittedJob.checksumOf(jar);
    Optional<SubmittedJob> unfinished =
        stack.job().filter(job -> new JobProgress(stack.flink(), job.id()).isUnfinished());
    if (unfinished.isPresent()) {
      report.step("Job %s is submitted already", unfinished.get().id());
      if (!unfinished.get().jarChecksum().equals(checksum)) {
        report.step("It is an older build: deploy/local/down and up again change to this one");
      }
      return false;
    }
    FlinkJobs jobs = new FlinkJobs(flink, stack.home());
    Optional<Path> snapshot = jobs.lastSnapshot();
    report.step(
        "Submitting %s with %s, from %s",
        jar.getFileName(),
        options,
        snapshot
            .map(
                path -> (path.startsWith(flink.savepoints()) ? "savepoint " : "checkpoint ") + path)
            .orElse("the earliest records"));
    String id =
        jobs.submit(jar, snapshot, List.of("--config", options.toString()), stack.jobEnvironment());
    stack.recordJob(new SubmittedJob(id, checksum));
    return true;
  }

  private void await(JobProgress job, String what, BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!Waiting.until(REPORT_INTERVAL, () -> condition.getAsBoolean() || !job.isUnfinished())) {
      report.step("Waiting for %s; the job is %s", what, job.state());
      if (System.nanoTime() - start > PATIENCE.toNanos()) {
        throw new IllegalStateException(
            "Gave up waiting for %s: the job is %s%n%s"
                .formatted(what, job.state(), explanation(job)));
      }
    }
    if (!job.isUnfinished()) {
      throw new IllegalStateException(
          "The job has ended: it is %s%n%s".formatted(job.state(), explanation(job)));
    }
  }

  private String explanation(JobProgress job) {
    return """
        %s
        See %s and %s for more.
        If the state of an earlier build does not fit this one: run deploy/local/down, delete
        %s and
        %s, and run deploy/local/up;
        the job then reads all records from the start, and counts none twice."""
        .formatted(
            job.lastFailure(),
            stack.flinkAddress(),
            stack.home().resolve("logs"),
            stack.flinkPrograms().checkpoints(),
            stack.flinkPrograms().savepoints());
  }
}
