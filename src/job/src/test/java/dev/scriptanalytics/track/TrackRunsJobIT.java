package dev.scriptanalytics.track;

import static dev.scriptanalytics.track.Rules.rules;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.event.ScriptEventSerializer;
import dev.scriptanalytics.rollup.Fact;
import dev.scriptanalytics.row.RowReader;
import dev.scriptanalytics.track.Tracked.GivenFact;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.testutils.CommonTestUtils;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.test.junit5.InjectMiniCluster;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.util.Collector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The tracker in a job with unaligned checkpoints, which a harness cannot make. */
class TrackRunsJobIT {
  private static final int RUNS = 20_000;
  private static final int KEY_GROUPS = 128;

  @RegisterExtension
  static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setConfiguration(keepingEveryCheckpoint())
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(4)
              .build());

  /** The highest row version of each run. */
  private static final Map<String, Integer> VERSIONS = new ConcurrentHashMap<>();

  /** The counts of facts by kind, as a keyed state that is restored with the job has them. */
  private static final Map<String, Long> COUNTS = new ConcurrentHashMap<>();

  private static final AtomicBoolean SLOW = new AtomicBoolean(true);
  private static final AtomicBoolean RESTARTED = new AtomicBoolean();

  @TempDir Path checkpoints;

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void countsEachRunOnceThroughFailureAndRescalingWithEventsInFlight(
      @InjectMiniCluster MiniCluster cluster) throws Exception {
    JobClient first = start(2, null);
    CommonTestUtils.waitUntilCondition(RESTARTED::get);
    CommonTestUtils.waitForNewCheckpoint(first.getJobID(), cluster);
    // Behind so slow a consumer there soon are buffers in flight.
    String checkpoint =
        CommonTestUtils.waitForCheckpointWithInflightBuffers(first.getJobID(), cluster);
    // A checkpoint is reported as complete shortly before it is stored, and cancelling in between
    // discards it. Once a later one is complete, this one has been stored.
    CommonTestUtils.waitForNewCheckpoint(first.getJobID(), cluster);
    first.cancel().get();
    CommonTestUtils.waitForJobStatus(first, List.of(JobStatus.CANCELED));
    assertThat(COUNTS.get("SEEN")).isLessThan(RUNS);

    SLOW.set(false);
    start(3, checkpoint).getJobExecutionResult().get();

    assertThat(VERSIONS)
        .hasSize(RUNS)
        .allSatisfy((run, version) -> assertThat(version).isEqualTo(3));
    assertThat(COUNTS)
        .containsOnly(Map.entry("SEEN", (long) RUNS), Map.entry("SUCCEEDED", (long) RUNS));
  }

  /**
   * By default each checkpoint removes the one before, which the test continues from. Only the
   * cluster has this option, not the job.
   */
  private static Configuration keepingEveryCheckpoint() {
    Configuration cluster = new Configuration();
    cluster.setString("execution.checkpointing.num-retained", "1000");
    return cluster;
  }

  private JobClient start(int parallelism, String checkpoint) throws Exception {
    Configuration configuration = new Configuration();
    configuration.setString("execution.checkpointing.interval", "100 ms");
    configuration.setString("execution.checkpointing.unaligned.enabled", "true");
    configuration.setString("execution.checkpointing.dir", checkpoints.toUri().toString());
    configuration.setString(
        "execution.checkpointing.externalized-checkpoint-retention", "RETAIN_ON_CANCELLATION");
    configuration.setString("restart-strategy.type", "fixed-delay");
    configuration.setString("restart-strategy.fixed-delay.attempts", "3");
    configuration.setString("restart-strategy.fixed-delay.delay", "1 ms");
    if (checkpoint != null) {
      configuration.setString("execution.state-recovery.path", checkpoint);
    }
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    env.getConfig().enableObjectReuse();
    KeyGroups keyGroups = new KeyGroups(KEY_GROUPS);
    SingleOutputStreamOperator<Fact> facts =
        env.fromSource(
                new DataGeneratorSource<>(
                    new StartsThenEndsThenEndsAgain(), 3L * RUNS, ScriptEventSerializer.TYPE),
                WatermarkStrategy.noWatermarks(),
                "events")
            .setParallelism(2)
            .uid("events")
            .keyBy(keyGroups, Types.INT)
            .transform(
                "track", TypeInformation.of(Fact.class), new TrackRuns(rules().build(), keyGroups))
            .uid("track")
            .setParallelism(parallelism)
            .setMaxParallelism(KEY_GROUPS);
    facts
        .getSideOutput(TrackRuns.RUN_ROWS)
        .map(
            row -> {
              Map<String, Object> read = RowReader.runRow(row);
              VERSIONS.merge((String) read.get("run_id"), (Integer) read.get("version"), Math::max);
              return row;
            })
        .uid("rows")
        .setParallelism(parallelism)
        .sinkTo(new DiscardingSink<>())
        .uid("rows-sink")
        .setParallelism(parallelism);
    facts
        .flatMap(
            (Fact fact, Collector<String> out) ->
                GivenFact.of(fact).forEach(given -> out.collect(given.kind().name())))
        .returns(Types.STRING)
        .uid("kinds")
        .setParallelism(parallelism)
        .keyBy(kind -> kind)
        .process(new CountSlowly())
        .uid("count")
        .setParallelism(1)
        .sinkTo(new DiscardingSink<>())
        .uid("count-sink")
        .setParallelism(1);
    return env.executeAsync();
  }

  /** Two sources read different parts at the same time, so that many ends arrive first. */
  private static final class StartsThenEndsThenEndsAgain
      implements GeneratorFunction<Long, ScriptEvent> {
    private static final long serialVersionUID = 1;
    private transient RunEvents events;

    @Override
    public ScriptEvent map(Long index) {
      if (events == null) {
        events = new RunEvents();
      }
      String run = "run-" + index % RUNS;
      RunEvents.Event event =
          index < RUNS ? events.start(run) : events.success(run, (double) (index % RUNS));
      return event.arrivingAfter(Duration.ofMillis(index)).decoded();
    }
  }

  private static final class CountSlowly extends KeyedProcessFunction<String, String, String>
      implements CheckpointListener {
    private static final long serialVersionUID = 1;
    private transient ValueState<Long> count;
    private transient boolean firstAttempt;

    @Override
    public void open(OpenContext context) {
      firstAttempt = getRuntimeContext().getTaskInfo().getAttemptNumber() == 0 && SLOW.get();
      if (!firstAttempt) {
        RESTARTED.set(true);
      }
      count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Types.LONG));
    }

    @Override
    public void processElement(String kind, Context context, Collector<String> out)
        throws Exception {
      long counted = count.value() == null ? 1 : count.value() + 1;
      count.update(counted);
      COUNTS.put(kind, counted);
      long until = System.nanoTime() + 300_000;
      while (SLOW.get() && System.nanoTime() < until) {
        Thread.onSpinWait();
      }
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) {
      if (firstAttempt) {
        throw new IllegalStateException("Fails once, to be restored");
      }
    }
  }
}
