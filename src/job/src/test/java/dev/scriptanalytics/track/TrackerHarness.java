package dev.scriptanalytics.track;

import dev.scriptanalytics.event.ScriptEvent;
import dev.scriptanalytics.rollup.Fact;
import dev.scriptanalytics.track.RunEvents.Event;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Metric;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.clusterframework.types.ResourceID;
import org.apache.flink.runtime.executiongraph.ExecutionGraphTestUtils;
import org.apache.flink.runtime.metrics.groups.TaskManagerMetricGroup;
import org.apache.flink.runtime.metrics.groups.TaskMetricGroup;
import org.apache.flink.runtime.metrics.util.TestingMetricRegistry;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.streaming.runtime.io.RecordProcessorUtils;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.util.function.ThrowingConsumer;

/** The parallel instances of one tracker on a state backend, and the routing to them. */
final class TrackerHarness implements AutoCloseable {
  /** Few, so that snapshots are quick; more than any parallelism here. */
  static final int KEY_GROUPS = 12;

  private final KeyGroups keyGroups = new KeyGroups(KEY_GROUPS);
  private final List<Instance> instances = new ArrayList<>();
  private final Map<String, Metric> metrics = new HashMap<>();
  private final int parallelism;
  private final Tracked tracked;
  private Instant clock;

  private record Instance(
      TrackRuns tracker,
      KeyedOneInputStreamOperatorTestHarness<Integer, ScriptEvent, Fact> harness,
      ThrowingConsumer<StreamRecord<ScriptEvent>, Exception> processor) {}

  /** One instance on the heap. */
  TrackerHarness(Rules rules) throws Exception {
    this(rules, new HashMapStateBackend(), 1, null, new Tracked());
  }

  /**
   * Starts any number of instances.
   *
   * @param state a {@link #snapshot} of any number of instances; null to start empty
   */
  TrackerHarness(
      Rules rules,
      StateBackend backend,
      int parallelism,
      OperatorSubtaskState state,
      Tracked tracked)
      throws Exception {
    this.parallelism = parallelism;
    this.tracked = tracked;
    for (int index = 0; index < parallelism; index++) {
      TrackRuns tracker = new TrackRuns(rules.build(), keyGroups);
      MockEnvironment environment =
          MockEnvironment.builder()
              .setMaxParallelism(KEY_GROUPS)
              .setParallelism(parallelism)
              .setSubtaskIndex(index)
              .setManagedMemorySize(64 << 20)
              .setMetricGroup(metricGroup(index))
              .build();
      KeyedOneInputStreamOperatorTestHarness<Integer, ScriptEvent, Fact> harness =
          new KeyedOneInputStreamOperatorTestHarness<>(tracker, keyGroups, Types.INT, environment);
      harness.setStateBackend(backend);
      harness.setOutputCreator(serializer -> tracked);
      harness.setup();
      if (state == null) {
        harness.initializeEmptyState();
      } else {
        harness.initializeState(
            AbstractStreamOperatorTestHarness.repartitionOperatorState(
                state, KEY_GROUPS, KEY_GROUPS, parallelism, index));
      }
      harness.open();
      // A task processes records like this, and the harness slightly differently.
      instances.add(
          new Instance(tracker, harness, RecordProcessorUtils.getRecordProcessor(tracker)));
    }
  }

  private TaskMetricGroup metricGroup(int index) {
    TestingMetricRegistry registry =
        TestingMetricRegistry.builder()
            .setRegisterConsumer(
                (metric, name, group) -> {
                  String reason = group.getAllVariables().get("<reason>");
                  metrics.put(index + "/" + name + (reason == null ? "" : "/" + reason), metric);
                })
            .build();
    return TaskManagerMetricGroup.createTaskManagerMetricGroup(
            registry, "localhost", ResourceID.generate())
        .addJob(new JobID(), "job")
        .addTask(ExecutionGraphTestUtils.createExecutionAttemptId(), "task");
  }

  Tracked tracked() {
    return tracked;
  }

  void receive(Event... events) throws Exception {
    for (Event event : events) {
      receive(event.decoded());
    }
  }

  void receive(ScriptEvent event) throws Exception {
    int index =
        KeyGroupRangeAssignment.assignKeyToParallelOperator(
            keyGroups.getKey(event), KEY_GROUPS, parallelism);
    instances.get(index).processor.accept(new StreamRecord<>(event, event.arrival));
  }

  void watermark(Instant instant) throws Exception {
    watermark(instant.toEpochMilli());
  }

  void watermark(long millis) throws Exception {
    for (Instance instance : instances) {
      instance.harness.processWatermark(millis);
    }
  }

  void watermarkAfter(Duration duration) throws Exception {
    watermark(RunEvents.T.plus(duration));
  }

  void inputIs(WatermarkStatus status) throws Exception {
    for (Instance instance : instances) {
      instance.harness.processWatermarkStatus(status);
    }
  }

  /** Advances the clock second by second; the first call sets it. */
  void clock(Instant instant) throws Exception {
    clock = clock == null ? instant : clock;
    while (true) {
      for (Instance instance : instances) {
        instance.harness.setProcessingTime(clock.toEpochMilli());
      }
      if (!clock.isBefore(instant)) {
        return;
      }
      clock = clock.plusSeconds(1);
    }
  }

  /** One checkpoint of all instances. */
  OperatorSubtaskState snapshot(long checkpointId) throws Exception {
    OperatorSubtaskState[] states = new OperatorSubtaskState[parallelism];
    for (int i = 0; i < parallelism; i++) {
      instances.get(i).harness.prepareSnapshotPreBarrier(checkpointId);
      states[i] = instances.get(i).harness.snapshot(checkpointId, checkpointId);
    }
    return AbstractStreamOperatorTestHarness.repackageState(states);
  }

  /** The sizes of the blobs of finished runs in keyed state, over all key groups. */
  List<Integer> finishedBlobSizes() throws Exception {
    List<Integer> sizes = new ArrayList<>();
    for (int index = 0; index < parallelism; index++) {
      KeyedStateBackend<Integer> backend = instances.get(index).tracker.getKeyedStateBackend();
      KeyGroupRange range =
          KeyGroupRangeAssignment.computeKeyGroupRangeForOperatorIndex(
              KEY_GROUPS, parallelism, index);
      for (int keyGroup : range) {
        backend.setCurrentKey(keyGroups.representative(keyGroup));
        MapState<Long, byte[]> blobs =
            backend.getPartitionedState(
                VoidNamespace.INSTANCE, VoidNamespaceSerializer.INSTANCE, KeyedState.FINISHED);
        for (byte[] blob : blobs.values()) {
          sizes.add(blob.length);
        }
      }
    }
    return sizes;
  }

  /** The sum of a metric over all instances. */
  long metric(String name) {
    long sum = 0;
    for (int index = 0; index < parallelism; index++) {
      Metric metric = metrics.get(index + "/" + name);
      if (metric instanceof Counter counter) {
        sum += counter.getCount();
      } else if (metric instanceof Gauge<?> gauge) {
        sum += ((Number) gauge.getValue()).longValue();
      }
    }
    return sum;
  }

  @Override
  public void close() {
    for (Instance instance : instances) {
      try {
        instance.harness.close();
      } catch (Exception e) {
        throw new IllegalStateException("The harness does not close", e);
      }
    }
  }
}
