package dev.scriptanalytics.rollup;

import static dev.scriptanalytics.rollup.SampleFacts.ARRIVAL;
import static dev.scriptanalytics.rollup.SampleFacts.fact;
import static dev.scriptanalytics.rollup.SampleFacts.millis;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptanalytics.event.Script;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Facts and watermarks go through both operators and into a table that keeps the fullest row of a
 * cell, once in peace and once with checkpoints, failures and changes of parallelism.
 */
class RollupRecoveryTest {
  private static final int MAX_PARALLELISM = 128;
  private static final List<Fact.Kind> KINDS = List.of(Fact.Kind.values());

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void endsWithTheSameRowsWhateverFails(long seed) throws Exception {
    List<Object> input = input(seed, 6_000);

    Map<CellKey, String> expected = inPeace(input, 1).contents();

    assertThat(withFailures(input, new HashMapStateBackend(), new Random(seed)))
        .isEqualTo(expected);
  }

  @Test
  void endsWithTheSameRowsOnRocksDb() throws Exception {
    List<Object> input = input(9, 1_500);

    Map<CellKey, String> expected = inPeace(input, 1).contents();

    assertThat(withFailures(input, new EmbeddedRocksDBStateBackend(), new Random(9)))
        .isEqualTo(expected);
  }

  @Test
  void countsEveryFactOnce() throws Exception {
    List<Object> input = input(10, 6_000);
    Table table = inPeace(input, 2);

    assertThat(table.rows.values().stream().mapToLong(RollupRow::facts).sum())
        .isEqualTo(
            input.stream()
                .filter(Fact.class::isInstance)
                .mapToInt(fact -> ((Fact) fact).kind.name().startsWith("SEEN_") ? 2 : 1)
                .sum());
  }

  private static Table inPeace(List<Object> input, int parallelism) throws Exception {
    Table table = new Table();
    Job job = new Job(new HashMapStateBackend(), parallelism, null, table);
    for (Object element : input) {
      job.process(element);
    }
    job.finish();
    job.close();
    table.flush();
    return table;
  }

  private static Map<CellKey, String> withFailures(
      List<Object> input, StateBackend backend, Random random) throws Exception {
    Table table = new Table();
    Job job = new Job(backend, 1, null, table);
    Checkpoint last = null;
    int lastPosition = 0;
    int failures = 0;
    for (int position = 0; position < input.size(); position++) {
      job.process(input.get(position));
      switch (random.nextInt(400)) {
        case 0, 1, 2 -> {
          last = job.checkpoint();
          lastPosition = position;
          table.flush();
        }
        case 3 -> {
          job.close();
          table.lose(random);
          job = new Job(backend, 1 + random.nextInt(2), last, table);
          position = last == null ? -1 : lastPosition;
          failures++;
        }
        default -> job.advanceClock(random.nextInt(100));
      }
    }
    job.finish();
    job.close();
    table.flush();
    assertThat(failures).isPositive();
    return table.contents();
  }

  /** Facts as they arrive, hour by hour, and the watermarks between them. */
  private static List<Object> input(long seed, int count) {
    Random random = new Random(seed);
    List<Object> input = new ArrayList<>();
    double seconds = 0;
    for (int i = 0; i < count; i++) {
      seconds += random.nextDouble() * 6;
      if (random.nextInt(20) == 0) {
        input.add(new Watermark(millis((long) seconds)));
      }
      long arrival = ARRIVAL + (long) (seconds + 30 * random.nextDouble()) / 3600 * 3600;
      // Enough for the hot cells to fold their digests.
      CellKey key =
          random.nextInt(3) > 0
              ? new CellKey(Script.of("acme", "Hot"), 1, ARRIVAL, arrival)
              : new CellKey(
                  Script.of("acme", "Cold" + random.nextInt(9)),
                  random.nextInt(2),
                  ARRIVAL,
                  arrival);
      Fact.Kind kind =
          random.nextInt(5) > 0 ? Fact.Kind.SUCCEEDED : KINDS.get(random.nextInt(KINDS.size()));
      input.add(fact(kind, key, 1_000 * random.nextDouble()));
    }
    return input;
  }

  /** What a checkpoint holds of both operators. */
  private record Checkpoint(
      OperatorSubtaskState aggregation, OperatorSubtaskState cells, int parallelism) {}

  /** Both operators, the second at a parallelism of its own. */
  private static final class Job {
    private final OneInputStreamOperatorTestHarness<Fact, FactBatch> aggregation;
    private final List<KeyedOneInputStreamOperatorTestHarness<CellKey, FactBatch, RollupRow>>
        cells = new ArrayList<>();
    private final Table table;
    private long clock;

    Job(StateBackend backend, int parallelism, Checkpoint restored, Table table) throws Exception {
      this.table = table;
      aggregation =
          new OneInputStreamOperatorTestHarness<>(new AggregateFacts(SampleFacts.SETTINGS));
      aggregation.setup(FactBatchSerializer.TYPE.createSerializer(new SerializerConfigImpl()));
      aggregation.setProcessingTime(clock);
      if (restored != null) {
        aggregation.initializeState(restored.aggregation);
      }
      aggregation.open();
      for (int i = 0; i < parallelism; i++) {
        cells.add(openCells(backend, parallelism, i, restored));
      }
    }

    private KeyedOneInputStreamOperatorTestHarness<CellKey, FactBatch, RollupRow> openCells(
        StateBackend backend, int parallelism, int index, Checkpoint restored) throws Exception {
      var harness =
          new KeyedOneInputStreamOperatorTestHarness<>(
              new KeepCells(SampleFacts.SETTINGS, 3),
              FactBatch::key,
              CellKeySerializer.TYPE,
              MAX_PARALLELISM,
              parallelism,
              index);
      harness.setStateBackend(backend);
      harness.setup(RollupRowSerializer.TYPE.createSerializer(new SerializerConfigImpl()));
      harness.setProcessingTime(clock);
      if (restored != null) {
        harness.initializeState(
            AbstractStreamOperatorTestHarness.repartitionOperatorState(
                restored.cells, MAX_PARALLELISM, restored.parallelism, parallelism, index));
      }
      harness.open();
      return harness;
    }

    void process(Object element) throws Exception {
      if (element instanceof Watermark watermark) {
        aggregation.processWatermark(watermark);
      } else {
        aggregation.processElement(new StreamRecord<>((Fact) element));
      }
      handOn();
    }

    void advanceClock(long millis) throws Exception {
      clock += millis;
      aggregation.setProcessingTime(clock);
      handOn();
      for (var harness : cells) {
        harness.setProcessingTime(clock);
      }
      handOn();
    }

    Checkpoint checkpoint() throws Exception {
      aggregation.prepareSnapshotPreBarrier(1);
      OperatorSubtaskState aggregationState = aggregation.snapshot(1, clock);
      handOn();
      List<OperatorSubtaskState> states = new ArrayList<>();
      for (var harness : cells) {
        harness.prepareSnapshotPreBarrier(1);
        states.add(harness.snapshot(1, clock));
      }
      handOn();
      return new Checkpoint(
          aggregationState,
          AbstractStreamOperatorTestHarness.repackageState(
              states.toArray(new OperatorSubtaskState[0])),
          cells.size());
    }

    void finish() throws Exception {
      process(Watermark.MAX_WATERMARK);
      aggregation.getOperator().finish();
      handOn();
      for (var harness : cells) {
        harness.getOperator().finish();
      }
      handOn();
    }

    /** Shuffles what the first operator has put out, and writes what the second one has. */
    private void handOn() throws Exception {
      for (Object element; (element = aggregation.getOutput().poll()) != null; ) {
        if (element instanceof Watermark watermark) {
          for (var harness : cells) {
            harness.processWatermark(watermark);
          }
        } else {
          @SuppressWarnings("unchecked")
          StreamRecord<FactBatch> batch = (StreamRecord<FactBatch>) element;
          int index =
              KeyGroupRangeAssignment.assignKeyToParallelOperator(
                  batch.getValue().key(), MAX_PARALLELISM, cells.size());
          cells.get(index).processElement(batch);
        }
      }
      for (var harness : cells) {
        harness.extractOutputValues().forEach(table::add);
        harness.getOutput().clear();
      }
    }

    void close() throws Exception {
      aggregation.close();
      for (var harness : cells) {
        harness.close();
      }
    }
  }

  /** A sink that flushes at checkpoints, and the table behind it, which keeps the fullest row. */
  private static final class Table {
    private final Map<CellKey, RollupRow> rows = new HashMap<>();
    private final List<RollupRow> buffered = new ArrayList<>();

    void add(RollupRow row) {
      buffered.add(row);
    }

    void flush() {
      for (RollupRow row : buffered) {
        rows.merge(
            new CellKey(row.script(), row.deploymentVersion(), row.minute(), row.arrival()),
            row,
            (old, next) -> next.facts() >= old.facts() ? next : old);
      }
      buffered.clear();
    }

    /** A failure: some of what was buffered had been written. */
    void lose(Random random) {
      buffered.subList(random.nextInt(buffered.size() + 1), buffered.size()).clear();
      flush();
    }

    Map<CellKey, String> contents() throws Exception {
      Map<CellKey, String> contents = new HashMap<>();
      for (Map.Entry<CellKey, RollupRow> row : rows.entrySet()) {
        DataOutputSerializer out = new DataOutputSerializer(64);
        RollupRowSerializer.TYPE
            .createSerializer(new SerializerConfigImpl())
            .serialize(row.getValue(), out);
        contents.put(row.getKey(), HexFormat.of().formatHex(out.getCopyOfBuffer()));
      }
      return contents;
    }
  }
}
